# SPDX-License-Identifier: MIT
"""Who holds what: the lists of held locks, and the locks of folios."""
from . import machine, pages, tasks

HOW = {0: "", 1: " for reading", 2: " for reading (again)"}


def held_locks():
    """Lines, by task: what it holds, since when, and who waits for it."""
    everybody = tasks.all_tasks()
    for task in everybody:
        for held in task.held:
            lockmap = held["map"]
            waiters = [t.name for t in everybody
                       if t.waits is not None and int(t.waits["map"]) == int(lockmap)]
            yield (f"{task.name} holds {machine.text(lockmap['name']) if int(lockmap['name']) else '(unnamed)'}"
                   f"{HOW.get(int(held['read']), '')} since {machine.text(held['site'])}"
                   + (f"; waiting: {' '.join(waiters)}" if waiters else ""))


def locked_folios():
    """Lines, by page frame."""
    everybody = tasks.all_tasks()
    names = {t.number: t.name for t in everybody}
    for first in valid_firsts():
        words = machine.words(pages.memmap() + first * pages.PAGE_BYTES, 8 << pages.GRANULE_SHIFT)
        for i in range(1 << pages.GRANULE_SHIFT):
            page = pages.Page(first + i, words[8 * i:8 * i + 8])
            if not page.locked or page.is_tail:
                continue
            waiters = [t.name for t in everybody if t.waits is not None and int(t.waits["holder"])
                       and machine.text(t.waits["what"]) == "page" and int(t.waits["number"]) == page.pfn]
            yield (f"{names.get(page.owner, 'a task that ended')} holds the lock of page {page.pfn:#x}"
                   + (f"; waiting: {' '.join(waiters)}" if waiters else ""))


def valid_firsts():
    return sorted(pages.valid_granules())


def are_listed():
    """Does this machine keep lists of held locks?"""
    return not int(machine.value("psim_held_off"))
