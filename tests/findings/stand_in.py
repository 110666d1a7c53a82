#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes a small kernel source tree out of our own core: its files at the kernel's paths.

usage: stand_in.py TREE [--version 7.0] [--edit FILE]...

A kernel tree has two files where we have several, so ours are joined. --edit: FILE changes what was
made: blocks of lines "--- PATH", the old text, "+++", the new text, "===". Old text that is not there
exactly once is an error, so an edit cannot silently become none; without old text all of the file is new,
and without new text either the tree lacks it.
"""
import argparse
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve()
ROOT = HERE.parent.parent.parent
BLOCK = re.compile(r"^--- (\S+)\n(.*?)^\+\+\+\n(.*?)^===$", re.S | re.M)
INTERNAL = "drm/drm_pagemap_internal.h"


def joined(core):
    """All of the core but its utilities as one file."""
    parts = [core / INTERNAL] + sorted(p for p in core.glob("*.c") if p.name != "drm_pagemap_util.c")
    return "\n".join(p.read_text().replace(f"#include <{INTERNAL}>\n", "") for p in parts)


def write(path, text):
    """Only what changed, so that a build after it is short."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def edited(files, edit):
    blocks = BLOCK.findall(edit.read_text())
    if not blocks:
        sys.exit(f"stand_in.py: {edit}: no edits in it")
    for path, old, new in blocks:
        if path not in files:
            sys.exit(f"stand_in.py: {edit}: no file {path}")
        if not old:
            files[path] = new
            continue
        if files[path].count(old) != 1:
            sys.exit(f"stand_in.py: {edit}: {files[path].count(old)} times in {path}, not once:\n{old}")
        files[path] = files[path].replace(old, new)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("tree", type=pathlib.Path)
    parser.add_argument("--version", default="7.0")
    parser.add_argument("--edit", type=pathlib.Path, action="append", default=[])
    args = parser.parse_args()
    major, minor = args.version.split(".")
    core, drm = ROOT / "src/core", ROOT / "include/drm"
    files = {
        "Makefile": f"# SPDX-License-Identifier: MIT\nVERSION = {major}\nPATCHLEVEL = {minor}\nSUBLEVEL = 0\n",
        "drivers/gpu/drm/drm_pagemap.c": joined(core),
        "drivers/gpu/drm/drm_pagemap_util.c": (core / "drm_pagemap_util.c").read_text(),
        "include/drm/drm_pagemap.h": (drm / "drm_pagemap.h").read_text(),
        "include/drm/drm_pagemap_util.h": (drm / "drm_pagemap_util.h").read_text(),
    }
    for edit in args.edit:
        edited(files, edit)
    for path, text in files.items():
        if text.strip():
            write(args.tree / path, text)
        else:  # an edit that leaves nothing: the tree lacks the file
            (args.tree / path).unlink(missing_ok=True)


main()
