# SPDX-License-Identifier: MIT
"""The reference's pages that are no header: the front, and documents with diagrams."""
import re
import shutil

PAGES = ("architecture", "migration", "debugging")
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

Pages: \\ref page_architecture, \\ref page_migration, \\ref page_debugging
"""


def page(text, name):
    """A document as a page: links to other documents are their names alone, unless they are pages, too."""
    def link(match):
        target = match[2].split("#")[0].removesuffix(".md")
        if match[0].startswith("!"):
            return f'\n@image html {match[2].rsplit("/", 1)[-1]} "{match[1]}" width=100%\n'
        if match[2].startswith("http"):
            return match[0]
        return f"\\ref page_{target}" if target in PAGES else match[1]

    lines = text.replace("```session", "```").split("\n")
    lines = [line.replace("`", "") if line.startswith("#") else line for line in lines]
    lines[0] += f" {{#page_{name}}}"
    text = "\n".join(lines)
    parts = re.split(r"(^```.*?^```$|`[^`\n]*`)", text, flags=re.M | re.S)
    for i in range(0, len(parts), 2):
        parts[i] = re.sub(r"!?\[([^\]]*)\]\(([^)]*)\)", link, parts[i])
    return "".join(parts)


def write(root, folder, faces):
    rows = []
    for face, what in FACES:
        of_face = [of_file for path, of_file in faces.files.items() if path.startswith(f"include/{face}/")]
        rows.append(f"| `{face}` | {len(of_face)} | {len({n.name for f in of_face for n in f})} | {what} |")
    (folder / "front.md").write_text(FRONT.format(rows="\n".join(rows)))
    for name in PAGES:
        source = root / f"docs/{name}.md"
        if source.exists():
            (folder / f"{name}.md").write_text(page(source.read_text(), name))
    images = folder / "images"
    images.mkdir(exist_ok=True)
    for image in (root / "docs/diagrams").glob("*.svg"):
        shutil.copy(image, images)
