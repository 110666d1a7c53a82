#!/bin/sh
# psim lab, as a user meets it: odd names and numbers, interruptions, folders that are no good, plug-ins that misbehave.
# usage: user_test.sh PSIM SOURCE_ROOT CC
set -eu

psim=${1:?usage: user_test.sh PSIM SOURCE_ROOT CC}
root=${2:?usage: user_test.sh PSIM SOURCE_ROOT CC}
cc=${3:?usage: user_test.sh PSIM SOURCE_ROOT CC}
work=$(mktemp -d)
trap 'umount "$work/full" 2>/dev/null || :; rm -rf "$work"' EXIT
cd "$work"
# from subshells, too
failed() { echo "FAILED: $*"; : >failures; }
# EXIT-CODE PART-OF-THE-MESSAGE ARGS...: one line on standard error
says() {
	want=$1 text=$2 status=0
	shift 2
	"$psim" lab "$@" >out 2>err || status=$?
	if [ $status != "$want" ] || [ "$(wc -l <err)" != 1 ] || ! grep -qF -- "$text" err; then
		failed "psim lab $*: exit code $status, wanted $want and: $text"
		cat out err
	fi
}
file() { # NAME WORKLOADS POLICIES [MORE]
	printf 'name: %s\nworkloads: %s\npolicies: %s\n%b\n' "$1" "$2" "$3" "${4-memory: 1M}" >"$1.yaml"
}
uniform='{kind: uniform, size: 256K, accesses: 400}'

# numbers: the value and what is allowed
file n "$uniform" nvidia 'memory: 4K'; says 2 "n.yaml:4:9: '4K': a number from 64K to 1T expected" run n.yaml
file n "$uniform" nvidia 'memory: 2T'; says 2 "'2T': a number from 64K to 1T expected" run n.yaml
file n "$uniform" nvidia 'memory: 100K'; says 2 "'100K': a multiple of 64K expected" run n.yaml
file n "$uniform" nvidia 'memory: [1M, 1024K]'; says 2 'memory: a different one each time expected: 1024K' run n.yaml
file n "$uniform" nvidia 'memory: 1M\nseeds: 18446744073709551615'; says 2 "'18446744073709551615': a whole number from 0 to 9223372036854775807" run n.yaml
file n "$uniform" nvidia 'memory: 1M\nseeds: [1, -1]'; says 2 "'-1': a whole number" run n.yaml
file n "$uniform" nvidia 'memory: 1M\nseeds: [7, 7]'; says 2 'seeds: a different one each time expected: 7' run n.yaml
file n '[]' nvidia; says 2 'workloads: and policies: expected' run n.yaml
file n '{name: "a\nb", kind: uniform}' nvidia; says 2 'a name without control characters expected' run n.yaml
file n '{name: "", kind: uniform}' nvidia; says 2 'a name of 1 to 100 bytes expected' run n.yaml
says 2 "--timeout '0'" run n.yaml --timeout 0
file seeds "$uniform" on-demand 'memory: 320K\nseeds: [0, 9223372036854775807]'
"$psim" lab run seeds.yaml -j 64 >out || failed "the least and the greatest seed"
[ "$(tail -n +2 lab-seeds/results.csv | cut -d, -f7 | paste -sd' ')" = '0 9223372036854775807' ] || failed "seeds in the table: $(cat lab-seeds/results.csv)"

# names: CSV, JSON and HTML have them as they are
file names '{name: "a, \"b\" <i>é</i>", kind: uniform, size: 256K, accesses: 400}' '{name: "it'"'"'s, 5 \" & more", base: nvidia}'
"$psim" lab run names.yaml >out || failed "odd names"
if ! "$psim" lab report lab-names >/dev/null 2>err || [ -s err ]; then failed "a report with odd names: $(cat err)"; fi
python3 - <<'END' || failed "odd names in the results"
import csv, json
row = list(csv.DictReader(open("lab-names/results.csv", newline="")))[0]
assert row["workload"] == 'a, "b" <i>é</i>' and row["policy"] == 'it\'s, 5 " & more', row
assert json.load(open("lab-names/results.json"))[0]["config"]["workload"]["name"] == row["workload"]
html = open("lab-names/report.html").read()
assert "<i>" not in html and "&#60;i&#62;é" in html
END

