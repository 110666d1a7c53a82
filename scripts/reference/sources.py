# SPDX-License-Identifier: MIT
"""The headers of both faces, as Doxygen is to read them: each public name with a comment of Doxygen's.

Public is what does not begin with __psim. The branches of an #if are all there. What has no comment of its
own, and stands in a block of lines with one that has, is shown with that one's.
"""
import pathlib
import re

from face import index

from .comments import Comment, escape

FACES = ("psim", "linux", "drm", "kunit", "asm")
KINDS = ("function", "prototype", "macro", "struct", "union", "enum", "typedef", "externvar", "variable")
SECTION = re.compile(r"/\* -+ ?(.*?) ?-+ \*/")
# "typedef unsigned int uid_t, gid_t;"
SEVERAL = re.compile(r"^((?:typedef|extern) [\w ]+?) \*?\w+(?:, \*?\w+)+;$")
DECLARATION_GOES_ON = re.compile(r"^[\w*(][^;{}#]*$")


class Name:
    """One public name at one place."""

    def __init__(self, tag):
        self.name, self.kind, self.line = tag["name"], tag["kind"], tag["line"] - 1
        self.path = tag["path"]
        self.signature = tag.get("signature", "")
        self.is_call = self.kind in ("function", "prototype") or "signature" in tag
        self.start = self.line
        self.comment = None  # its own: (first line, last line, Comment)
        self.said = None  # a Comment on it that stands elsewhere
        self.head = None  # the Name whose comment is shared


def public(tag):
    name = tag["name"]
    return (tag["kind"] in KINDS and not tag.get("scope") and not name.startswith(("__psim", "psim_scenario_body_", "__PSIM", "__anon"))
            and name != "_Bool" and not (tag["kind"] == "macro" and re.fullmatch(r"_*(?:LINUX|ASM|DRM|KUNIT|PSIM)_\w*_H_*", name)))


class Faces:
    """All public names, by file, in order; and what is said of a name elsewhere."""

    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.files, self.elsewhere = {}, {}
        inside = {}
        for tag in index.ctags(root, [f"include/{face}" for face in FACES]):
            if public(tag):
                self.files.setdefault(tag["path"], []).append(Name(tag))
            elif tag["name"].startswith("__psim_") and tag["kind"] in ("function", "prototype"):
                inside.setdefault(tag["path"], []).append(Name(tag))
        self.lines = {path: (self.root / path).read_text().split("\n") for path in {*self.files, *inside}}
        for path, of_file in self.files.items():
            of_file.sort(key=lambda n: n.line)
            place(of_file, self.lines[path])
            share(of_file, self.lines[path])
        self.look_elsewhere(inside)

    def look_elsewhere(self, inside):
        """kernel-doc names its subject; a comment above __psim_name() is the macro name()'s."""
        for path in [*map(self.root.joinpath, self.lines), *sorted((self.root / "src").rglob("*.c"))]:
            for text in re.findall(r"/\*\*\n.*?\*/", path.read_text(), re.S):
                comment = Comment(text)
                if comment.name:
                    self.elsewhere.setdefault((comment.name, comment.kind is None), comment)
        for path, of_file in inside.items():
            place(of_file, self.lines[path])
            for name in of_file:
                if name.comment:
                    self.elsewhere.setdefault((name.name.removeprefix("__psim_"), True), name.comment[2])
        for of_file in self.files.values():
            for name in of_file:
                said = self.elsewhere.get((name.name, name.is_call))
                if said and not name.comment:
                    name.said, name.head = said, None


def comments_of(lines):
    """(first, last) of each comment that has its lines for itself."""
    first = None
    for i, line in enumerate(lines):
        text = line.strip()
        if first is None and text.startswith("/*"):
            first = i
        if first is not None and "*/" in text:
            if text.endswith("*/"):
                yield first, i
            first = None


def place(of_file, lines):
    """Find where each declaration begins, and the comment above it."""
    ends = {last: first for first, last in comments_of(lines)}
    for name in of_file:
        while name.kind == "typedef" and name.start and lines[name.start].startswith(("}", "\t")):
            name.start -= 1
        while name.start and name.kind != "macro" and DECLARATION_GOES_ON.match(lines[name.start - 1]) \
                and not lines[name.start - 1].endswith(("\\", ":", "*/")):
            name.start -= 1
        last = name.start - 1
        if last in ends and not SECTION.match(lines[last].strip()) and "SPDX" not in lines[last]:
            name.comment = (ends[last], last, Comment("\n".join(lines[ends[last]:last + 1])))


def share(of_file, lines):
    """In a block without blank lines, a name without a comment has that of the one before."""
    before = None
    for name in of_file:
        if name.comment:
            before = name
            continue
        if before is None or name.start <= before.start:
            continue
        depth = 0
        for line in lines[before.line:name.start]:
            depth += line.count("{") - line.count("}")
            if not line.strip() and depth == 0:
                before = None
                break
        name.head = before


def title(path, lines):
    """The comment at the top of a file, behind its licence, is the file's."""
    for first, last in comments_of(lines[:40]):
        if "SPDX" in lines[first]:
            continue
        comment = Comment("\n".join(lines[first:last + 1]))
        return f"/** @file\n@brief `#include <{path.removeprefix('include/')}>`\n" + \
            "\n".join(["", *comment.paragraphs()]) + "\n*/"
    return "/** @file */"


def convert(path, of_file, lines, more):
    """A header's text. @more: gives the lines behind a name's comment."""
    directive = False
    out, skip, done = [title(path, lines)], set(), set()
    at = {}
    for name in of_file:
        at.setdefault(name.start, []).append(name)
    for name in of_file:
        if name.comment:
            skip.update(range(name.comment[0], name.comment[1] + 1))
    for i, line in enumerate(lines):
        several = SEVERAL.match(line)
        for name in at.get(i, ()):
            said = name.comment[2] if name.comment else name.said
            if said:
                out.append(said.doxygen(name.signature, more(name)))
            elif name.name not in done:
                like = f"See {name.head.name}{'()' if name.head.is_call else ''}." if name.head else ""
                out.append("\n".join(["/**", escape(like), "", *more(name), "*/"]))
            done.add(name.name)
            if not several:
                break
            out.append(f"{several[1]} {'*' if '*' + name.name in line else ''}{name.name};")
        if i in skip or several:
            continue
        if re.match(r"\s*#\s*(if|else|elif|endif)", line) or (directive and lines[i - 1].endswith("\\")):
            directive = True
            continue
        directive = False
        out.append(line.replace("/**", "/*"))
    return "\n".join(out) + "\n"
