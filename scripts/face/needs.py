# SPDX-License-Identifier: MIT
"""What a kernel source file needs of the kernel's headers, by its words.

A word counts as needed if a header of the tree declares it and the file does not: a function where it
is called or its address taken, a macro, an enumerator, a type. What the preprocessor would leave out is
looked at too; members of structures are not.
"""
import collections
import pathlib
import re

from . import index
from .face import COMPILERS

Need = collections.namedtuple("Need", "what name header line state tag")

SPACE = re.compile(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.S)
INCLUDE = re.compile(r"^[ \t]*#[ \t]*include[ \t]*([<\"])([^>\"]+)[>\"]", re.M)
TOKEN = re.compile(r"[A-Za-z_]\w*|->|##|\.\.\.|[^\s\w]|\d\w*")
KEYWORDS = frozenset("""auto break case char const continue default do double else enum extern float for goto if inline int
long register restrict return short signed sizeof static struct switch typedef union unsigned void volatile while
_Bool _Static_assert typeof __typeof__ asm __asm__ __attribute__ __func__ defined define undef include ifdef ifndef
endif elif pragma error true false NULL __builtin_types_compatible_p""".split())
TYPES = frozenset(("struct", "union", "enum"))
# Where of several declarations the one that kernel code means stands: not user space's, not another machine's.
FAR = re.compile(r"include/(uapi|asm-generic|vdso|trace|rdma|xen|soc|math-emu)/")


def blank(match):
    return re.sub(r"[^\n]", " ", match.group())


def words(text):
    """(name, token before, token after, line), for every word outside comments and strings."""
    # the file's includes are looked at apart, and a "header" would be a string
    text = SPACE.sub(blank, INCLUDE.sub(blank, text))
    line, end, tokens = 1, 0, []
    for match in TOKEN.finditer(text):
        line += text.count("\n", end, match.start())
        end = match.start()
        tokens.append((match.group(), line))
    for i, (name, at) in enumerate(tokens):
        if name[0].isalpha() or name[0] == "_":
            before = tokens[i - 1][0] if i else ""
            after = tokens[i + 1][0] if i + 1 < len(tokens) else ""
            yield name, before, after, at


class File:
    def __init__(self, path):
        self.path = pathlib.Path(path)
        try:
            self.text = self.path.read_text(errors="replace")
        except OSError as error:
            raise index.Trouble(f"{path}: {error.strerror}") from error
        self.includes = [(m.group(2), m.group(1) == "<", self.text.count("\n", 0, m.start()) + 1)
                         for m in INCLUDE.finditer(self.text)]
        own = list(index.ctags(self.path.resolve().parent, [self.path.name], ["--kinds-C=+lzmL"]))
        self.tags_defined = {t["name"] for t in own if t["kind"] in ("struct", "union", "enum")}
        # what the file declares: its locals hide what a header says
        self.hidden = {t["name"] for t in own if t["kind"] in ("local", "parameter", "member", "label")}
        self.defined = {t["name"] for t in own if t["kind"] not in ("local", "parameter", "member", "label")}
        self.defined |= local_headers(self)

    def candidates(self):
        """Name to (as a type's tag?, called?, line), of the first place that counts."""
        found = {}
        for name, before, after, line in words(self.text):
            if name in KEYWORDS or before in (".", "->"):
                continue
            if before in TYPES:
                if name not in self.tags_defined:
                    found.setdefault((before, name), line)
                continue
            if name in self.defined:
                continue
            called = after == "("
            if name in self.hidden and not called:
                continue
            found.setdefault(("call" if called else "word", name), line)
        return found


def local_headers(file):
    """What the driver's own headers beside the file declare."""
    folder, names, seen = file.path.resolve().parent, set(), set()
    stack = [(folder, i) for i, angle, _ in file.includes if not angle]
    while stack:
        base, include = stack.pop()
        path = (base / include).resolve()
        if path in seen or not path.is_file():
            continue
        seen.add(path)
        names |= {t["name"] for t in index.ctags(path.parent, [path.name])}
        text = path.read_text(errors="replace")
        stack += [(path.parent, m.group(2)) for m in INCLUDE.finditer(text) if m.group(1) == '"']
    return names


def is_for(use, tag):
    if use in TYPES:
        return tag.kind == use
    if use == "call":
        return tag.kind in ("function", "prototype") or (tag.kind == "macro" and bool(tag.signature)) or \
            (tag.kind == "macro" and not tag.signature)
    return tag.kind in ("macro", "enumerator", "typedef", "function", "prototype", "externvar", "variable") and \
        not (tag.kind == "macro" and tag.signature)


def nearest(tags, includes):
    """The declaration to name: in a header that the file includes, then in one that drivers use."""
    return min(tags, key=lambda t: (t.path.removeprefix("include/") not in includes, bool(FAR.match(t.path)), t.path, t.line))


WHAT = {"prototype": "function", "function": "function", "externvar": "variable", "struct": "struct", "union": "union",
        "enum": "enum"}


def state_in(face, kinds, use, name, taken):
    tags = [t for t in face.tags.get(name, ()) if is_for(use, t)]
    if tags and face.has(name):
        return kinds.get(name, "real")
    # a tag is enough for pointers; a name may be of another kind there: a macro over our own function
    if face.has(name) and use not in TYPES:
        return kinds.get(name, "real")
    return "taken" if taken else "missing"


def needs(file, tree, face, kinds, taken=()):
    """Everything that @file needs, as a list of Need; headers first. @taken: headers that come from the tree."""
    found = []
    for header, angle, line in file.includes:
        if angle:
            # a header of the tree's own folder, by its -I: it is the driver's
            state = "taken" if header in taken else "real" if header in face.headers else "missing"
            if state != "missing" or (tree.tree / "include" / header).exists() or header.startswith("asm/") or \
                    (tree.tree / "include/uapi" / header).exists():
                found.append(Need("header", header, header, line, state, None))
    candidates = file.candidates()
    known = tree.tags({name for _, name in candidates})
    includes = {header for header, _, _ in file.includes}
    done = set()
    for (use, name), line in sorted(candidates.items(), key=lambda c: c[1]):
        tags = [t for t in known.get(name, ()) if is_for(use, t)]
        if not tags or name in done or name in COMPILERS:
            continue
        done.add(name)
        tag = nearest(tags, includes)
        found.append(Need(WHAT.get(tag.kind, tag.kind), name, tag.path.removeprefix("include/"), line,
                          state_in(face, kinds, use, name, tag.path.removeprefix("include/") in taken), tag))
    return found