# several costs: a dimension as the others are
printf 'batch_ns: 1000\nfault_ns: 7\n' >base.yaml
file costs "$uniform" '[on-demand, nvidia]' 'memory: 1M\ncost: [base.yaml, {name: "slow, far", file: base.yaml, batch_ns: 90000}, {name: pcie4, link: pcie4}]'
"$psim" lab run costs.yaml | grep -q '6 of 6 runs done now' || failed "six runs under three costs"
"$psim" lab run costs.yaml | grep -q '0 of 6 runs done now' || failed "costs done twice"
python3 - <<'END' || failed "costs in the results"
import csv, json
rows = list(csv.DictReader(open("lab-costs/results.csv", newline="")))
assert [r["cost"] for r in rows] == ["base"] * 2 + ["slow, far"] * 2 + ["pcie4"] * 2, rows
times = [float(r["time_ns"]) for r in rows]
per_batch = [(times[2 + i] - times[i]) / int(rows[i]["batches"]) for i in (0, 1)]
assert all(abs(x - 89000) < 1e-3 for x in per_batch), per_batch
runs = json.load(open("lab-costs/results.json"))
assert [r["config"]["cost"]["values"]["fault_ns"] for r in runs] == [7, 7, 7, 7, 0, 0]
END
"$psim" lab report lab-costs >/dev/null 2>err || failed "a report with costs: $(cat err)"
grep -q '<h3>uniform, slow, far</h3>' lab-costs/report.html || failed "a cost of its own in the report"
grep -q 'virtual time at 1 MiB, as a share of that under base' lab-costs/report.html || failed "costs compared in the report"
# whoever draws no plots finds all tables; a results file that is none is told
PATH=/nowhere "$psim" lab report lab-costs >/dev/null 2>err || failed "a report without gnuplot"
grep -q 'no plots: gnuplot is wanted for them' err || failed "gnuplot is not missed: $(cat err)"
mkdir odd; echo '[1, {"key": "a"}]' >odd/results.json
says 2 'odd/results.json: results of psim lab run expected' report odd
# a value changed is that cost's runs alone
sed -i 's/90000/90001/' costs.yaml
"$psim" lab run costs.yaml | grep -q '2 of 6 runs done now' || failed "of a changed cost"
file c "$uniform" nvidia 'memory: 1M\ncost: [base.yaml, base.yaml]'; says 2 'costs of different names expected: base' run c.yaml
file c "$uniform" nvidia 'memory: 1M\ncost: {file: base.yaml, btach_ns: 1}'; says 2 'btach_ns: one of near_ns' run c.yaml
printf 'name: x\n' >named.yaml
file c "$uniform" nvidia 'memory: 1M\ncost: named.yaml'; says 2 'named.yaml:1:7: name: one of near_ns' run c.yaml

# more than this machine can have: what it was
file big '{kind: sequential, size: 1T, accesses: 10}' on-demand 'memory: 1T\nmachine: {gpus: 8}'
status=0; "$psim" lab run big.yaml >out 2>err || status=$?
[ $status = 1 ] && grep -q 'MiB of RAM and 8 GPUs of 1048576 MiB each: ' err || failed "1 TiB of memory: $status $(cat err)"

# traces: neither themselves nor half of them are written
printf 'cpu,0x1000,8,w\n' >t.csv
says 2 't.csv: another file than ./t.csv expected' convert csv ./t.csv t.csv
[ -s t.csv ] || failed "a trace was cut off by its own conversion"
printf 'cpu,0x1000,8,w\nx\n' >half.csv
says 2 'half.csv: line 2' convert csv half.csv half.bin
[ ! -e half.bin ] || failed "half a trace is there"
if command -v valgrind >/dev/null; then
	record() { timeout 60 "$root/scripts/record-trace.sh" --psim "$psim" "$@" >out 2>err; }
	record -o true.bin -- true || failed "a recording: $(cat err)"
	status=0; record -o no.bin -- ./no-program || status=$?
	[ $status = 2 ] && grep -q 'no-program: a program expected' err || failed "a recording of nothing: $status, $(cat err)"
	: >text; chmod +x text # valgrind refuses it before it writes
	status=0; record -o no.bin -- ./text || status=$?
	[ $status != 124 ] || failed "a recording of what is no program does not end"
	status=0; record -o no/where -- true || status=$?
	[ $status = 2 ] || failed "a recording to nowhere: $status"
	status=0; record -o three.bin -- sh -c 'exit 3' || status=$?
	[ $status = 3 ] || failed "the exit code of what is recorded: $status"
fi

