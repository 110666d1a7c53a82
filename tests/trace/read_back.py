#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Reads a Perfetto file of psim back: read_back.py [--cut | --alone] FILE.json [TRACE.txt]

Each record against the schema; slices nest and end; arrows begin and end in slices; counters count. With
the same run's text trace: each of its lines is one record, of the same moment, task and name. --cut: the
file broke off: its whole records count.
"""
import json
import os
import re
import sys
from collections import Counter, defaultdict

import jsonschema

# Slices whose two events are not called X and X_end
PAIRS = {
    "mmu_notifier_start": "mmu_notifier_end", "contention_begin": "contention_end",
    "wait_begin": "wait_end", "dma_fence_wait_start": "dma_fence_wait_end",
    "irq_handler_entry": "irq_handler_exit", "timer_expire_entry": "timer_expire_exit",
    "workqueue_execute_start": "workqueue_execute_end",
}


def fail(text):
    sys.exit(f"FAILED: {text}")


def read(path, cut):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    if not cut:
        return json.loads(text)
    return [json.loads(line.rstrip(",")) for line in text.split("\n")[1:-1]]


def validate(records):
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "perfetto.schema.json"), encoding="utf-8") as file:
        schema = json.load(file)
    validator = jsonschema.Draft202012Validator
    validator.check_schema(schema)
    for error in validator(schema).iter_errors(records):
        fail(f"the schema: {list(error.absolute_path)}: {error.message}")


def check_slices(records, cut):
    """Every track's slices nest; every arrow has both its ends in slices."""
    opened, begun, ended = defaultdict(list), set(), Counter()
    times = defaultdict(float)
    for r in records:
        if r["ph"] in "MC":
            continue
        track = (r["pid"], r["tid"])
        if r["ts"] < times[track]:
            fail(f"time runs backwards: {r}")
        times[track] = r["ts"]
        if r["ph"] == "B":
            opened[track].append(r["name"])
        elif r["ph"] == "E":
            if not opened[track] or opened[track].pop() != r["name"]:
                fail(f"slices do not nest: {r}")
        elif r["ph"] == "s":
            if not opened[track] or r["id"] in begun:
                fail(f"an arrow from nowhere: {r}")
            begun.add(r["id"])
        elif r["ph"] == "f":
            if not opened[track] or r["id"] not in begun:
                fail(f"an arrow to nowhere: {r}")
            ended[r["id"]] += 1
            if ended[r["id"]] > 1:
                fail(f"an arrow with two ends: {r}")
    if not cut and any(opened.values()):
        fail(f"slices are left open: {dict(opened)}")
    return len(ended)


def check_counters(records):
    pages = {}
    for r in records:
        if r["ph"] == "C":
            pages.setdefault(r["name"], []).append(r["args"]["pages"])
    return {name: (max(values), values[-1]) for name, values in pages.items()}


def check_names(records):
    named = {(r["pid"], r["tid"]) for r in records if r["name"] == "thread_name"}
    used = {(r["pid"], r["tid"]) for r in records if r["ph"] not in "MC"}
    if not used <= named:
        fail(f"tracks without a name: {used - named}")


def events(records):
    """Number of the event: its record, and the name it has in a text trace."""
    found = {}
    for r in records:
        args = r.get("args", {})
        if r["ph"] == "E" and "end" in args:
            number = args["end"]["number"]
            name = PAIRS.get(r["name"], r["name"] + "_end")
        elif r["ph"] in "Bi" and "number" in args:
            number, name = args["number"], r["name"]
        else:
            continue
        if number in found:
            fail(f"event {number} twice")
        found[number] = (r, name)
    return found


LINE = re.compile(r" *(\d+) +(-|\d+) (.*)/(\d+) (\w+):")


def compare(records, path):
    found = events(records)
    with open(path, encoding="utf-8") as file:
        lines = file.read().splitlines()
    counts = Counter()
    for number, line in enumerate(lines, 1):
        time, _, _, task, name = LINE.match(line).groups()
        if number not in found:
            fail(f"no record of event {number}: {line}")
        record, called = found.pop(number)
        counts[name] += 1
        if called != name or round(record["ts"] * 1000) != int(time):
            fail(f"event {number}: {record}, and not {line}")
        if record["tid"] != int(task) + 1 and name != "gpu_invalidate":
            fail(f"another task: {record}, and not {line}")
    if found:
        fail(f"events that the text has not: {sorted(found)[:5]}")
    return counts


def main():
    arguments = [a for a in sys.argv[1:] if not a.startswith("--")]
    cut = "--cut" in sys.argv
    records = read(arguments[0], cut)
    validate(records)
    check_names(records)
    print(f"{len(records)} records, {check_slices(records, cut)} arrows")
    for name, (most, last) in check_counters(records).items():
        print(f"{name}: at most {most} pages, {last} in the end")
    if len(arguments) > 1:
        print(f"{sum(compare(records, arguments[1]).values())} events")


if __name__ == "__main__":
    main()
