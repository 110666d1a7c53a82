#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""psim-kernel-check tells the truth of every file of a folder of a kernel tree: looked up anew, by other means.

usage: truth.py SOURCE_ROOT TREE FOLDER

What it calls missing, the tree's named header has, the file uses, and no header of the face says; what
it calls real, inert or stop, the face has. And with its index made it takes less than a second.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

PATIENCE = 5.0  # a second, on a machine that does nothing else


def main():
    root, tree, folder = (pathlib.Path(a) for a in sys.argv[1:4])
    files = sorted(str(p.relative_to(tree)) for p in (tree / folder).glob("*.c"))
    check = [str(root / "scripts/psim-kernel-check")]
    subprocess.run([*check, str(tree), files[0]], stdout=subprocess.DEVNULL, check=False)
    began = time.monotonic()
    subprocess.run([*check, str(tree), files[0]], stdout=subprocess.DEVNULL, check=False)
    took = time.monotonic() - began
    done = subprocess.run([*check, "--json", str(tree), *files], stdout=subprocess.PIPE, check=False)
    wrong, counted = [], {"real": 0, "inert": 0, "stop": 0, "missing": 0}
    face = {}
    for path in (root / "include").rglob("*.h"):
        text = re.sub(r"/\*.*?\*/", " ", path.read_text(), flags=re.S)
        face[str(path.relative_to(root / "include"))] = set(re.findall(r"\w+", text))
    said = set().union(*(words for name, words in face.items() if not name.endswith("__psim_names.h")))
    theirs, there, gone = {}, {}, {}
    for name, rows in json.loads(done.stdout)["files"].items():
        source = (tree / name).read_text(errors="replace").splitlines()
        for row in rows:
            counted[row["state"]] += 1
            what = f"{name}:{row['line']}: {row['state']} {row['what']} {row['name']}"
            if row["name"] not in source[row["line"] - 1]:
                wrong.append(what + ": the file does not say it there")
            if row["what"] == "header":
                if (row["name"] in face) != (row["state"] != "missing"):
                    wrong.append(what + ": the face says otherwise")
                continue
            header = tree / "include" / row["header"]
            if header not in theirs:
                theirs[header] = set(re.findall(r"\w+", header.read_text(errors="replace")))
            if row["name"] not in theirs[header]:
                wrong.append(what + f": not in <{row['header']}>")
            if row["state"] == "missing" and row["what"] in ("struct", "union", "enum"):
                if row["name"] in said and not declared_only(root, row):
                    wrong.append(what + ": the face has it")
            elif row["state"] == "missing":
                gone.setdefault(row["name"], what)
            if row["state"] != "missing" and row["what"] in ("function", "macro", "enumerator", "typedef", "variable"):
                there.setdefault(row["name"], what)
    wrong += [there.get(name, name) + ": the compiler does not find it" for name in not_found(root, tree, there)]
    wrong += [gone[name] + ": the compiler finds it" for name in set(gone) - set(not_found(root, tree, gone))]
    print(f"{len(files)} files of {folder}: " + ", ".join(f"{n} {s}" for s, n in counted.items()))
    if took > PATIENCE:
        wrong.append(f"with its index it took {took:.1f} s")
    for line in wrong[:20]:
        print("FAILED: " + line)
    return 1 if wrong else 0


def not_found(root, tree, names):
    """The names that no header of the face gives, by the compiler's word."""
    include, lines = root / "include", []
    for folder in ("linux", "asm", "drm", "kunit"):
        lines += [f"#include <{p.relative_to(include)}>" for p in sorted((include / folder).rglob("*.h"))
                  if not p.name.startswith("__psim_")]
    for i, name in enumerate(sorted(names)):
        lines.append(f"#ifndef {name}\nextern __typeof__({name}) *psim_use_{i};\n#endif")
    major, minor = re.findall(r"^(?:VERSION|PATCHLEVEL) = (\d+)$", (tree / "Makefile").read_text(), re.M)
    version = (int(major) << 16) + (int(minor) << 8)
    with tempfile.NamedTemporaryFile("w", suffix=".c") as file:
        file.write("\n".join(lines) + "\n")
        file.flush()
        own = subprocess.run(["cc", "-print-file-name=include"], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
        done = subprocess.run(["cc", "-std=gnu11", "-nostdinc", "-isystem", own, f"-I{include}", "-D__KERNEL__", "-w", f"-D__PSIM_TREE_VERSION={version}",
                               "-D__PSIM_KERNEL_CC__", "-fms-extensions", "-fmax-errors=0", "-fsyntax-only", file.name],
                              stderr=subprocess.PIPE, text=True, check=False, env={**os.environ, "LC_ALL": "C"})
    found = set(re.findall(r"error: '(\w+)' undeclared", done.stderr))
    return sorted(found & set(names)) or (["(all)"] if done.returncode and not found else [])


def declared_only(root, row):
    """The face says the word, but does not have it: 'struct x;' at the most."""
    name = row["name"]
    define = (rf"\b(struct|union|enum)\s+{name}\s*(\{{|__)",)
    for path in (root / "include").rglob("*.h"):
        text = path.read_text()
        if name in text and any(re.search(d, text, re.M) for d in define):
            return False
    return True


sys.exit(main())
