#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Sums gcovr's report by room and holds it against the bounds: coverage.py BUILD MACROS [FILE]."""
import collections
import json
import pathlib
import subprocess
import sys

BOUNDS = {"src/core": (100, 95), "src/shim": (95, 85)}
MARKERS_PERCENT = 1


def report(build, macros):
    out = pathlib.Path(build, "coverage.json")
    subprocess.run(
        ["gcovr", "--root", ".", "--object-directory", build, "--filter", "src/(core|shim)/",
         "--exclude-unreachable-branches", "--exclude-branches-by-pattern", rf".*\b({macros})\(.*",
         "--json", str(out)], check=True, stderr=subprocess.DEVNULL)
    return json.loads(out.read_text())["files"]


def counts(file):
    """Lines taken, lines, branches taken, branches."""
    lines = [line for line in file["lines"] if not line.get("gcovr/noncode")]
    branches = [branch for line in lines for branch in line["branches"]]
    return (sum(line["count"] > 0 for line in lines), len(lines),
            sum(branch["count"] > 0 for branch in branches), len(branches))


def percent(part, whole):
    return 100 * part / whole if whole else 100


def show(name, c):
    print(f"{name:22} {c[0]:6} of {c[1]:6} lines {percent(c[0], c[1]):6.1f} %"
          f" {c[2]:7} of {c[3]:6} branches {percent(c[2], c[3]):6.1f} %")


def show_missing(file):
    source = pathlib.Path(file["file"]).read_text().splitlines()
    for line in file["lines"]:
        taken = [branch["count"] > 0 for branch in line["branches"]]
        text = source[line["line_number"] - 1]
        if not line.get("gcovr/noncode") and not line["count"]:
            print(f"{file['file']}:{line['line_number']}: no test comes here: {text.strip()}")
        elif not all(taken):
            print(f"{file['file']}:{line['line_number']}: {taken.count(False)} of {len(taken)} branches"
                  f" not taken: {text.strip()}")


def main(build, macros, only=None):
    rooms = collections.defaultdict(lambda: (0, 0, 0, 0))
    files = report(build, macros)
    for file in files:
        parts = file["file"].split("/")
        for name in {"/".join(parts[:2]), "/".join(parts[:-1])}:
            rooms[name] = tuple(map(sum, zip(rooms[name], counts(file))))
        if only and file["file"] == only:
            show_missing(file)
    for name in sorted(rooms):
        show(name, rooms[name])
    excluded = sum(text.count("GCOVR_EXCL") for text in
                   (pathlib.Path(file["file"]).read_text() for file in files))
    total = sum(counts(file)[1] for file in files)
    print(f"exclusion markers: {excluded}, {percent(excluded, total):.2f} % of lines")
    low = [name for name, (lines, branches) in BOUNDS.items()
           if percent(*rooms[name][:2]) < lines or percent(*rooms[name][2:]) < branches]
    if excluded * 100 > total * MARKERS_PERCENT:
        low.append("exclusion markers")
    for name in low:
        print(f"below its bound: {name}", file=sys.stderr)
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
