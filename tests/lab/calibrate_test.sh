#!/bin/sh
# scripts/calibrate: values come back from measurements made of them with noise; the file is one that psim lab
# run reads; what is wrong in a CSV is told with its place.
# usage: calibrate_test.sh PSIM SOURCE_ROOT PYTHON
set -eu

psim=${1:?usage: calibrate_test.sh PSIM SOURCE_ROOT PYTHON}
root=${2:?usage: calibrate_test.sh PSIM SOURCE_ROOT PYTHON}
python=${3:?usage: calibrate_test.sh PSIM SOURCE_ROOT PYTHON}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
failed() { echo "FAILED: $*"; : >failures; }
calibrate() { "$python" "$root/scripts/calibrate" "$@"; }

cat >known.yaml <<'EOF'
near_ns: 2
far_ns: 450
peer_ns: 300
cpu_ns: 1.5
batch_ns: 31000
region_ns: 12000
page_ns: 250
copy_ns: 2100
in_speed: 24000
out_speed: 21000
peer_copy_ns: 1800
peer_speed: 210000
cpu_fault_ns: 1900
EOF
# each measurement is reckoned here from what docs/cost-model.md says of it, and is up to 2 % wrong
cat >measure.py <<'EOF'
import random, sys
c = {k: float(v) for k, v in (line.split(":") for line in open("known.yaml"))}
noise = random.Random(int(sys.argv[1]))
over = lambda n, speed: n * 1000 / speed
rows = []
def row(kind, n, direction, ns):
    rows.extend(f"{kind},{n},{direction},{ns * (1 + noise.uniform(-.02, .02)):.4f}" for _ in range(20))
for n in (4096 << i for i in range(0, 13, 2)):
    pages = n // 4096
    row("copy", n, "in", c["copy_ns"] + over(n, c["in_speed"]))
    row("copy", n, "out", c["copy_ns"] + over(n, c["out_speed"]))
    row("copy", n, "peer", c["peer_copy_ns"] + over(n, c["peer_speed"]))
    row("cpu-fault", n, "out", c["cpu_fault_ns"] + pages * c["page_ns"] + c["copy_ns"] + over(n, c["out_speed"]))
    if pages <= 512:
        row("fault", n, "in", c["batch_ns"] + c["region_ns"] + pages * c["page_ns"] + c["copy_ns"] + over(n, c["in_speed"]))
    if pages <= 256:
        row("faults", n, "in", c["batch_ns"] + pages * (c["region_ns"] + c["page_ns"] + c["copy_ns"] + over(4096, c["in_speed"])))
for where in ("near", "far", "peer", "cpu"):
    row("access", 8, where, c[where + "_ns"])
noise.shuffle(rows)
print("# measured\nkind,bytes,direction,ns", *rows, sep="\n")
EOF
cat >compare.py <<'EOF'
import sys
read = lambda path: {k: float(v) for k, v in (line.split(":") for line in open(path) if not line.startswith("about"))}
known, got = read("known.yaml"), read(sys.argv[1])
assert not (got.keys() ^ known.keys()) - {"fault_ns", "piece_ns"}, got
for name, value in known.items():
    assert abs(got[name] / value - 1) < 0.05, (name, value, got[name])
EOF
for seed in 1 2 3; do
	"$python" measure.py $seed >measured.csv
	calibrate measured.csv -o fitted.yaml >out || failed "calibrate"
	"$python" compare.py fitted.yaml || failed "seed $seed: the values did not come back"
	grep -qE 'relative residuals: (0|1)\.[0-9]+ %' out || failed "residuals: $(tail -n 2 out)"
	grep -qE '^copy +in +4096 +20 ' out || failed "a residual of each size"
done

# copies alone: of the rest nothing is said
grep -E '^kind|^copy' measured.csv >copies.csv
calibrate copies.csv -o copies.yaml >/dev/null || failed "copies alone"
[ "$(cut -d: -f1 copies.yaml | tr '\n' ' ')" = 'about copy_ns in_speed out_speed peer_copy_ns peer_speed ' ] ||
	failed "copies alone: $(cat copies.yaml)"

# the file is read, and its values are those that count: an access to RAM costs far_ns
cat >use.yaml <<'EOF'
name: use
memory: 1M
cost: fitted.yaml
workloads: {kind: sequential, size: 64K, accesses: 1000}
policies: zero-copy
EOF
"$psim" lab run use.yaml >/dev/null || failed "psim lab run"
"$python" - <<'EOF' || failed "the cost file does not count"
import json
run = json.load(open("lab-use/results.json"))[0]
cost = run["config"]["cost"]["values"]
line = next(l for l in open("fitted.yaml") if l.startswith("far_ns"))
assert abs(cost["far_ns"] - float(line.split(":")[1])) < 1e-5, cost
assert run["result"]["far"] == 1000 and run["result"]["time_ns"] >= 1000 * cost["far_ns"] * 0.999
EOF

