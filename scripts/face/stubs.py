# SPDX-License-Identifier: MIT
"""What the face lacks, for a file to be compiled all the same: prototypes, with functions that stop the run.

Macros, enumerations and type names come as the user's own tree has them; of a structure only the name:
where its members are needed, its header has to be taken (--take).
"""
import re

from .index import DROPPED, type_of
from .needs import SPACE, blank, is_for, nearest, words

HEAD = """/* What {what} needs and the kernel face lacks, after Linux {version}. Made by psim-kernel-check --stubs. */
"""


def prototype(tree, tag):
    signature = DROPPED.sub("", tag.signature or "(void)")
    return f"{type_of(tree.tree, tag)} {tag.name}{'(void)' if signature == '()' else signature}"


def names_of_parameters(signature):
    """The parameters need names in a definition; those without get one."""
    depth, part, parts = 0, "", []
    for char in signature[1:-1]:
        depth += char in "([" and 1 or char in ")]" and -1 or 0
        if char == "," and not depth:
            parts.append(part)
            part = ""
        else:
            part += char
    parts.append(part)
    named = []
    for i, text in enumerate(p.strip() for p in parts):
        plain = re.sub(r"\b(const|volatile|struct|union|enum|unsigned|signed|long|short)\b", " ", text)
        count = len(re.findall(r"[A-Za-z_]\w*", plain))
        has_name = "(" in text or text in ("void", "...") or count > 1 or (count == 1 and re.search(
            r"\b(unsigned|signed|long|short)\b", text) and not re.search(r"\b(int|char)\b", plain))
        named.append(text if has_name else f"{text} arg{i}")
    return "(" + ", ".join(named) + ")"


def lines_from(tree, tag):
    return (tree.tree / tag.path).read_text(errors="replace").split("\n")


def macro_text(tree, tag):
    lines = lines_from(tree, tag)
    end = tag.line - 1
    while lines[end].rstrip().endswith("\\"):
        end += 1
    return "\n".join(lines[tag.line - 1:end + 1])


def enum_text(tree, tag):
    """The whole enumeration around an enumerator."""
    text = SPACE.sub(blank, "\n".join(lines_from(tree, tag)))
    at = sum(len(l) + 1 for l in text.split("\n")[:tag.line - 1])
    begin = max((m.start() for m in re.finditer(r"\benum\b[\s\w]*\{", text) if m.start() <= at + 200), default=at)
    return re.sub(r"\s*\n\s*(?:\n\s*)*", "\n\t", text[begin:text.index("}", begin)]).rstrip() + "\n};"


def typedef_text(tree, tag):
    lines = lines_from(tree, tag)
    begin = tag.line - 1
    while begin and "typedef" not in lines[begin]:
        begin -= 1
    return "\n".join(lines[begin:tag.line])


class Maker:
    def __init__(self, tree, face):
        self.tree, self.face = tree, face
        self.texts = {"typedef": {}, "enum": {}, "macro": {}, "prototype": {}, "variable": {}}
        self.stubs, self.structs, self.includes, self.done = {}, set(), {"linux/types.h"}, set()

    def add(self, name, tag):
        if name in self.done:
            return
        self.done.add(name)
        if tag.kind in ("struct", "union"):
            self.structs.add(f"{tag.kind} {name};")
            return
        if tag.kind == "macro":
            self.texts["macro"][name] = macro_text(self.tree, tag)
        elif tag.kind in ("enumerator", "enum"):
            text = enum_text(self.tree, tag)
            self.texts["enum"][text] = text
            self.done |= set(re.findall(r"\w+", text))
            self.follow(text)
            return
        elif tag.kind == "typedef":
            self.texts["typedef"][name] = typedef_text(self.tree, tag)
        elif tag.kind in ("function", "prototype"):
            self.texts["prototype"][name] = prototype(self.tree, tag) + ";"
            self.stubs[name] = tag
        else:
            self.texts["variable"][name] = f"extern {type_of(self.tree.tree, tag)} {name};"
            self.stubs[name] = tag
        self.follow(self.texts.get({"function": "prototype"}.get(tag.kind, tag.kind), {}).get(name, prototype(self.tree, tag)))

    def follow(self, text):
        """What the text itself needs: of the face its header, else one more of these."""
        for name, before, after, _ in words(text.replace("#define", " ")):
            if before in ("struct", "union"):
                self.structs.add(f"{before} {name};")
            elif self.face.has(name):
                tags = [t for t in self.face.tags.get(name, ()) if t.kind in ("typedef", "enumerator", "macro", "struct")]
                if tags and not tags[0].path.rsplit("/")[-1].startswith("__psim_"):
                    self.includes.add(tags[0].path)
            elif name not in self.done:
                use = "call" if after == "(" else "word"
                tags = [t for t in self.tree.tags([name]).get(name, ()) if is_for(use, t) and t.kind != "variable"]
                if tags:
                    self.add(name, nearest(tags, ()))

    def header(self, what):
        parts = [HEAD.format(what=what, version=self.tree.version), "#ifndef PSIM_MISSING_H\n#define PSIM_MISSING_H\n"]
        parts += [f"#include <{i}>" for i in sorted(self.includes)]
        parts += ["", *sorted(self.structs), ""]
        for kind in ("typedef", "enum", "macro", "prototype", "variable"):
            parts += [self.texts[kind][name] for name in sorted(self.texts[kind])]
        return "\n".join(parts) + "\n\n#endif\n"

    def source(self, what):
        parts = [HEAD.format(what=what, version=self.tree.version), "#include <psim_missing.h>\n",
                 "void psim_stop_function(const char *function, const char *why) __attribute__((noreturn));\n"]
        for name in sorted(self.stubs):
            tag = self.stubs[name]
            if tag.kind not in ("function", "prototype"):
                parts.append(f"{type_of(self.tree.tree, tag)} {name};\n")
                continue
            head = f"{type_of(self.tree.tree, tag)} {name}{names_of_parameters(DROPPED.sub('', tag.signature or '(void)'))}"
            parts.append(f"{head}\n{{\n\tpsim_stop_function(\"{name}\", \"the face lacks it; Linux {self.tree.version} declares "
                         f"it in {tag.path}\");\n}}\n")
        return "\n".join(parts)


def write(folder, tree, face, found):
    maker = Maker(tree, face)
    for need in found:
        if need.state == "missing" and need.tag:
            maker.add(need.name, need.tag)
    what = "a kernel source file"
    (folder / "include").mkdir(parents=True, exist_ok=True)
    (folder / "include/psim_missing.h").write_text(maker.header(what))
    (folder / "stubs.c").write_text(maker.source(what))
    for need in found:
        if need.state == "missing" and need.what == "header":
            path = folder / "include" / need.name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(HEAD.format(what=what, version=tree.version) + "#include <psim_missing.h>\n")
