# SPDX-License-Identifier: MIT
"""Descriptors of pages and folios: read as words, so that poisoned ones can be looked at, too."""
from . import machine

PAGE_BYTES = 64
GRANULE_SHIFT = 6
ZONES_SHIFT = 61
SITE_SHIFT, SITE_MASK = 28, 0xfff
OWNER_SHIFT, OWNER_MASK = 40, 0xffff
FREE = 1 << 26
SITES = 1 << 12


def memmap():
    return int(machine.value("__psim_memmap"))


def max_pfn():
    return int(machine.value("__psim_max_pfn"))


def pfn_of(address):
    """The page frame whose descriptor lies at a host address; None if none does."""
    first = memmap()
    number = (address - first) // PAGE_BYTES
    return number if address >= first and number < max_pfn() else None


def is_valid(pfn):
    """Was the descriptor ever used in this machine?"""
    if pfn >= max_pfn():
        return False
    granule = pfn >> GRANULE_SHIFT
    return machine.words(int(machine.value("__psim_granules")) + granule // 64 * 8, 1)[0] >> granule % 64 & 1 == 1


def valid_granules():
    """The first page frame of each granule that is valid, in the order in which they became so."""
    touched = machine.value("'memmap.c'::touched")
    for i in range(int(machine.value("'memmap.c'::nr_touched"))):
        yield int(touched[i]) << GRANULE_SHIFT


def signed(word):
    return word - (1 << 32) if word >> 31 else word


class Page:
    """One descriptor."""

    def __init__(self, pfn, words=None):
        self.pfn = pfn
        self.words = words or machine.words(memmap() + pfn * PAGE_BYTES, 8)

    @property
    def head(self):
        """The page frame of the folio's head."""
        link = self.words[1]
        return pfn_of(link - 1) if link & 1 else self.pfn

    @property
    def is_tail(self):
        return self.words[1] & 1 == 1

    @property
    def refs(self):
        return signed(self.words[6] >> 32)

    @property
    def maps(self):
        return signed(self.words[6] & 0xffffffff) + 1

    @property
    def zone(self):
        return machine.enum_names("enum zone_type", "ZONE_").get(self.words[0] >> ZONES_SHIFT, "?")

    @property
    def is_free(self):
        return self.words[0] & FREE != 0

    @property
    def locked(self):
        return self.words[0] & 1 == 1

    @property
    def owner(self):
        """Number of the task that holds its lock."""
        return self.words[0] >> OWNER_SHIFT & OWNER_MASK

    @property
    def site(self):
        """The function that took it."""
        sites = machine.value("'memmap.c'::sites")
        number = self.words[0] >> SITE_SHIFT & SITE_MASK
        if not int(sites) or not number:
            return "?"
        return machine.text(sites[SITES + number]["name"]) or "?"

    @property
    def order(self):
        if not self.words[0] >> self.flag_bit("head") & 1:
            return 0
        return machine.words(memmap() + (self.pfn + 1) * PAGE_BYTES, 1)[0] & 0xff

    @staticmethod
    def flag_bit(name):
        return next(b for b, n in machine.enum_names("enum pageflags", "PG_").items() if n == name)

    @property
    def flags(self):
        """Names of the flags that are set."""
        names = machine.enum_names("enum pageflags", "PG_")
        anon_exclusive = {"owner-2": "anon-exclusive"} if self.words[3] & 1 else {}
        end = next((f for f, n in machine.enum_names("enum pageflags", "__NR_").items() if n == "pageflags"), 64)
        return [anon_exclusive.get(names[bit], names[bit]) for bit in sorted(names)
                if bit < end and self.words[0] >> bit & 1]

    @property
    def kind(self):
        if self.is_free:
            return "free"
        if self.zone == "device":
            return "device"
        if self.words[3] & 1:
            return "anonymous"
        return "file" if self.words[3] else "RAM"

    def large_maps(self):
        """Of a large folio's head: mappings of the whole, PMD mappings, pins."""
        large, _mapped, entire, pins = (signed(w >> s & 0xffffffff)
                                        for w in machine.words(memmap() + (self.pfn + 1) * PAGE_BYTES + 16, 2)
                                        for s in (0, 32))
        return large + 1, entire + 1, pins

    def summary(self):
        """ "page 0x41: anonymous, 2 references, mapped once, locked uptodate" """
        if self.is_tail:
            return f"page {self.pfn:#x}, tail of page {self.head:#x}"
        text = f"page {self.pfn:#x}: {self.kind}"
        if self.is_free:
            return text
        if self.order:
            text += f", order {self.order}"
        return text + f", refs {self.refs} maps {self.maps if not self.order else self.large_maps()[0]}" + \
            ("," if self.flags else "") + "".join(" " + f for f in self.flags)


def at(address):
    """The page whose descriptor lies at @address; None if that is no descriptor."""
    pfn = pfn_of(address)
    return Page(pfn) if pfn is not None and is_valid(pfn) else None
