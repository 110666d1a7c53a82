#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Put the conformance files of tests/face into a kernel tree, unchanged, and make Makefiles for them;
and our own core, likewise, for the tests of it.

usage: layout.py FACE HERE TREE KERNEL [PATTERN]

FACE: tests/face; HERE: this folder; TREE: the kernel's source; KERNEL: um or x86_64;
PATTERN: only files that match it, e.g. 'sync/*'. Prints the files, one a line.
"""
import fnmatch
import pathlib
import sys

FLAGS = ("-std=gnu11 -Wno-declaration-after-statement -Wno-missing-prototypes "
         "-Wno-missing-declarations -Wno-incompatible-pointer-types -Wno-unused-function "
         "-Wno-unused-variable")
# the one place that sets the pagemap of a folio, which was a field of its page
EXTRA = {"core": "CFLAGS_drm_pagemap_devmem.o := -DPSIM_CHECK_FOLIO_PGMAP\n"}


def left_out(here, kernel):
    """Patterns of files that this kernel does not get."""
    for line in (here / "files.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            pattern, kernels, _ = line.split(None, 2)
            if kernel not in kernels.split(","):
                yield pattern


def put(path, text):
    """Write a file unless it says that already, so that make sees only what changed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_bytes() != text:
        path.write_bytes(text)


def main():
    face, here, tree, kernel = *map(pathlib.Path, sys.argv[1:4]), sys.argv[4]
    pattern = sys.argv[5] if len(sys.argv) > 5 else "*"
    top = tree / "psim-check" / kernel
    out = list(left_out(here, kernel))
    rooms, names = {}, []
    core = not any(fnmatch.fnmatch("core/x_test.c", p) for p in out)
    if core:
        root = face.parent.parent
        for path in sorted((root / "src/core").glob("*.c")):
            put(top / "core" / path.name, path.read_bytes())
            rooms.setdefault("core", []).append(path.stem)
        for path in (*(root / "include/drm").glob("drm_pagemap*.h"), *(root / "src/core/drm").glob("*.h")):
            put(top / "drm-include/drm" / path.name, path.read_bytes())
    for path in sorted(face.glob("*/*")):
        name = str(path.relative_to(face))
        put(top / name, path.read_bytes())
        if path.suffix != ".c" or any(fnmatch.fnmatch(name, p) for p in out):
            continue
        if path.stem.endswith("_test"):
            if not fnmatch.fnmatch(name, pattern):
                continue
            names.append(name)
        rooms.setdefault(path.parent.name, []).append(path.stem)
    for name in ("compat.h", "compat.c"):
        put(top / name, (here / name).read_bytes())
    put(tree / "psim-check/Kconfig", (here / "Kconfig").read_bytes())
    put(tree / "psim-check/Makefile", b"obj-y += $(if $(filter um,$(SRCARCH)),um,x86_64)/\n")
    lines = [f"subdir-ccflags-y := -include $(srctree)/psim-check/{kernel}/compat.h "
             f"-I$(srctree)/psim-check/{kernel}/drm-include {FLAGS}", "obj-y += compat.o"]
    for room, stems in rooms.items():
        if any(stem.endswith("_test") for stem in stems):
            lines.append(f"obj-y += {room}/")
            objects = "".join(f" {stem}.o" for stem in stems)
            put(top / room / "Makefile", f"obj-y :={objects}\n{EXTRA.get(room, '')}".encode())
    put(top / "Makefile", ("\n".join(lines) + "\n").encode())
    print("\n".join(names))


if __name__ == "__main__":
    main()