# bad input: one line, the place, what was expected; exit code 2; no cost file
bad() { # PART-OF-THE-MESSAGE, the file on standard input
	cat >bad.csv
	status=0
	calibrate bad.csv -o bad.yaml >out 2>err || status=$?
	if [ $status != 2 ] || [ -s out ] || [ -e bad.yaml ] || [ "$(wc -l <err)" != 1 ] || ! grep -qF -- "$1" err; then
		failed "exit code $status, wanted 2 and: $1"
		cat out err
	fi
}
head='kind,bytes,direction,ns'
printf '' | bad 'bad.csv: rows of measurements expected'
printf '%s\n' "$head" | bad 'bad.csv: rows of measurements expected'
printf 'copy,4096,in,5\n' | bad "bad.csv:1: the columns' names expected: kind,bytes,direction,ns"
printf '%s\ncopy,4096,in,5\ncoyp,4096,in,5\n' "$head" | bad "bad.csv:3: kind: one of copy, access, fault, faults, cpu-fault expected, not 'coyp'"
printf '%s\ncopy,4096,up,5\n' "$head" | bad 'bad.csv:2: direction: one of in, out, peer expected for copy'
printf '%s\n\n# c\nfault,4095,in,5\n' "$head" | bad 'bad.csv:4: bytes: a number from 4096'
printf '%s\nfault,5000,in,5\n' "$head" | bad 'bad.csv:2: bytes: whole pages of 4096 expected'
printf '%s\ncopy,4096,in,nan\n' "$head" | bad "bad.csv:2: ns: a number from 0.001 to 1e+15 expected, not 'nan'"
printf '%s\ncopy,4096,in\n' "$head" | bad 'bad.csv:2: 4 columns expected'
printf '%s\ncopy,4096,in,5\n' "$head" | bad 'bad.csv: in_speed cannot be told from copy_ns'
printf '%s\nfault,4096,in,50000\nfault,65536,in,70000\n' "$head" | bad 'and copies beside faults, expected'
printf '%s\ncopy,4096,in,5000\ncopy,8192,in,50\n' "$head" | bad 'in_speed: copies that take longer the larger they are expected'
printf '%s\n\377\n' "$head" | bad "bad.csv:2: CSV in UTF-8 expected, not '?'"
printf 'kind,bytes,direction,ns,more\n' | bad "bad.csv:1: the columns' names expected"
printf '%s\ncopy,4096,in,-5\n' "$head" | bad "bad.csv:2: ns: a number from 0.001 to 1e+15 expected, not '-5'"
printf '%s\ncopy,4096,in,inf\n' "$head" | bad "bad.csv:2: ns: a number from 0.001 to 1e+15 expected, not 'inf'"
printf '%s\ncopy,1e300,in,5\n' "$head" | bad "bad.csv:2: bytes: a number from 1 to 1e+15 expected, not '1e300'"
printf '%s\ncopy,1_000,in,5\n' "$head" | bad "bad.csv:2: bytes: a number from 1 to 1e+15 expected, not '1_000'"
printf '%s\ncopy,4096,in,\033[2J5\n' "$head" | bad "expected, not '?[2J5'"
printf '%s\ncopy,1e15,in,0.001\ncopy,1e14,in,0.001\n' "$head" | bad 'in_speed: times of a speed from 1 to 1e9 MB/s expected'
printf '%s\ncopy,"4096\nin,5\n' "$head" | bad 'bad.csv:3: CSV expected: '
head -c 3000000 /dev/zero | tr '\0' x | bad 'bad.csv:1: CSV expected: '
head -c 100000 "$psim" | bad 'bad.csv:'
# a spreadsheet's: with a mark, and its ends of lines
{ printf '\357\273\277'; sed 's/$/\r/' copies.csv; } >sheet.csv
calibrate sheet.csv -o sheet.yaml >/dev/null && tail -n +2 sheet.yaml >a && tail -n +2 copies.yaml | cmp -s - a || failed "a spreadsheet's CSV"
# the measurements are not written over
cp copies.csv same.csv
status=0; calibrate same.csv -o ./same.csv >out 2>err || status=$?
[ $status = 2 ] && grep -q 'another file' err && cmp -s same.csv copies.csv || failed "the same file: $(cat err)"
if [ -w /dev/full ]; then
	status=0; calibrate copies.csv -o full.yaml >/dev/full 2>err || status=$?
	[ $status = 2 ] && [ "$(cat err)" = 'calibrate: standard output: No space left on device' ] || failed "a full disk: $(cat err)"
fi
# many rows
"$python" -c '
print("kind,bytes,direction,ns")
for i in range(100000):
	n = 4096 << i % 9
	print(f"copy,{n},in,{1500 + n / 12:.3f}")' >many.csv
calibrate many.csv -o many.yaml >/dev/null && grep -q '^in_speed: 1[12][09][09][09]\.' many.yaml || failed "many rows: $(cat many.yaml)"
status=0; calibrate missing.csv 2>err || status=$?
[ $status = 2 ] && grep -q 'missing.csv: cannot be read' err || failed "a missing file: $(cat err)"
status=0; calibrate copies.csv -o missing/a.yaml >out 2>err || status=$?
[ $status = 2 ] && grep -q 'missing/a.yaml: cannot be written' err || failed "a folder that is not there: $(cat err)"

[ ! -e failures ]
