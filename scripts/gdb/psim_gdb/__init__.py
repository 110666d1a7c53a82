# SPDX-License-Identifier: MIT
"""What gdb shows of a psim machine: pretty printers, and the commands under "psim".

machine   the machine's statics and constants, read from the debugged program
slots     page-table slots and encoded page frame numbers, in words
pages     descriptors of pages and folios
spaces    address spaces, their mappings, and a walk of their page tables
tasks     tasks, what each waits for, and the stack of one that is switched out
locks     who holds what
printers  the pretty printers
commands  the commands
"""
from . import commands, printers, tasks


def register():
    """Once for each time that psim.py is sourced; the newest wins."""
    printers.register()
    tasks.register()
    commands.register()
