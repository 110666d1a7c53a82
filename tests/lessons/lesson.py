#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A lesson is true: its code is the file's, its commands print what it says, its answers were run.

In docs/lessons/NN-NAME.md, by what stands behind the three backticks:
  c PATH       the file, from the project's root, word for word
  console      lines after "$ " are run by the shell, the lines below are what each must print
  diff PATH    an exercise's answer: the file so changed is built as a program of its own, and the
               console block that follows in the same answer is about that one

usage: lesson.py check ROOT BUILD LESSON.md       compares; a line for each difference
       lesson.py update ROOT BUILD LESSON.md      writes what is so into the lesson
       lesson.py answer ROOT LESSON.md N FILE     prints the file of the N-th diff, changed
"""
import os
import re
import subprocess
import sys

SECTIONS = ["What you will see", "The program", "What happened", "Exercises"]
FEWEST, MOST = 20, 60  # lines of code of a program


def parse(text):
    """The blocks: (info, body, start, end of the body in the text, number of diffs so far in its answer)."""
    blocks, answer, diffs = [], 0, 0
    for m in re.finditer(r"^```(.*)\n((?:.*\n)*?)^```$|^</?details>", text, re.M):
        if m[0] == "<details>" or m[0] == "</details>":
            answer = 0
            continue
        if m[1].startswith("diff "):
            diffs += 1
            answer = diffs
        blocks.append((m[1], m[2], m.start(2), m.end(2), answer))
    return blocks


def apply(diff, text):
    """Each run of lines up to "@@" replaces the one place where its old lines stand."""
    for hunk in re.split(r"^@@.*\n", diff, flags=re.M):
        lines = hunk.splitlines(keepends=True)
        old = "".join(line[1:] for line in lines if line[0] in " -")
        new = "".join(line[1:] for line in lines if line[0] in " +")
        if not old or text.count(old) != 1:
            raise SystemExit("a diff's lines stand %d times in the file:\n%s" % (text.count(old), old))
        text = text.replace(old, new)
    return text


def run(body, folders):
    """The console block with what its commands print now."""
    env = dict(os.environ, PATH=":".join(folders + [os.environ["PATH"]]), NO_COLOR="1", LC_ALL="C")
    out = ""
    for line in body.splitlines():
        if line.startswith("$ "):
            done = subprocess.run(["sh", "-c", line[2:]], env=env, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, timeout=300, cwd="/")
            # on a slow machine explore says every ten seconds how far it is
            said = re.sub(r"^psim: \d+ schedules, about .*\n", "", done.stdout.decode(), flags=re.M)
            out += line + "\n" + said
    return out


def actual(block, root, build, name):
    info, body, _, _, answer = block
    if info.startswith("c "):
        with open(os.path.join(root, info[2:])) as f:
            return f.read()
    if info == "console":
        programs = os.path.join(build, "examples/lessons")
        folders = [programs, build]
        if answer:
            folders.insert(0, os.path.join(programs, "answers", "%s.%d" % (name, answer)))
        return run(body, folders)
    return body


def code_lines(text):
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    return sum(1 for line in text.splitlines() if line.strip() and not line.startswith(("//", "#")))


def form(text, blocks, root, name):
    """What every lesson has."""
    wrong = ["no section '%s'" % s for s in SECTIONS if not re.search(r"^## %s" % s, text, re.M)]
    if text.count("<details>") < 2:
        wrong.append("fewer than two exercises with hidden answers")
    if not any(info == "console" for info, *_ in blocks):
        wrong.append("no output")
    with open(os.path.join(root, "docs/lessons/README.md")) as f:
        if "(%s.md)" % name not in f.read():
            wrong.append("docs/lessons/README.md does not name it")
    with open(os.path.join(root, "tests/statements.txt")) as f:
        known = set(re.findall(r"\b[SC]\d+\.\d+\b", f.read()))
    cited = set(re.findall(r"\b[SC]\d+\.\d+\b", text))
    wrong += ["%s is no statement" % n for n in sorted(cited - known)]
    if not cited:
        wrong.append("no statement is named")
    for info, body, *_ in blocks:
        if info.startswith("c ") and not FEWEST <= code_lines(body) <= MOST:
            wrong.append("%s has %d lines of code" % (info[2:], code_lines(body)))
    return wrong


def show_difference(info, said, true):
    said, true = said.splitlines(), true.splitlines()
    for i in range(max(len(said), len(true))):
        a = said[i] if i < len(said) else None
        b = true[i] if i < len(true) else None
        if a != b:
            return "block '%s', line %d\n  lesson: %s\n  is:     %s" % (info, i + 1, a, b)


def check(root, build, path, update):
    name = os.path.basename(path)[:-3]
    with open(path) as f:
        text = f.read()
    blocks = parse(text)
    wrong = form(text, blocks, root, name)
    new = text
    for block in reversed(blocks):
        true = actual(block, root, build, name)
        if true != block[1]:
            wrong.append(show_difference(block[0], block[1], true))
            new = new[:block[2]] + true + new[block[3]:]
    if update and new != text:
        with open(path, "w") as f:
            f.write(new)
    for line in wrong:
        print("%s: %s" % (name, line))
    return 1 if wrong and not update else 0


def answer(root, path, n, name):
    with open(path) as f:
        diffs = [b for b in parse(f.read()) if b[0].startswith("diff ")]
    info, body = diffs[n - 1][:2]
    if os.path.basename(info) != name:
        raise SystemExit("%s: diff %d is of %s, not of %s" % (path, n, info[5:], name))
    with open(os.path.join(root, info[5:])) as f:
        sys.stdout.write(apply(body, f.read()))
    return 0


def main(args):
    if len(args) == 5 and args[0] == "answer":
        return answer(args[1], args[2], int(args[3]), args[4])
    if len(args) == 4 and args[0] in ("check", "update"):
        return check(args[1], args[2], args[3], args[0] == "update")
    sys.stderr.write(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
