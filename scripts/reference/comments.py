# SPDX-License-Identifier: MIT
"""A comment of a header, kernel-doc or plain, as Doxygen's: what is said stays as it is said.

A kernel-doc comment begins with "name() - what", has "@parameter: text", paragraphs, and "Return: ...". A
plain one that stands directly above a declaration says what that is, and "Return: ..." too.
"""
import re

TITLE = re.compile(r"^(?:(?P<kind>struct|union|enum|typedef)\s+)?(?P<name>\w+)(?P<call>\(\))?\s*(?:-|:)\s+(?P<what>.*)$")
PARAMETER = re.compile(r"^@(?P<names>[\w.\-\[\]>]+(?:,\s*@[\w.]+)*|\.\.\.):\s*(?P<text>.*)$")
RETURN = re.compile(r"^(.*?)\bReturn:\s*(.*)$")
ESCAPES = ((re.compile(r"([\\#<>\"$])"), r"\\\1"), (re.compile(r"&"), "&amp;"), (re.compile(r"(?<![\w`])@(\w+)"), r"`\1`"),
           (re.compile(r"@"), r"\\@"), (re.compile(r"%(\w)"), r"\1"), (re.compile(r"\*/"), "* /"),
           (re.compile(r"(?<!\w)_(?=\w)|(?<=\w)_(?!\w)|\*"), lambda m: "\\" + m.group(0)))


def escape(text):
    """What Doxygen would read as a command, a tag or emphasis is a letter."""
    parts = re.split(r"(`[^`]*`)", text)
    for i in range(0, len(parts), 2):
        for pattern, by in ESCAPES:
            parts[i] = pattern.sub(by, parts[i])
    return "".join(parts)


def lines_of(comment):
    """The text of /* ... */, without the stars; indentation stays."""
    text = re.sub(r"^/\*+!?", "", comment.strip())
    text = re.sub(r"\*+/$", "", text)
    lines = [re.sub(r"^[ \t]*\* ?", "", line, count=1) if i else line.strip()
             for i, line in enumerate(text.split("\n"))]
    while lines and not lines[0].strip():
        lines.pop(0)
    while lines and not lines[-1].strip():
        lines.pop()
    return [line.rstrip() for line in lines]


class Comment:
    """What a comment says, taken apart."""

    def __init__(self, comment):
        self.lines = lines_of(comment)
        self.kernel_doc = comment.startswith("/**")
        self.kind = self.name = None
        self.brief = ""
        self.parameters = []  # (names, text)
        self.body = []  # lines
        self.result = ""
        if self.kernel_doc and self.lines and (title := TITLE.match(self.lines[0])):
            self.kind, self.name, self.brief = title["kind"], title["name"], title["what"]
            self.take(self.lines[1:])
        else:
            self.take(self.lines)

    def take(self, lines):
        """Parameters, paragraphs, the return value, in any order."""
        to = "body"
        for line in lines:
            parameter = PARAMETER.match(line) if self.kernel_doc else None
            result = RETURN.match(line)
            if parameter:
                names = [n.strip().lstrip("@") for n in parameter["names"].split(",")]
                self.parameters.append([names, parameter["text"]])
                to = "parameter"
            elif result and not line.startswith(("\t", "  ")):
                if result[1].strip():
                    self.add(to, result[1].strip())
                self.result = (self.result + " " + result[2]).strip()
                to = "result"
            elif not line.strip():
                to = "body"
                self.body.append("")
            else:
                self.add(to, line)

    def add(self, to, line):
        if to == "parameter":
            self.parameters[-1][1] += " " + line.strip()
        elif to == "result":
            self.result += " " + line.strip()
        else:
            self.body.append(line)

    def paragraphs(self):
        """The body; what is indented is shown as it stands."""
        out, shown, fresh = [], False, True
        for line in self.body:
            indented = line.startswith(("\t", "    ")) and (fresh or shown)
            if indented and not shown:
                out += ["", "@verbatim"]
                shown = True
            elif shown and line.strip() and not indented:
                out += ["@endverbatim", ""]
                shown = False
            out.append(line if shown else escape(line))
            fresh = not line.strip()
        if shown:
            out.append("@endverbatim")
        return out

    def doxygen(self, signature, more=()):
        """The same as a comment of Doxygen's. @signature: of what can be called, or ""; @more: lines behind it."""
        arguments = set(re.findall(r"\w+", signature)) | ({"..."} if "..." in signature else set())
        is_call = bool(signature) and all(n in arguments for names, _ in self.parameters for n in names)
        out = ["/**"]
        if self.brief:
            out += ["@brief " + escape(self.brief), ""]
        if self.parameters and not is_call:
            out += [f"- <tt>{', '.join(escape(n) for n in names)}</tt>: {escape(text)}"
                    for names, text in self.parameters] + [""]
        out += self.paragraphs() + [""]
        if is_call:
            out += [f"@param {name} {escape(text)}" for names, text in self.parameters for name in names]
        if self.result:
            out += ["@return " + escape(self.result), ""]
        out += [*more, "*/"]
        return "\n".join(out)
