#!/usr/bin/env python3
"""Writes examples/data/tour.txt again: about 1 MiB of plain sentences about a machine's pages.

The same bytes every time: the only source of variety is a counter.
usage: scripts/make-tour-text.py > examples/data/tour.txt
"""
import sys

WHO = ["The reader", "A writer", "The copy engine", "A sleeping task", "The fault handler", "An old page",
       "The driver", "A patient lock", "The smallest folio", "A fence", "The notifier"]
DID = ["waited for", "moved", "counted", "looked for", "remembered", "gave back", "locked", "mapped",
       "asked about", "carried", "found", "released", "copied"]
WHAT = ["page {a:#x}", "the slot at {b:#x}", "{c} references", "the last byte of page {a:#x}",
        "a hole of {c} pages", "the bus address {b:#x}", "reader number {c}", "a queue of {c} faults",
        "the root of tree {c}"]
WHEN = ["before the table was flushed", "while the link was busy", "after {c} ticks",
        "as soon as the lock was free", "and nobody noticed", "for the {c}th time",
        "because the timeslice had ended"]


def sentence(n):
    values = {"a": n * 7919 % 65536, "b": n * 104729 % 0x7fffffff & ~0xfff, "c": n * 31 % 997 + 1}
    pick = lambda words, step: words[n * step // 3 % len(words)].format(**values)
    return f"{n:06d}. {pick(WHO, 5)} {pick(DID, 7)} {pick(WHAT, 4)} {pick(WHEN, 11)}.\n"


def main():
    size = n = 0
    while size < 1 << 20:
        n += 1
        line = sentence(n)
        size += len(line)
        sys.stdout.write(line)


if __name__ == "__main__":
    main()
