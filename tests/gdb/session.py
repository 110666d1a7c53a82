# SPDX-License-Identifier: MIT
"""Runs the sessions of docs/debugging.md in gdb, and compares what it says with what stands there.

usage: gdb -nx -batch -x scripts/gdb/psim.py -x tests/gdb/session.py, with PSIM, ROOT and optionally WRITE=1 (the document becomes what
gdb says) in the environment. Numbers that change with the code (lines, page frames, events, host addresses)
are compared as numbers.
"""
import os
import re
import subprocess
import sys
import tempfile

import gdb

ROOT, PSIM = os.environ["ROOT"], os.environ["PSIM"]
DOCUMENT = os.path.join(ROOT, "docs/debugging.md")
# what other commands say depends on gdb and on the C library
COMPARED = ("psim", "print")


def plain(text):
    text = re.sub(r"(\.[ch]):\d+", r"\1:N", text)
    text = re.sub(r"\b0x[0-9a-f]{5,}\b|\b0x[0-9a-f]{2}\b", "0xN", text)
    text = re.sub(r"--stop-at \d+", "--stop-at N", text)
    return re.sub(r"^\d+:.*$", "N:", text, flags=re.M).strip()


class Session:
    """One document's sessions, in order: they are one after the other in one gdb."""

    def __init__(self):
        self.folder = tempfile.mkdtemp()
        self.event = None
        self.failures = 0

    def shell(self, line):
        """A line behind "$ ": what it prints. gdb is not started again, but given the program."""
        if " --args psim " in line:
            line = self.with_event(line)
            gdb.execute(f"file {PSIM}", to_string=True)
            gdb.execute("delete", to_string=True)
            gdb.execute("set args " + line.split(" --args psim ", 1)[1])
            return "", line
        said = subprocess.run(line.replace("psim ", PSIM + " ", 1) if line.startswith("psim ") else line, shell=True,
                              cwd=self.folder, capture_output=True, text=True, check=False)
        if line.startswith("grep -n "):
            self.event = int(said.stdout.split(":", 1)[0])
        return said.stdout + said.stderr, line

    def with_event(self, line):
        """The number of the event that was looked for, instead of the one that is written."""
        match = re.search(r"--stop-at (\d+)", line)
        if not match or self.event is None:
            return line
        event = self.event - (1 if line.startswith("run") else 0)
        return line[:match.start(1)] + str(event) + line[match.end(1):]

    def command(self, line):
        """A line behind "(gdb) "."""
        line = self.with_event(line)
        try:
            return gdb.execute(line, to_string=True), line
        except gdb.error as error:
            return str(error), line

    def block(self, text):
        """One session: Return: the same with what gdb says today."""
        out = []
        parts = re.split(r"^(\$ .*|\(gdb\) .*)\n", text, flags=re.M)
        for prompt, wanted in zip(parts[1::2], parts[2::2]):
            if prompt.startswith("$ "):
                said, line = self.shell(prompt[2:])
                line = "$ " + line
                compared = True
            else:
                said, line = self.command(prompt[6:])
                compared = prompt[6:].startswith(COMPARED)
                line = "(gdb) " + line
            said = "\n".join(row.rstrip() for row in said.splitlines())
            if not compared:
                out += [line, *wanted.splitlines()]
                continue
            if "built with -g?" in said or said.startswith("Undefined"):
                raise RuntimeError(f"{prompt}: {said}")
            if plain(said) != plain(wanted):
                self.failures += 1
                print(f"FAILED: docs/debugging.md: {prompt}\n--- it stands there:\n{wanted}--- it is:\n{said}\n---")
            out += [line, *said.splitlines()]
        return "\n".join(out) + "\n"


def more(session):
    """What stands in no document: mistakes are one line; a task's stack is gdb's until the program goes on."""
    def expect(line, condition):
        said = session.command(line)[0]
        if not condition(said.strip()):
            session.failures += 1
            print(f"FAILED: {line}: {said}")

    for line in ("psim page", "psim page 0x77777777777", "psim bt nobody", "psim pfns 1", "psim address 0x1"):
        expect(line, lambda said: said.startswith("psim: ") and "\n" not in said)
    session.command("delete")
    session.command(f"run replay 'fault-vs-evict pages=1 plan=-' --stop-at {session.event}")
    expect("psim task first", lambda said: "sleep_until" in said)
    expect("bt", lambda said: "user_fault" in said and "psim_stopped_before_event" not in said)
    expect("psim tasks -v", lambda said: said.count("#0 ") == 8)
    expect("frame", lambda said: "sleep_until" in said)
    expect("psim task", lambda said: "psim_stopped_before_event" in session.command("bt")[0])
    session.command("psim task first")
    session.command("continue")
    session.command("break psim_hw_trace")
    session.command("run run there-and-back --engine free")
    expect("psim task there-and-back", lambda said: said.startswith("#"))
    expect("bt", lambda said: "psim_scenario_body_there_and_back" in said)
    expect("psim bt copy", lambda said: "simhw_copy_engine" in said and "there_and_back" not in said)
    session.command("delete")
    session.command("continue")
    expect("psim tasks", lambda said: said.startswith("psim: no machine is running"))


def main():
    for setting in ("pagination off", "style enabled off", "confirm off", "width 0"):
        gdb.execute("set " + setting)
    with open(DOCUMENT, encoding="utf-8") as file:
        document = file.read()
    session = Session()
    written = re.sub(r"(?<=^```session\n)(.*?)(?=^```$)", lambda m: session.block(m.group(1)), document,
                     flags=re.M | re.S)
    more(session)
    if session.failures:
        print(f"To write what gdb says now: WRITE=1 sh tests/gdb/session_test.sh {PSIM} {ROOT}")
    if os.environ.get("WRITE"):
        with open(DOCUMENT, "w", encoding="utf-8") as file:
            file.write(written)
        return 0
    return session.failures


try:
    code = min(main(), 1)
except Exception as error:  # pylint: disable=broad-except
    print(f"FAILED: {type(error).__name__}: {error}")
    code = 1
sys.stdout.flush()
gdb.execute(f"quit {code}")
