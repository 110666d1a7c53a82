# SPDX-License-Identifier: MIT
"""Where the face's declarations differ from a tree's: prototypes, enumerators, constants.

Compared is what both have and both say plainly: a macro over a function of the face's own is no
prototype, and a value that hangs on the configuration or on a type's size is no constant. Where one side
has several forms (the branches of an #if), one of them has to be the other's.
"""
import collections
import re
import sys

from . import face as own_face
from . import index
from .needs import SPACE, blank

# What kernel code includes; user space's values come with it.
TREE_FOLDERS = ("linux", "drm", "kunit", "asm-generic", "uapi/linux", "uapi/asm-generic", "vdso")
BASIC = frozenset("void char short int long float double signed unsigned _Bool bool".split())
QUALIFIERS = frozenset("const volatile restrict __restrict register".split())
TAGS = frozenset("struct union enum".split())
SAME = {"__u8": "u8", "__u16": "u16", "__u32": "u32", "__u64": "u64", "__s8": "s8", "__s16": "s16", "__s32": "s32", "__s64": "s64",
        "uint8_t": "u8", "uint16_t": "u16", "uint32_t": "u32", "uint64_t": "u64", "_Bool": "bool", "__kernel_size_t": "size_t", "struct spinlock": "spinlock_t"}
DEFINE = re.compile(r"^[ \t]*#[ \t]*define[ \t]+([A-Za-z_]\w*)(?!\()[ \t]+((?:[^\n\\]|\\\n|\\.)+)$", re.M)
ENUM = re.compile(r"\benum\b[\s\w]*\{([^{}]*)\}")
IGNORED = re.compile(r"^(__psim_|_LINUX_|__LINUX_|_DRM_|_UAPI|_ASM_|__ASM_)|_H_*$")


# ---- prototypes ---------------------------------------------------------------------------------------


def split(signature):
    depth, part, parts = 0, "", []
    for char in signature:
        depth += (char in "([{") - (char in ")]}")
        if char == "," and not depth:
            parts.append(part)
            part = ""
        else:
            part += char
    return [p.strip() for p in parts + [part]]


def plain_type(text):
    """A type without its name and its attributes, in one spelling."""
    text = index.DROPPED.sub("", text)
    pointer = re.search(r"\(\s*\*+\s*\w*\s*\)\s*\((.*)\)", text)
    if pointer:  # a function's address
        inner = ",".join(plain_type(p) for p in split(pointer.group(1)))
        return plain_type(text[:pointer.start()]) + f"(*)({inner})"
    tokens = re.findall(r"\w+|\*|\[", text)
    words, stars, unit = [], 0, False
    constant = tokens[:1] == ["const"] or "const" in tokens[:tokens.index("*")] if "*" in tokens else False
    i = 0
    while i < len(tokens):
        token = tokens[i]
        if token == "*" or token == "[":
            stars += 1
        elif token in QUALIFIERS:
            pass
        elif token in TAGS and i + 1 < len(tokens):
            words.append(SAME.get(f"{token} {tokens[i + 1]}", f"{token} {tokens[i + 1]}"))
            unit = True
            i += 1
        elif token in BASIC:
            words.append(token)
            unit = True
        elif not unit:
            words.append(SAME.get(token, token))
            unit = True
        i += 1
    words = sorted(words, key=lambda w: ("unsigned", "signed").index(w) if w in ("unsigned", "signed") else 2)
    if len(words) > 1 and words[-1] == "int" and words[-2] in ("long", "short"):
        words.pop()
    if words in (["unsigned"], ["signed"]):
        words.append("int")
    words = [w for w in words if w != "signed" or "char" in words]
    name = " ".join(SAME.get(w, w) for w in words)
    return ("const " if constant else "") + name + "*" * stars


def plain_prototype(root, tag):
    parameters = [plain_type(p) if p != "..." else p for p in split((tag.signature or "()").strip()[1:-1])]
    if parameters in ([""], ["void"]):
        parameters = []
    return f"{plain_type(index.type_of(root, tag))} ({', '.join(parameters)})"


def compare_prototypes(tree, face):
    functions = {name: [t for t in tags if t.kind in ("function", "prototype")] for name, tags in face.tags.items()}
    functions = {name: tags for name, tags in functions.items() if tags and not name.startswith("__psim_")}
    theirs = tree.tags(functions)
    compared = 0
    for name in sorted(functions):
        # not a function: how ctags reads a static assertion
        if name in ("offsetof", "sizeof", "static_assert"):
            continue
        other = [t for t in theirs.get(name, ()) if t.kind in ("function", "prototype") and t.signature and
                 not t.path.startswith(("include/trace", "include/uapi"))]
        if not other:
            continue
        compared += 1
        ours = {plain_prototype(face.include, t) for t in functions[name]}
        forms = {plain_prototype(tree.tree, t) for t in other}
        if not ours & forms:
            yield f"prototype {name}", " / ".join(sorted(ours)), " / ".join(sorted(forms))
    yield None, compared, len(functions)


# ---- values -------------------------------------------------------------------------------------------


