# SPDX-License-Identifier: MIT
"""Pretty printers. "print/r" shows a value as it is."""
import gdb
import gdb.printing

from . import machine, pages, slots, spaces

MOST_ENTRIES = 512


class Line:
    """A value that is one line; a pointer to it has the address before that."""

    def __init__(self, value, summary):
        self.value = value
        self.summary = summary

    def to_string(self):
        try:
            return self.summary(self.value)
        except (gdb.error, machine.NotThere, RuntimeError):
            return "(not readable)"


def of_page(value):
    page = pages.at(int(value.address)) if value.address else None
    return page.summary() if page else "no descriptor of this machine"


def of_slot(member):
    return lambda value: slots.describe(int(value[member]))


LINES = {
    "page": of_page,
    "folio": of_page,
    "mm_struct": spaces.summary,
    "vm_area_struct": spaces.vma_summary,
    "pte_t": of_slot("pte"),
    "pmd_t": of_slot("pmd"),
    "pud_t": of_slot("pud"),
    "p4d_t": of_slot("p4d"),
    "pgd_t": of_slot("pgd"),
    "swp_entry_t": of_slot("val"),
    "psim_pte_t": lambda value: slots.describe(int(value)),
}
POINTED_AT = ("page", "folio", "mm_struct", "vm_area_struct")


class Entries:
    """A struct that has arrays of encoded page frame numbers: its members, and the entries decoded."""

    def __init__(self, value, arrays, count, shift, describe):
        self.value = value
        self.shift = shift
        self.arrays = arrays
        self.count = count
        self.describe = describe

    def to_string(self):
        return f"struct {self.value.type.strip_typedefs().name}"

    def children(self):
        for field in self.value.type.strip_typedefs().fields():
            value = self.value[field]
            if field.name in ("start", "end"):
                yield field.name, f"{int(value):#x}"
            elif field.name not in self.arrays or not int(value):
                yield field.name, value
            else:
                entries = machine.words(int(value), min(self.count(self.value), MOST_ENTRIES))
                yield from runs(field.name, entries, self.shift, self.describe)


def runs(name, entries, shift, describe):
    """ "src[2..5]", "pages 0x10.., valid": entries that go on from the one before are one line."""
    first = 0
    for i in range(1, len(entries) + 1):
        step = 1 << shift if entries[first] >> shift else 0
        if i < len(entries) and entries[i] == entries[first] + (i - first) * step:
            continue
        if i - first == 1:
            yield f"{name}[{first}]", describe(entries[first])
        else:
            text = describe(entries[first])
            yield f"{name}[{first}..{i - 1}]", text.replace(",", "..,", 1) if step else text
        first = i


def of_pages(value):
    return max(0, (int(value["end"]) - int(value["start"])) >> 12)


STRUCTS = {
    "migrate_vma": lambda value: Entries(value, ("src", "dst"), of_pages, slots.MIGRATE_SHIFT,
                                         slots.describe_migrate),
    "hmm_range": lambda value: Entries(value, ("hmm_pfns",), of_pages, 0, slots.describe_hmm),
}


def lookup(value):
    """For gdb: the printer of a value, or None."""
    kind = value.type.unqualified()
    name = kind.name or kind.strip_typedefs().name
    if name in LINES:
        return Line(value, LINES[name])
    if name in STRUCTS:
        return STRUCTS[name](value)
    if kind.strip_typedefs().code == gdb.TYPE_CODE_PTR and int(value):
        target = kind.strip_typedefs().target().unqualified()
        if target.name in POINTED_AT:
            return Line(value, lambda pointer: f"{int(pointer):#x} ({LINES[target.name](pointer.dereference())})")
    return None


def register():
    gdb.printing.register_pretty_printer(None, Lookup(), replace=True)


class Lookup(gdb.printing.PrettyPrinter):
    def __init__(self):
        super().__init__("psim")

    def __call__(self, value):
        return lookup(value)
