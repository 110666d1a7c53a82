#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Boot a kernel that holds the conformance files and write down what each case did.

usage: run.py FACE HERE KERNEL IMAGE LOG VERSION OUTPUT [FILE...]

FACE: tests/face; HERE: this folder; KERNEL: um or x86_64; IMAGE: what boots; LOG: what each boot
said; VERSION: as it shall stand in OUTPUT; FILEs: what was compiled in, as layout.py prints it.

One boot a suite. A case that does not pass there, or that a dead kernel did not come to, gets a boot
of its own: each case has a machine of its own in the shim too, so statics may be what they like.
Exit: 0 all pass or are known differences, 1 something else.
"""
import datetime
import pathlib
import re
import subprocess
import sys
import tempfile

LIMIT = {"um": 20, "x86_64": 120}  # seconds a boot may take


def command(kernel, image, glob, skip):
    """How to boot: KUnit runs before init is looked for, and powers off."""
    args = f"kunit.filter_glob={glob} psim_check_skip={','.join(skip)} kunit_shutdown=halt panic=-1 loglevel=7"
    if kernel == "um":
        return [image, "mem=512M", f"uml_dir={pathlib.Path(image).parent}", "con=null", "con0=fd:0,fd:1", *args.split()]
    return ["qemu-system-x86_64", "-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2", "-m", "2G",
            "-nographic", "-no-reboot", "-nodefaults", "-serial", "stdio", "-kernel", image, "-append",
            f"console=ttyS0 no_timer_check {args.replace('halt', 'poweroff')}"]


def cases_of(path):
    """A file's suite, and the cases that a kernel has: those outside #ifdef __PSIM__."""
    source, depth = [], 0
    for line in path.read_text().splitlines():
        if re.match(r"\s*#\s*if", line):
            depth = depth + 1 if depth or "__PSIM__" in line else 0
        elif depth and re.match(r"\s*#\s*else", line) and depth == 1:
            depth = -1  # the kernel's half
        elif re.match(r"\s*#\s*endif", line) and depth:
            depth = 0 if depth < 0 else depth - 1
        elif depth <= 0:
            source.append(line)
    text = "\n".join(source)
    suite = re.search(r"struct kunit_suite \w+ = \{[^;]*?\.name = \"([\w-]+)\"", text)
    text = re.sub(r"^#define.*\n", "", text, flags=re.M)
    return suite and suite.group(1), list(dict.fromkeys(re.findall(r"KUNIT_CASE(?:S|_SLOW|_PARAM)?\((\w+)", text)))


class Kernel:
    """Boots, and reads what a boot said."""

    def __init__(self, kernel, image, log):
        self.kernel, self.image, self.log = kernel, image, log

    def boot(self, glob, skip=()):
        """Return: the result of each case that came to its end: 'pass', 'skip REASON' or 'fail'."""
        for _ in range(3):  # on a busy host a kernel may not find its clocks
            text = self.boot_once(glob, skip)
            if "KTAP version" in text:
                break
        return self.read(text)

    def boot_once(self, glob, skip):
        """Return: all that was said."""
        with tempfile.TemporaryFile() as out:
            try:
                subprocess.run(command(self.kernel, self.image, glob, skip), stdin=subprocess.DEVNULL,
                               stdout=out, stderr=subprocess.STDOUT, timeout=LIMIT[self.kernel],
                               check=False)
                end = ""
            except subprocess.TimeoutExpired:
                end = "\n(no end: stopped)\n"
            out.seek(0)
            text = out.read().decode(errors="replace") + end
        self.log.write(f"==== {glob}\n{text}\n")
        self.log.flush()
        return text

    @staticmethod
    def read(text):
        """Pick the results out of it."""
        result = {}
        # a case stands four columns in, its parameters eight
        for line in text.replace("\r", "").splitlines():
            line = re.sub(r"^\[ *\d+\.\d+\] ?", "", line)
            found = re.match(r" {4}(ok|not ok) \d+ (\w+)(?: # SKIP ?(.*))?", line)
            if found:
                word, name, skip = found.groups()
                result[name] = "fail" if word != "ok" else f"skip {skip}" if skip is not None else "pass"
        return result


def differences(here, version):
    """Cases that this version is known to see differently: {'file::case': reason}."""
    known = {}
    path = here / f"differs-{'.'.join(version.split()[0].split('.')[:2])}.txt"
    if path.exists():
        for line in path.read_text().splitlines():
            if line and not line.startswith("#"):
                case, kernels, reason = line.split(None, 2)
                if version.split()[1] in kernels.split(","):
                    known[case] = reason
    return known


def record(output, version, rows):
    """Put these rows in place of this version's earlier ones of the same files; the others stay."""
    files = {case.split("::")[0] for case in rows}
    path = pathlib.Path(output)
    old = path.read_text().splitlines() if path.exists() else []
    today = datetime.date.today().isoformat()
    heads = [line for line in old if line.startswith("# run\t") and line.split("\t")[2] != version]
    heads.append(f"# run\t{today}\t{version}")
    kept = [line for line in old if line and not line.startswith("#")
            and (line.split("\t")[1] != version or line.split("::")[0] not in files)]
    text = ["# What a real kernel says of our conformance cases, written by scripts/kernel-check.sh.",
            "# file::case, kernel, pass or the reason why not", *sorted(heads)]
    text += sorted(kept + [f"{case}\t{version}\t{result}" for case, result in rows.items()])
    path.write_text("\n".join(text) + "\n")


def main():
    face, here, kernel, image, log_path, version, output, *files = sys.argv[1:]
    face, here = pathlib.Path(face), pathlib.Path(here)
    known = differences(here, version)
    rows = {}
    with open(log_path, "w", encoding="utf-8") as log:
        machine = Kernel(kernel, image, log)
        for name in files:
            suite, cases = cases_of(face / name)
            if not cases:
                continue
            differ = [case for case in cases if f"{name}::{case}" in known]
            if len(differ) == len(cases):
                results = {}
            else:
                results = machine.boot(f"{suite}.*", differ)
            for case in cases:
                short = f"{name}::{case}"
                result = results.get(case, "fail")
                if short in known:
                    result = f"skip {known[short]}"
                elif result == "fail":
                    result = machine.boot(f"{suite}.{case}").get(case, "no answer")
                key = f"tests/face/{name}::{case}"
                rows[key] = result
                if result in ("fail", "no answer"):
                    print(f"{key}: {result}", file=sys.stderr)
    record(output, version, rows)
    bad = [key for key, result in rows.items() if result in ("fail", "no answer")]
    passed = sum(result == "pass" for result in rows.values())
    print(f"{version}: {len(rows)} cases, {passed} pass, {len(rows) - passed - len(bad)} skipped or "
          f"known to differ, {len(bad)} fail")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