def scan(root, folders):
    """Object-like macros and enumerators: name to the texts of their values."""
    texts = collections.defaultdict(set)
    for folder in folders:
        for path in sorted((root / folder).rglob("*.h")):
            text = SPACE.sub(lambda m: blank(m) if m.group()[0] == "/" else m.group(), path.read_text(errors="replace"))
            for name, value in DEFINE.findall(text):
                texts[name].add(value.replace("\\\n", " ").strip())
            for body in ENUM.findall(text):
                if "#" in body:
                    continue  # which there are hangs on the configuration
                before = None
                for item in split(body):
                    match = re.fullmatch(r"([A-Za-z_]\w*)\s*(?:=\s*(.*))?", item, re.S)
                    if not match:
                        if item:
                            before = None
                            break
                        continue
                    name, value = match.groups()
                    value = value or ("0" if before is None else f"({before} + 1)")
                    texts[name].add(" ".join(value.split()))
                    before = name
    return texts


FUNCTIONS = {"BIT": lambda n: 1 << n, "_BITUL": lambda n: 1 << n, "BIT_ULL": lambda n: 1 << n, "BIT_MASK": lambda n: 1 << n % 64,
             "_AC": lambda n, _=0: n, "__force": None, "ilog2": lambda n: n.bit_length() - 1,
             "GENMASK": lambda h, l: (1 << h + 1) - (1 << l), "_UL": lambda n: n, "UL": lambda n: n}
CAST = re.compile(r"\(\s*(?:__force\s+)?(?:unsigned\s+|signed\s+)?(?:void|char|short|int|long|[a-z_]+_t|u8|u16|u32|u64|s32|s64)"
                  r"(?:\s+(?:int|long))*\s*\**\s*\)\s*(?=[\w(~-])")
# A cast that changes the value.
NARROW = re.compile(r"\(\s*(?:unsigned\s+|signed\s+)?(?:char|short|u8|u16|s8|s16)\s*\)")
NUMBER = re.compile(r"\b(0[xX][0-9a-fA-F]+|\d+)[uUlL]*\b")


class Values:
    def __init__(self, texts):
        self.texts, self.known = texts, {}

    def of(self, name, depth=0):
        """Every value that the name may have; empty if one cannot be told."""
        if name not in self.known:
            self.known[name] = set()  # for names that lead to themselves
            values = {self.value(text, depth) for text in self.texts.get(name, ())}
            self.known[name] = set() if None in values else values
        return self.known[name]

    def value(self, text, depth):
        if depth > 20 or len(text) > 400 or '"' in text or "{" in text:
            return None
        if NARROW.search(text):
            return None
        text = CAST.sub("", text)
        text = re.sub(r"\b0([0-7]+)\b(?!x)", r"0o\1", NUMBER.sub(r"\1", text))
        names = {}
        for word in set(re.findall(r"\b[A-Za-z_]\w*\b", text)) - {"x"}:
            if re.search(rf"\b0[xo]\w*{word}\b", text) and word not in self.texts and word not in FUNCTIONS:
                continue
            if FUNCTIONS.get(word):
                names[word] = FUNCTIONS[word]
                continue
            values = self.of(word, depth + 1)
            if len(values) != 1:
                return None
            names[word] = next(iter(values))
        if not re.fullmatch(r"[\w\s()+*/%<>&|^~,-]+", text) or re.search(r"(?<!\d)/", text) and "/" in text and "//" in text:
            return None
        try:
            result = eval(text.replace("/", "//"), {"__builtins__": {}}, names)  # pylint: disable=eval-used
        except Exception:  # pylint: disable=broad-except
            return None
        return result if isinstance(result, int) else None


def compare_values(tree, face):
    ours = Values(scan(face.include, own_face.FOLDERS))
    theirs = Values(scan(tree.tree / "include", TREE_FOLDERS))
    compared = 0
    for name in sorted(ours.texts):
        if IGNORED.search(name) or name not in theirs.texts:
            continue
        mine, other = ours.of(name), theirs.of(name)
        if not mine or not other:
            continue
        compared += 1
        mask = (1 << 64) - 1
        if not {v & mask for v in mine} & {v & mask for v in other} and \
                not {v & 0xffffffff for v in mine if v < 0} & {v & 0xffffffff for v in other if v >= 0}:
            yield f"value {name}", show(mine), show(other)
    yield None, compared, len(ours.texts)


def show(values):
    return " / ".join(f"{v:#x}" if v > 9 else str(v) for v in sorted(values))


# ---- the list -----------------------------------------------------------------------------------------


def read_known(path):
    """'KIND NAME  # why', a line each."""
    if not path:
        return set()
    if not path.exists():
        raise index.Trouble(f"--known {path}: there is no such file")
    lines = (l.split("#")[0].split() for l in path.read_text().splitlines())
    return {" ".join(l) for l in lines if l}


def run(tree_path, known_path, cache):
    tree, face = index.Index(tree_path, cache), own_face.Face()
    known, found, counts = read_known(known_path), {}, []
    for rows in (compare_prototypes(tree, face), compare_values(tree, face)):
        for name, ours, theirs in rows:
            if name:
                found[name] = (ours, theirs)
            else:
                counts.append(ours)
    for name in sorted(set(found) - known):
        ours, theirs = found[name]
        print(f"{name}\n  face: {ours}\n  tree: {theirs}")
    for name in sorted(known - set(found)):
        print(f"{name}: in {known_path}, and does not differ any more")
    print(f"Linux {tree.version}: {counts[0]} prototypes and {counts[1]} values compared, {len(found)} differ"
          + (f", {len(known & set(found))} of them known" if known else ""))
    return 1 if set(found) ^ known else 0