# folders that are no good: said before anything is run
: >plain
file f "$uniform" nvidia
says 2 'plain: a folder expected' run f.yaml --output plain
says 2 'no/where cannot be made: No such file or directory' run f.yaml --output no/where
mkdir taken; mkdir taken/runs.jsonl
says 2 'taken/runs.jsonl cannot be written: Is a directory' run f.yaml --output taken
mkdir full
if mount -t tmpfs -o size=16k none full 2>/dev/null; then
	file many "$uniform" '[on-demand, nvidia]' 'memory: [1M, 2M, 3M, 4M]'
	status=0; "$psim" lab run many.yaml --output full/lab -j 2 >out 2>err || status=$?
	[ $status = 1 ] && grep -q 'No space left on device' err || failed "a full disk: exit code $status: $(cat err)"
	for line in full/lab/runs.jsonl; do [ ! -s $line ] || [ -z "$(tail -c 1 $line)" ] || failed "half a line on a full disk"; done
	[ ! -e full/lab/results.csv.part ] || failed "half a table on a full disk"
	mount -o remount,size=4m full
	before=$(wc -l <full/lab/runs.jsonl)
	"$psim" lab run many.yaml --output full/lab | grep -q "$((8 - before)) of 8 runs done now" || failed "after a full disk"
	umount full
fi

# nobody works in a folder twice at a time; an interruption ends all processes, loses nothing, and says so
file long '{kind: uniform, size: 4M, accesses: 5000000, bytes: 8}' '[on-demand, {name: b, base: on-demand}]' 'memory: 8M\nseeds: [1, 2, 3, 4]'
children() { pgrep -P "$1" 2>/dev/null | tr '\n' ' '; }
await() { # a shell condition, for ten seconds
	for _ in $(seq 200); do eval "$1" && return; sleep 0.05; done
	failed "never came: $1"
}
for signal in INT TERM KILL; do
	rm -rf lab-long
	"$psim" lab run long.yaml -j 2 >said 2>err &
	pid=$!
	await '[ -s lab-long/runs.jsonl ]'
	[ $signal != INT ] || says 2 'lab-long: another psim lab run works there' run long.yaml
	pids=$(children $pid)
	[ -n "$pids" ] || failed "no processes to interrupt"
	# a shell's background processes ignore SIGINT
	[ $signal = INT ] && sent=TERM || sent=$signal
	kill -$sent $pid
	status=0; wait $pid || status=$?
	for child in $pids; do await "! kill -0 $child 2>/dev/null"; done
	if [ $signal != KILL ]; then
		[ $status = 1 ] && grep -q 'interrupted by signal 15: run it again for the others' err || failed "SIG$sent: $status, $(cat err)"
		done=$(($(wc -l <lab-long/results.csv) - 1))
		grep -q "^$done of 8 runs done now" said || failed "SIG$sent: said $(cat said) with $done rows"
	fi
done
: >lab-long/results.csv.part # as from a process that was ended
printf 'half a li' >lab-long/results.csv
before=$(wc -l <lab-long/runs.jsonl)
"$psim" lab run long.yaml | grep -q "$((8 - before)) of 8 runs done now" || failed "after the interruption"
[ "$(wc -l <lab-long/results.csv)" = 9 ] || failed "the table after the interruption"
[ "$(wc -l <lab-long/runs.jsonl)" = 8 ] || failed "something was done twice"

# two experiments in one folder: each one's tables, and nothing done twice
file one "$uniform" nvidia; file two "$uniform" '[nvidia, on-demand]'
"$psim" lab run one.yaml --output both | grep -q '1 of 1 runs done now' || failed "one"
"$psim" lab run two.yaml --output both | grep -q '1 of 2 runs done now' || failed "two knows what one has done"
"$psim" lab run one.yaml --output both | grep -q '0 of 1 runs done now' || failed "one again"
[ "$(wc -l <both/results.csv)" = 2 ] || failed "the tables of one"
# of an older revision: done again; and two revisions are not put together
mkdir old new
sed 's/"key": *"[0-9a-f]*", *"revision": *"[^"]*"/"key":"0","revision":"older"/' both/runs.jsonl >old/runs.jsonl
cp old/runs.jsonl new/
"$psim" lab run one.yaml --output new | grep -q '1 of 1 runs done now' || failed "an older revision's result counts"
says 2 "old/runs.jsonl: results of revision older" merge --output mixed both old
[ ! -e mixed ] || failed "a folder of what could not be merged"

# plug-ins that misbehave: named, and the others go on
mkdir inc && cp -r "$root/include/psim" inc/
cat >p.c <<'END'
#include <stdlib.h>
#include <unistd.h>
#include <psim/lab.h>
static void span(void *state, const struct psim_lab_fault *fault, struct psim_lab_plan *plan)
{
#if defined LOOPS
	for (;;)
		pause();
#elif defined EXITS
	exit(0);
#elif defined OUTSIDE
	plan->bring(plan, ~0ul, ~0u);
	plan->bring(plan, fault->page, ~0u);
	plan->bring(plan, 1ul << 40, 1);
	plan->evict(plan, ~0ul, ~0u);
	plan->evict(plan, 0, ~0u);
	plan->room(plan, ~0ul);
	plan->timeslice_ms = ~0ul;
	plan->ask_after = ~0ul;
#endif
}
static void victim(void *state, unsigned long pages, struct psim_lab_plan *plan)
{
	plan->evict(plan, 1ul << 50, 1);
}
const struct psim_lab_policy psim_lab_policy = {
	.version = PSIM_LAB_VERSION + VERSION, .name = NAME, .source = "assumption", .span = span, .victim = victim};
