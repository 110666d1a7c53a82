#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes what Doxygen is to read; looks whether its index has every public name. Called by scripts/reference.sh.

usage: make.py write FOLDER | make.py check TAGFILE | make.py comments
"""
import pathlib
import re
import sys
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "scripts"))
from reference import pages, sources  # noqa: E402
from reference.families import Families  # noqa: E402
from reference.comments import escape  # noqa: E402

MOST_SHOWN = 60


def kinds():
    """Of each function of the kernel face its kind and its test, from docs/kernel-face.md."""
    row = re.compile(r"^\| `(\w+)` \| (\w+) \| \S+ \| (.*) \|$", re.M)
    return {name: (kind, test) for name, kind, test in row.findall((ROOT / "docs/kernel-face.md").read_text())}


def write(folder):
    faces, families, known = sources.Faces(ROOT), Families(), kinds()

    def more(name):
        lines = []
        if not (name.comment or name.said or name.head) and (said := families.of(name.path, name.name)):
            lines += ["@brief " + escape(said), ""]
        if name.is_call and not name.path.startswith("include/psim/") and name.name in known:
            kind, test = known[name.name]
            where, _, case = test.strip("`").partition("::")
            by = "" if test == "–" else f"; called by `{case}` in `{where}`" if case else f"; called by `{where}`"
            lines += ["@par Here", f"<em>{kind}</em>{by}", ""]
        return lines

    for path, of_file in faces.files.items():
        to = folder / path.removeprefix("include/")
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_text(sources.convert(path, of_file, faces.lines[path], more))
    pages.write(ROOT, folder, faces)


def complain(what, items):
    items = sorted(items)
    for item in items[:MOST_SHOWN]:
        print(f"{what}: {item}", file=sys.stderr)
    if len(items) > MOST_SHOWN:
        print(f"{what}: and {len(items) - MOST_SHOWN} more", file=sys.stderr)
    return bool(items)


def comments():
    """Every name has a comment, in its header or by its family; every family has names."""
    faces, families = sources.Faces(ROOT), Families()
    without, wrong = set(), set()
    for path, of_file in faces.files.items():
        said = {n.name for n in of_file if n.comment or n.said or n.head}
        for name in of_file:
            if name.name not in said and not families.of(path, name.name):
                without.add(f"{path}: {name.name}")
            comment = name.comment[2] if name.comment else None
            if comment and comment.name and comment.name not in {n.name for n in of_file} | {name.name}:
                wrong.add(f"{path}: the comment above {name.name} is {comment.name}'s")
    bad = complain("no comment in the header, no line in scripts/reference/families.txt", without)
    bad |= complain("a comment's name", wrong)
    everybody = [(path, name.name) for path, of_file in faces.files.items() for name in of_file]
    bad |= complain("scripts/reference/families.txt: no name fits line", map(str, families.strangers(everybody)))
    return bad


def check(tagfile):
    """Every public name is in Doxygen's index."""
    there = set()
    for node in xml.etree.ElementTree.parse(tagfile).iter("name"):
        there.add((node.text or "").split("::")[-1].removesuffix(".h"))
    wanted = {n.name for of_file in sources.Faces(ROOT).files.values() for n in of_file}
    print(f"{len(wanted)} public names")
    return complain("not in the reference", wanted - there)


def main():
    if sys.argv[1:2] == ["write"]:
        return write(pathlib.Path(sys.argv[2]))
    if sys.argv[1:2] == ["check"]:
        return check(sys.argv[2])
    if sys.argv[1:2] == ["comments"]:
        return comments()
    print(__doc__, file=sys.stderr)
    return 2


sys.exit(main())
