#!/bin/sh
# psim lab run: all runs, again, in shards, after an interruption; what a plug-in breaks; bad input.
# usage: run_test.sh PSIM SOURCE_ROOT CC
set -eu

psim=${1:?usage: run_test.sh PSIM SOURCE_ROOT CC}
root=${2:?usage: run_test.sh PSIM SOURCE_ROOT CC}
cc=${3:?usage: run_test.sh PSIM SOURCE_ROOT CC}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
# from subshells, too
failed() { echo "FAILED: $*"; : >failures; }

cat >small.yaml <<'EOF'
name: small
oversubscription: [100%, 200%]
cost: {batch_faults: 8, window: 16}
seeds: [1, 2]
workloads:
  - {name: any, kind: uniform, size: 256K, accesses: 400}
  - {name: both, kind: producer-consumer, size: 256K, accesses: 4000, chunk: 64K}
policies: [on-demand, nvidia, {name: late, base: delayed, reads: 3}]
EOF

# all of it; as CSV: a line a run and one with names
"$psim" lab run small.yaml -j 2 >out || failed "a run: $?"
grep -q '24 of 24 runs done now' out || failed "24 runs: $(cat out)"
[ "$(wc -l <lab-small/results.csv)" = 25 ] || failed "25 lines of CSV"
cp lab-small/results.csv whole.csv

# again: nothing is done twice
"$psim" lab run small.yaml | grep -q '0 of 24 runs done now' || failed "something was done twice"
cmp -s lab-small/results.csv whole.csv || failed "the tables changed"

# interrupted: the last line is cut off, five are missing; and the order in which runs end does not matter
head -n 18 lab-small/runs.jsonl | sort -r >cut
printf '{"index": 3, "key": "' >>cut
cp cut lab-small/runs.jsonl
"$psim" lab run small.yaml -j 1 | grep -q '6 of 24 runs done now' || failed "six were missing"
cmp -s lab-small/results.csv whole.csv || failed "the tables differ after an interruption"

# shards, put together
for i in 0 1 2; do "$psim" lab run small.yaml --shard $i/3 --output part$i >/dev/null || failed "shard $i"; done
rm -r lab-small
"$psim" lab merge --output lab-small part2 part0 part1 part0 | grep -q 'lab-small: 24 runs' || failed "the shards' merging"
cmp -s lab-small/results.csv whole.csv || failed "the tables differ after merging"
# psim merge sees what they are, and does the same
"$psim" merge --output merged part1 part0 part2 | grep -q 'merged: 24 runs' || failed "psim merge"
cmp -s merged/results.csv whole.csv || failed "the tables differ after psim merge"
merge_is_bad() { # PART-OF-THE-MESSAGE ARGS...
	text=$1 status=0
	shift
	"$psim" merge "$@" >out 2>err || status=$?
	[ $status = 2 ] && grep -qF -- "$text" err || failed "psim merge $*: exit code $status, not 2, or not: $text: $(cat err)"
}
mkdir nothing
merge_is_bad 'needs --output DIR' part0 part1
merge_is_bad "'nothing': a folder with results of psim lab run expected" --output more part0 nothing
merge_is_bad "'small.yaml': a folder with results of psim lab run expected" --output more small.yaml
merge_is_bad '--json and --junit are of explorations' part0 --json
merge_is_bad 'that is not there yet expected' --output merged part0
[ ! -e more ] || failed "a folder of what could not be merged"
"$psim" lab run small.yaml | grep -q '0 of 24 runs done now' || failed "the shards are not all of it"
cmp -s lab-small/results.csv whole.csv || failed "the tables differ after shards"

