#!/bin/sh
# What is not modelled: README.md and docs/fidelity.md say the same, the reasons of
# tests/statements-not-modelled.txt are among it, and docs/fidelity.md lists each place where the code stops a run.
# usage: not_modelled_test.sh SOURCE_ROOT
set -eu

root=${1:?usage: not_modelled_test.sh SOURCE_ROOT}
command -v python3 >/dev/null || exit 0
exec python3 - "$root" <<'END'
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
failures = 0


def fail(text):
    global failures
    print("FAILED: " + text)
    failures += 1


def section(path):
    match = re.search(r"^## What is not modelled\n\n(.*?)(?=^## )", (root / path).read_text(), re.S | re.M)
    if not match:
        fail(f"{path} has no section 'What is not modelled'")
        sys.exit(1)
    return match[1]


def words(text):
    """The first paragraph, without line ends and links."""
    return " ".join(re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text.split("\n\n")[0]).split())


readme, fidelity = section("README.md"), section("docs/fidelity.md")
if words(readme) != words(fidelity):
    fail(f"'What is not modelled' differs:\nREADME.md:        {words(readme)}\ndocs/fidelity.md: {words(fidelity)}")
for line in (root / "tests/statements-not-modelled.txt").read_text().splitlines():
    if line and not line.startswith("#"):
        reason = line.split("\t")[1].split(":")[0]
        if reason not in words(readme):
            fail(f"README.md does not say that this is not modelled: {reason}")

stops = set()
for path in sorted((root / "src").rglob("*.c")):
    for text in re.findall(r'psim_stop_function\(\s*[^"]*?(?:"\w+"\s*,\s*)?((?:"[^"]*"\s*)+)\)', path.read_text()):
        stops.add((f"{path.relative_to(root)}", "".join(re.findall(r'"([^"]*)"', text))))
listed = set(re.findall(r"^\| `(src/[^`]*)` \| (.*) \|$", fidelity, re.M))
if len(stops) < 10:
    fail(f"only {len(stops)} stops found")
for path, why in sorted(stops - listed):
    fail(f"docs/fidelity.md lacks: | `{path}` | {why} |")
for path, why in sorted(listed - stops):
    fail(f"docs/fidelity.md lists a stop that is not there: | `{path}` | {why} |")
sys.exit(bool(failures))
END
