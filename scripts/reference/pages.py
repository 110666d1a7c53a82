# SPDX-License-Identifier: MIT
"""The reference's pages that are no header: the front, and documents with diagrams."""
import re
import shutil

PAGES = ("architecture", "migration", "finding-bugs", "instruments", "tracing", "explaining", "watching",
         "debugging", "porting")
FACES = (("psim", "the user face: what a test or a program calls"), ("linux", "the kernel face: memory, locks, tasks, time"),
         ("drm", "the kernel face: devices, and drm_pagemap"), ("kunit", "the kernel face: tests"),
         ("asm", "the kernel face: what a processor's architecture has"))

FRONT = """# pagemap-sim {{#mainpage}}

The Linux kernel's GPU page migration as an ordinary process: the reference of both faces, made from the comments in
their headers.

| folder | headers | names | what |
|---|---|---|---|
{rows}

A function of the kernel face says what it is here: *real*, it does what the kernel's does; *inert*, it does nothing by
design, and is counted; *stop*, it is not modelled, and stops the run. S and C numbers are those of the statements
about the kernel and of the core's promises, in `docs/fidelity.md`.

Pages: {pages}
"""


def page(text, name, there):
    """A document as a page: links to other documents are their names alone, unless they are pages, too."""
    def link(match):
        target = match[2].split("#")[0].removesuffix(".md")
        if match[0].startswith("!"):
            return f'\n@image html {match[2].rsplit("/", 1)[-1]} "{match[1]}" width=100%\n'
        if match[2].startswith("http"):
            return match[0]
        return f"\\ref page_{target}" if target in there else match[1]

    lines = text.replace("```session", "```").split("\n")
    lines = [line.replace("`", "") if line.startswith("#") else line for line in lines]
    lines[0] += f" {{#page_{name}}}"
    text = "\n".join(lines)
    parts = re.split(r"(^```.*?^```$|`[^`\n]*\n?[^`\n]*`)", text, flags=re.M | re.S)
    for i in range(0, len(parts), 2):
        parts[i] = re.sub(r"([@\\])", r"\\\1", parts[i])
        parts[i] = re.sub(r"!?\[([^\]]*)\]\(([^)]*)\)", link, parts[i])
    for i in range(1, len(parts), 2):
        if not parts[i].startswith("```"):
            # on one line, and with two ticks: to Doxygen an apostrophe ends what one tick has begun
            parts[i] = "`" + re.sub(r"\n *", " ", parts[i]) + "`"
    return "".join(parts)


def write(root, folder, faces):
    rows = []
    for face, what in FACES:
        of_face = [of_file for path, of_file in faces.files.items() if path.startswith(f"include/{face}/")]
        rows.append(f"| `{face}` | {len(of_face)} | {len({n.name for f in of_face for n in f})} | {what} |")
    there = [name for name in PAGES if (root / f"docs/{name}.md").exists()]
    for name in there:
        (folder / f"{name}.md").write_text(page((root / f"docs/{name}.md").read_text(), name, there))
    links = ", ".join(f"\\ref page_{name}" for name in there)
    (folder / "front.md").write_text(FRONT.format(rows="\n".join(rows), pages=links))
    images = folder / "images"
    images.mkdir(exist_ok=True)
    for image in [*(root / "docs/diagrams").glob("*.svg"), *(root / "docs").glob("*.png")]:
        shutil.copy(image, images)