# the report: every policy in every table, and plots where there is gnuplot
"$psim" lab report lab-small >/dev/null 2>err || failed "a report"
[ "$(grep -c '<th scope="row">nvidia</th>' lab-small/report.html)" = 12 ] || failed "twelve tables"
if command -v gnuplot >/dev/null; then
	[ "$(grep -c '^<figure><img src="data:image/svg+xml;base64,PD94bWw' lab-small/report.html)" = 8 ] || failed "eight plots: $(cat err)"
	for plot in 0-time_ns 0-residency 1-bytes_in; do
		[ "$(od -An -c -j 1 -N 3 lab-small/plots/$plot.png | tr -d ' ')" = PNG ] || failed "$plot.png"
		grep -q '^</svg>' lab-small/plots/$plot.svg || failed "$plot.svg"
	done
fi
cp lab-small/report.html once.html
"$psim" lab report lab-small >/dev/null
cmp -s lab-small/report.html once.html || failed "a report made twice differs"

# of many policies a map
cat >many.yaml <<'EOF'
name: many
memory: [128K, 1M]
workloads: {kind: uniform, size: 256K, accesses: 400}
policies: [on-demand, random, next, stride, chunks, tree-lru, tree-tree, nvidia, lfu, largest, cyclic, zero-copy, counters]
EOF
"$psim" lab run many.yaml >/dev/null || failed "many policies"
"$psim" lab report lab-many >/dev/null || failed "a report of many policies"
if command -v gnuplot >/dev/null; then
	grep -q 'virtual time: times the least of the column' lab-many/plots/0-time_ns.svg || failed "a map"
	[ "$(awk '$3 == 0' lab-many/plots/0-time_ns.dat | wc -l)" -ge 2 ] || failed "a map has a least in each column"
	! grep -q 'times the least' lab-small/plots/0-time_ns.svg || failed "a map of three policies"
fi
status=0; "$psim" lab report . 2>err || status=$?
[ $status = 2 ] && grep -q 'results of psim lab run expected' err || failed "a report of nothing"

# a trace in another form is the same run
cat >t.csv <<'EOF'
cpu,0x10000,8,w
gpu0,0x10ffc,8,r
gpu0,0x400000,128,w
gpu0,0x400080,100,r
EOF
"$psim" lab convert csv t.csv t.bin | grep -q '4 accesses' || failed "convert"
cat >trace.yaml <<'EOF'
name: trace
memory: 1M
workloads: [{name: a, kind: csv, file: t.csv}, {name: b, kind: binary, file: t.bin}]
policies: nvidia
EOF
"$psim" lab run trace.yaml >/dev/null || failed "traces"
[ "$(cut -d, -f3-30 lab-trace/results.csv | sort -u | wc -l)" = 2 ] || failed "the forms of a trace differ"

# recorded traces, which are gzip's
"$psim" lab run "$root/examples/lab/traces.yaml" >out || failed "the recorded traces"
grep -q '12 of 12 runs done now' out || failed "12 runs: $(cat out)"
head -c 20000 "$root/examples/lab/traces/sort.trace.gz" >cut.gz
status=0; "$psim" lab convert binary cut.gz cut.bin 2>err || status=$?
[ $status = 2 ] && grep -q 'cut.gz: a whole file, of gzip or plain, expected' err || failed "a trace that is cut off: $(cat err)"

# a plug-in that works, and one that crashes
cat >mine.c <<'EOF'
#include <psim/lab.h>
static void span(void *state, const struct psim_lab_fault *fault, struct psim_lab_plan *plan)
{
	plan->bring(plan, fault->page & ~3ul, 4);
#ifdef CRASH
	*(volatile int *)8 = 0;
#endif
}
const struct psim_lab_policy psim_lab_policy = {
	.version = PSIM_LAB_VERSION, .name = "mine", .source = "assumption", .span = span};
EOF
mkdir inc && cp -r "$root/include/psim" inc/
"$cc" -shared -fPIC -Iinc -o mine.so mine.c
"$cc" -shared -fPIC -DCRASH -Iinc -o crash.so mine.c
cat >plug.yaml <<'EOF'
name: plug
memory: 1M
workloads: {kind: sequential, size: 64K, accesses: 2000}
policies: [{plugin: mine.so, base: nvidia}, {plugin: crash.so, name: crash}, block-like]
EOF
sed -i 's/, block-like//' plug.yaml
status=0
"$psim" lab run plug.yaml >out 2>err || status=$?
[ $status = 1 ] || failed "a crashing plug-in: exit code $status"
grep -q 'crash.so' err || failed "the plug-in is not named: $(cat err)"
grep -q '1 of 2 runs done now, 1 failed' out || failed "one of two: $(cat out)"
grep -q '^sequential,mine,' lab-plug/results.csv || failed "the other plug-in's result is missing"

# bad input: one line with the place and what was expected, exit code 2
bad() { # PART-OF-THE-MESSAGE, the file on standard input
	cat >bad.yaml
	status=0
	"$psim" lab run bad.yaml >out 2>err || status=$?
	if [ $status != 2 ] || [ -s out ] || [ "$(wc -l <err)" != 1 ] || ! grep -qF -- "$1" err; then
		failed "exit code $status, wanted 2 and: $1"
		cat out err
	fi
}
rest='memory: 1M
policies: nvidia'
wl='workloads: {kind: uniform, size: 64K, accesses: 10}'
printf 'name: a\n%s\n%s\n' "$wl" 'policies: nvidia' | bad 'either oversubscription: or memory: expected'
printf 'name: a\n%s\nworkloads: {kind: unform}\n' "$rest" | bad 'bad.yaml:4:19: a workload, one of sequential, uniform'
printf 'name: a\n%s\nworkloads: {kind: uniform, skew: 1}\n' "$rest" | bad 'bad.yaml:4:34: skew: one of size, accesses, bytes, writes expected'
printf 'name: a\n%s\nworkloads: {kind: uniform, size: 12Q}\n' "$rest" | bad "bad.yaml:4:34: '12Q': a number from 4K to"
printf 'name: a\n%s\nmemory: 1M\npolicies: nvida\n' "$wl" | bad 'bad.yaml:4:11: a policy, one of on-demand'
printf 'name: a\n%s\nmemory: 1M\npolicies: {name: x, parts: [pag]}\n' "$wl" | bad 'a part, one of never'
printf 'name: a\n%s\nmemory: 1M\npolicies: [nvidia, nvidia]\n' "$wl" | bad 'policies of different names expected: nvidia'
printf 'name: a\n%s\n%s\nmachine: {gpus: 9}\n' "$wl" "$rest" | bad "'9': a number from 1 to 8 expected"
printf 'name: a\n%s\n%s\ncost: {link: isa}\n' "$wl" "$rest" | bad 'a link, one of pcie3'
printf 'name: a\n%s\n%s\ncost: missing.yaml\n' "$wl" "$rest" | bad 'missing.yaml: cannot be read'
printf 'name: a/b\n%s\n%s\n' "$wl" "$rest" | bad "a name without '/' expected"
printf 'name: [a\n' | bad 'YAML expected'
printf '' | bad 'expected'
printf 'a: \0\n' | bad 'YAML of up to 16 MiB expected'
printf '%%\377\377~\377h}\210\200' | bad 'YAML in UTF-8 expected'
printf 'name: a\n%s\n%s\nfoo: 1\n' "$wl" "$rest" | bad 'foo: one of name, about'
printf 'name: a\n%s\nworkloads: {kind: csv}\n' "$rest" | bad 'file: PATH is expected'
printf 'name: a\n%s\nmemory: 1M\npolicies: {plugin: plug.yaml}\n' "$wl" | bad 'a shared object expected'
printf 'gpu0,0x1000,8,r\ngpu0,0x1000,0,r\n' >t.csv
printf 'name: a\n%s\nworkloads: {kind: csv, file: t.csv}\n' "$rest" | bad 't.csv: line 2: 1 to 65535 bytes'
printf 'gpu1,0x1000,8,r\n' >t.csv
status=0
printf 'name: a\n%s\nworkloads: {kind: csv, file: t.csv}\n' "$rest" >bad.yaml
"$psim" lab run bad.yaml >out 2>err || status=$?
[ $status = 2 ] && grep -q 'access 1 is by gpu1: the experiment has 1' err || failed "a GPU that is not there: $(cat err)"

[ ! -e failures ]
