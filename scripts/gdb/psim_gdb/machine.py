# SPDX-License-Identifier: MIT
"""The machine's statics and constants, as the debugged program has them."""
import struct

import gdb


class NotThere(gdb.GdbError):
    """One line for whoever asked, without a backtrace of Python."""


def value(expression):
    """What an expression is; NotThere if the program has no such thing (no debug information, no psim)."""
    try:
        return gdb.parse_and_eval(expression)
    except gdb.error as error:
        raise NotThere(f"psim: {error}: is this a program with psim in it, built with -g?") from error


def is_running():
    """Is there a machine, and a process that has it?"""
    try:
        return gdb.selected_inferior().pid != 0 and int(value("psim_tasks.next")) != 0 \
            and int(value("__psim_memmap")) != 0
    except (NotThere, gdb.error):
        return False


def need_machine():
    """For commands that look at the running machine."""
    if not is_running():
        raise NotThere("psim: no machine is running: stop the program between psim_start() and psim_stop()")


def words(address, count):
    """So many 64-bit words of memory."""
    return struct.unpack(f"={count}Q", bytes(gdb.selected_inferior().read_memory(address, 8 * count)))


def enum_names(enum, prefix):
    """The names of an enum, by number, without their prefix and in small letters; the first of a number wins."""
    names = {}
    for field in gdb.lookup_type(enum).fields():
        if field.name.startswith(prefix):
            names.setdefault(field.enumval, field.name[len(prefix):].lower().replace("_", "-"))
    return names


def list_entries(head, entry_type, member):
    """The entries of a struct list_head, as pointers to @entry_type."""
    pointer = gdb.lookup_type(entry_type).pointer()
    offset = next(f.bitpos // 8 for f in gdb.lookup_type(entry_type).fields() if f.name == member)
    first = int(head.address)
    at = int(head["next"])
    while at and at != first:
        yield gdb.Value(at - offset).cast(pointer)
        at = int(gdb.Value(at).cast(head.type.pointer())["next"])


def text(pointer, limit=200):
    """A char pointer's text; None for NULL."""
    if not int(pointer):
        return None
    return pointer.string(errors="replace", length=-1)[:limit]


def chars(array):
    """What stands in a char array up to its 0."""
    return array.string(errors="replace").split("\0")[0]
