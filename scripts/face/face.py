# SPDX-License-Identifier: MIT
"""The kernel face: what its headers declare, and of which kind each function is."""
import collections
import pathlib
import re
import shutil
import subprocess
import tempfile

from . import index

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
# In the source tree, or beside this module where it is installed.
INCLUDE = next((p for p in (ROOT / "include", HERE.parent.parent / "kernel/include") if (p / "linux").is_dir()), None)
TABLE = next((p for p in (ROOT / "docs/kernel-face.md", HERE.parent.parent / "kernel-face.md") if p.exists()), None)
FOLDERS = ("linux", "asm", "drm", "kunit")

# The compiler's words: what looks like a function there is an attribute.
NO_FUNCTIONS = re.compile(r"linux/(compiler|compiler_types|kconfig|args|stringify|__psim_names)\.h")


# What the compiler's own headers give, which the face uses as they are.
COMPILERS = frozenset("""size_t ptrdiff_t va_list va_start va_end va_arg va_copy offsetof wchar_t bool true false
NULL""".split())


def names_there(include, version):
    """
    What the headers give to a tree of this version, by the compiler's word: the functions that a macro defines
    (SetPageDirty and its kin) too, and not what is for other versions. None without a compiler.
    """
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if not compiler:
        return None
    with tempfile.TemporaryDirectory() as work:
        every = pathlib.Path(work, "every.c")
        headers = sorted(str(p.relative_to(include)) for f in FOLDERS for p in (include / f).rglob("*.h"))
        every.write_text("".join(f"#include <{h}>\n" for h in headers if not h.endswith("__psim_names.h")))
        own = subprocess.run([compiler, "-print-file-name=include"], stdout=subprocess.PIPE, text=True, check=False)
        expanded = pathlib.Path(work, "expanded.c")
        major, minor = (int(n) for n in version.split("."))
        subprocess.run([compiler, "-E", "-dD", "-P", f"-D__PSIM_TREE_VERSION={(major << 16) + (minor << 8)}", "-nostdinc", "-isystem", own.stdout.strip(), f"-I{include}", "-D__KERNEL__",
                        "-D__PSIM_KERNEL_CC__", str(every), "-o", str(expanded)], stderr=subprocess.DEVNULL, check=False)
        if not expanded.exists():
            return None
        return {t["name"] for t in index.ctags(work, ["expanded.c"]) if not t["name"].startswith("__anon")}


class Face:
    """@names: every name that a header defines or declares, with its header; @headers: that there are."""

    def __init__(self, include=INCLUDE, version="7.0"):
        self.include = include
        self.tags = collections.defaultdict(list)
        for tag in index.ctags(include, [f for f in FOLDERS if (include / f).is_dir()]):
            self.tags[tag["name"]].append(
                index.Tag(tag["name"], tag["kind"], tag["path"], tag["line"], tag.get("signature"), tag.get("typeref")))
        self.there = names_there(include, version) or set(self.tags)
        self.headers = {str(p.relative_to(include)) for p in include.rglob("*.h")}

    def has(self, name):
        return name in self.there or name in COMPILERS

    def functions(self):
        """Prototypes, inline functions, and macros that are called like functions and have a small name."""
        found = {}
        for name, tags in self.tags.items():
            # __psim_: our own; a name with capitals is a macro in a kernel as well
            if name.startswith("__psim_") or name != name.lower():
                continue
            tags = [t for t in tags if not NO_FUNCTIONS.match(t.path)]
            tags = [t for t in tags if t.kind in ("function", "prototype") or (t.kind == "macro" and t.signature)]
            if tags:
                found[name] = sorted(tags, key=lambda t: (t.kind != "prototype", t.path, t.line))[0].path
        return found


def read_kinds(table=TABLE):
    """What docs/kernel-face.md says: the kind of each function."""
    kinds = {}
    if table:
        for line in table.read_text().splitlines():
            cells = [c.strip() for c in line.strip("|").split("|")]
            if len(cells) >= 4 and cells[1] in ("real", "inert", "stop"):
                kinds[cells[0].strip("`")] = cells[1]
    return kinds