END
cat >w.c <<'END'
#include <stdlib.h>
#include <unistd.h>
#include <psim/lab.h>
static void *begin(const double *v, const char *file, unsigned long long seed, char *error, size_t length)
{
	return calloc(1, 1);
}
static long next(void *state, struct psim_lab_access *list, size_t max, char *error, size_t length)
{
#if defined LOOPS
	for (;;)
		pause();
#elif defined EXITS
	exit(0);
#elif defined OUTSIDE
	return 1 << 30;
#else
	return -7;
#endif
}
const struct psim_lab_workload psim_lab_workload = {
	.version = PSIM_LAB_VERSION, .name = "w", .open = begin, .next = next, .close = free};
END
so() { "$cc" -shared -fPIC -Iinc -DVERSION=0 -DNAME='"p"' "$@"; }
for kind in LOOPS EXITS OUTSIDE NOTHING; do
	so -D$kind -o p$kind.so p.c
	so -D$kind -o w$kind.so w.c
done
so -UVERSION -DVERSION=1 -o pversion.so p.c
so -UNAME -DNAME=0 -o pname.so p.c
file plug "$uniform" '[{plugin: pLOOPS.so, name: l}, {plugin: pEXITS.so, name: e}, {plugin: pOUTSIDE.so, name: o}, {plugin: pNOTHING.so, name: n}, on-demand]' \
	'memory: [128K, 1M]'
status=0; "$psim" lab run plug.yaml -j 1 --timeout 2 >out 2>err || status=$?
[ $status = 1 ] || failed "plug-ins that misbehave: exit code $status"
[ "$(grep -c 'l, .*the run was ended after 2 s, as --timeout says; it had the plug-in pLOOPS.so' err)" = 2 ] || failed "one that loops: $(cat err)"
[ "$(grep -c 'e, .*the run ended with exit code 0; it had the plug-in pEXITS.so' err)" = 2 ] || failed "one that exits: $(cat err)"
grep -q '6 of 10 runs done now, 4 failed' out || failed "six of ten: $(cat out err)"
file v "$uniform" '{plugin: pversion.so}'; says 2 'v.yaml:3:20: version 1 of psim_lab_policy expected, found 2' run v.yaml
file v "$uniform" '{plugin: pname.so}'; says 2 'psim_lab_policy with name and source expected' run v.yaml
file w '{plugin: wLOOPS.so}' nvidia; says 1 'going through the workload was ended after 1 s, as --timeout says; it has the plug-in wLOOPS.so' run w.yaml --timeout 1
file w '{plugin: wEXITS.so}' nvidia; says 1 'going through the workload ended with exit code 0; it has the plug-in wEXITS.so' run w.yaml
file w '{plugin: wOUTSIDE.so}' nvidia; says 2 'w: its next() gave 1073741824 accesses: at most 4096 expected' run w.yaml
file w '{plugin: wNOTHING.so}' nvidia; says 2 'w: its next() failed without a word' run w.yaml
# one that was compiled anew is another
file p "$uniform" '{plugin: p.so, name: p}'
cp pNOTHING.so p.so; "$psim" lab run p.yaml >/dev/null || failed "a plug-in"
cp pOUTSIDE.so p.so; "$psim" lab run p.yaml | grep -q '1 of 1 runs done now' || failed "a changed plug-in's old result counts"

# psim new: what it writes runs, from the tree, with the psim that is on the PATH
if command -v cmake >/dev/null && [ "$(dirname "$(dirname "$(dirname "$psim")")")" = "$root" ]; then
	for kind in policy workload; do
		"$psim" new $kind my_$kind >/dev/null
		PATH=$(dirname "$psim"):$PATH cmake -S my_$kind -B my_$kind/build >log 2>&1 && cmake --build my_$kind/build >>log 2>&1 ||
			failed "psim new $kind: $(cat log)"
		! grep -q warning: log || failed "psim new $kind: $(cat log)"
		"$psim" lab run my_$kind/my_$kind.yaml >/dev/null || failed "psim new $kind: its experiment"
	done
fi

[ ! -e failures ]
