# SPDX-License-Identifier: MIT
"""Address spaces, their mappings, and a walk of their page tables."""
import gdb

from . import machine, slots

SLOTS = 512
VM_FLAGS = ((0x1, "r"), (0x2, "w"), (0x4, "x"), (0x8, "s"))


def all_spaces():
    """Every struct mm_struct, in order of birth."""
    return machine.list_entries(machine.value("psim_mm_list"), "struct mm_struct", "mmlist")


def name(mm):
    owner = mm["owner"]
    text = f"mm {int(mm['__psim_id'])}"
    return text + (f" of {machine.chars(owner['comm'])}" if int(owner) else "")


def counter(atomic):
    return int(atomic["counter"])


def summary(mm):
    rss = sum(counter(mm["rss_stat"][i]) for i in range(4))
    return (f"{name(mm)}: {int(mm['map_count'])} VMAs, {rss} pages, "
            f"users {counter(mm['mm_users'])} holders {counter(mm['mm_count'])}")


def vma_summary(vma):
    flags = int(vma["vm_flags"])
    letters = "".join(letter if flags & bit else "-" for bit, letter in VM_FLAGS[:3])
    letters += "s" if flags & 8 else "p"
    return (f"mm {int(vma['vm_mm']['__psim_id'])} [{int(vma['vm_start']):#x}, {int(vma['vm_end']):#x}) {letters} "
            + ("a file's" if int(vma["vm_ops"]) else "anonymous"))


def vmas(mm):
    """In order of address."""
    offset = next(f.bitpos // 8 for f in gdb.lookup_type("struct vm_area_struct").fields() if f.name == "vm_rb")
    pointer = gdb.lookup_type("struct vm_area_struct").pointer()

    def below(node):
        if int(node):
            yield from below(node["rb_left"])
            yield gdb.Value(int(node) - offset).cast(pointer)
            yield from below(node["rb_right"])
    return below(mm["__psim_vmas"]["rb_node"])


def table(number):
    """The slots of one table."""
    return machine.words(int(machine.value("'pgtable.c'::tables")) + number * SLOTS * 8, SLOTS)


def walk(mm, address):
    """The slot of an address, and at which level: 0 for a page, 1 for a leaf of 2 MiB; None: no table."""
    entries = machine.words(int(mm["pgd"]), SLOTS)
    for level in (3, 2, 1, 0):
        slot = entries[address >> (12 + 9 * level) & (SLOTS - 1)]
        if level == 0 or (level == 1 and slot & slots.LEAF):
            return slot, level
        if slots.kind(slot) != "table":
            return None
        entries = table(slots.pfn(slot))
    return None


def leaves(mm):
    """Every slot that is not empty, with its address and level."""
    def below(entries, level, base):
        for i, slot in enumerate(entries):
            if not slot:
                continue
            address = base + (i << (12 + 9 * level))
            if level == 0 or slot & slots.LEAF:
                yield address, slot, level
            else:
                yield from below(table(slots.pfn(slot)), level - 1, address)
    if int(mm["pgd"]):
        yield from below(machine.words(int(mm["pgd"]), SLOTS), 3, 0)


def slots_naming(pfn):
    """Where in all page tables a page frame stands: (mm, address, slot)."""
    for mm in all_spaces():
        for address, slot, level in leaves(mm):
            first = slots.pfn(slot)
            if slots.kind(slot) in slots.WITH_PFN and first <= pfn < first + (SLOTS if level else 1):
                yield mm, address + ((pfn - first) << 12), slot
