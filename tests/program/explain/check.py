#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Does psim explain leave nothing out? Each fault and each migration of the trace is told, in the JSON and in
the text: once, or in a range of what happened again.

usage: check.py PSIM SCENARIO
"""
import json
import re
import subprocess
import sys
import tempfile


def run(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit("%s: exit code %d: %s" % (" ".join(command), done.returncode, done.stderr))
    return done.stdout


def traced(psim, name):
    """Addresses of faults, ranges of migrations by address, and how many migrations there are in all."""
    faults, ranges, migrations = [], [], 0
    with tempfile.NamedTemporaryFile("r") as trace:
        run(psim, "run", name, "--trace", trace.name)
        for line in trace:
            value = dict(re.findall(r"(\w+)=(0x[0-9a-f]+|\d+)", line))
            if " page_fault_user_end:" in line:
                faults.append(int(value["address"], 16))
            elif " migrate_vma_setup_end:" in line:
                ranges.append((int(value["start"], 16), int(value["end"], 16)))
                migrations += 1
            elif " migrate_device_end:" in line:
                migrations += 1
    return faults, ranges, migrations


def told(text):
    """Every address that the text names, and every range."""
    spans = [(int(a, 16), int(b, 16)) for a, b in re.findall(r"(0x[0-9a-f]+) to\s+(0x[0-9a-f]+)", text)]
    spans += [(int(a, 16), int(a, 16) + 4096) for a in re.findall(r"0x[0-9a-f]+", text)]
    return spans


def main(psim, name):
    faults, ranges, migrations = traced(psim, name)
    story = json.loads(run(psim, "explain", name, "--json"))
    text = run(psim, "explain", name)
    spans = told(text)
    wrong = []
    in_story = sum(c["faults"] for c in story["chapters"]), sum(c["migrations"] for c in story["chapters"])
    if in_story != (len(faults), migrations):
        wrong.append("%d faults and %d migrations, told are %d and %d" % ((len(faults), migrations) + in_story))
    if not story["chapters"] or "The end" not in text:
        wrong.append("no story")
    for at in set(faults):
        if not any(a <= at < b for a, b in spans):
            wrong.append("the fault at %#x is not told" % at)
    for start, _ in set(ranges):
        if not any(a <= start < b for a, b in spans):
            wrong.append("the migration at %#x is not told" % start)
    for chapter in story["chapters"]:
        if not chapter["title"] or not all(p["text"] for p in chapter["paragraphs"]):
            wrong.append("an empty chapter: %r" % chapter)
    for line in wrong:
        print("%s: %s" % (name, line))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
