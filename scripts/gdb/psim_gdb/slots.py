# SPDX-License-Identifier: MIT
"""Page-table slots and encoded page frame numbers, in words. The bits are src/shim/mm/pte.h's."""
from . import machine

KIND = 0xf
PFN_SHIFT = 12
PROTNONE = 1 << 63
LEAF = 1 << 10
# name in pte.h, bit, what is said, and of which kinds (None: of all)
FLAGS = (
    ("WRITE", 4, "write", None),
    ("YOUNG", 5, "young", None),
    ("DIRTY", 6, "dirty", None),
    ("SOFT_DIRTY", 7, "soft-dirty", None),
    ("UFFD_WP", 8, "uffd-wp", None),
    ("SPECIAL", 9, "special", "present"),
    ("SWP_EXCLUSIVE", 9, "exclusive", "swap"),
    ("LEAF", 10, "2M", None),
    ("EXEC", 11, "exec", None),
    ("PROTNONE", 63, "protnone", None),
)
WITH_PFN = ("present", "migration-read", "migration-read-exclusive", "migration-write",
            "device-read", "device-write", "device-exclusive", "hwpoison")
MARKERS = {1: "uffd-wp", 2: "poisoned", 4: "guard"}

# linux/migrate.h
MIGRATE_FLAGS = ((0, "valid"), (1, "migrate"), (3, "write"), (4, "compound"))
MIGRATE_SHIFT = 6
# linux/hmm.h
HMM_FLAGS = ((63, "valid"), (62, "write"), (61, "error"), (60, "dma-mapped"), (59, "p2pdma"),
             (58, "p2pdma-bus"))
HMM_ORDER_SHIFT = 53


def kind(slot):
    return machine.enum_names("enum psim_pte_kind", "PSIM_PTE_").get(slot & KIND, f"kind-{slot & KIND}")


def pfn(slot):
    return (slot & ~PROTNONE) >> PFN_SHIFT


def describe(slot):
    """ "present page 0x41, write young dirty" """
    what = kind(slot)
    if not slot:
        return what
    flags = [said for _, bit, said, of in FLAGS if slot >> bit & 1 and of in (None, what)]
    if what == "table":
        text = f"table {pfn(slot)}"
    elif what == "marker":
        text = "marker " + (MARKERS.get(pfn(slot)) or f"{pfn(slot):#x}")
    elif what in WITH_PFN:
        text = f"{what} page {pfn(slot):#x}"
    else:
        text = f"{what} {pfn(slot):#x}"
    return text + (", " + " ".join(flags) if flags else "")


def describe_migrate(entry):
    """An entry of migrate_vma's src or dst."""
    if not entry:
        return "0"
    flags = " ".join(said for bit, said in MIGRATE_FLAGS if entry >> bit & 1)
    unknown = entry & ((1 << MIGRATE_SHIFT) - 1) & ~sum(1 << bit for bit, _ in MIGRATE_FLAGS)
    if unknown:
        flags += f" {unknown:#x}?"
    return f"page {entry >> MIGRATE_SHIFT:#x}, {flags}" if entry >> MIGRATE_SHIFT else f"no page, {flags}"


def describe_hmm(entry):
    """An entry of hmm_range's hmm_pfns."""
    flags = " ".join(said for bit, said in HMM_FLAGS if entry >> bit & 1)
    order = entry >> HMM_ORDER_SHIFT & 0x1f
    frame = entry & ((1 << HMM_ORDER_SHIFT) - 1)
    if not entry:
        return "0"
    return f"page {frame:#x}, {flags}" + (f" order {order}" if order else "")
