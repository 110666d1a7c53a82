#!/bin/sh
# psim explore, sweep, replay and merge from outside: exit codes, the same result however the work is split,
# plans that replay, searches that stop and go on.
# usage: explore_test.sh PSIM SOURCE_ROOT
set -eu

psim=${1:?usage: explore_test.sh PSIM SOURCE_ROOT}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fail() { echo "FAILED: $*"; exit 1; }
status() { # WANTED ARGS...
	wanted=$1
	shift
	got=0
	"$psim" "$@" >out 2>err || got=$?
	[ $got = "$wanted" ] || { cat out err; fail "psim $*: exit code $got, wanted $wanted"; }
}
# what was found, without how it was split
found() { sed '/"shards"/,$d' "$1"; }

# Complete and clean; the same in two processes, and in three parts that are joined.
status 0 explore fault-vs-munmap --json
cp out one.json
grep -q '"complete": true' one.json || fail "not complete"
status 0 explore fault-vs-munmap -j 2 --json
cp out two.json
[ "$(found one.json)" = "$(found two.json)" ] || fail "two processes found something else"
for part in 0 1 2; do
	status 3 explore fault-vs-munmap --shard $part/3 --save part$part.json
done
status 0 merge --json part0.json part1.json part2.json
[ "$(found one.json)" = "$(found out)" ] || fail "three parts are something else than the whole"
status 3 merge part0.json part2.json
status 2 merge part0.json part0.json

# Out of budget is no answer; it goes on from there.
status 3 explore fault-vs-munmap --budget 7 --save part.json
grep -q "to go on: psim explore fault-vs-munmap .*--resume part.json" err || fail "how to go on"
status 0 explore fault-vs-munmap --resume part.json --json
[ "$(found one.json)" = "$(found out)" ] || fail "stopped and resumed is something else"
status 2 explore fault-vs-evict --resume part.json
status 2 explore fault-vs-munmap --resume err

status 1 explore lesson-lost-update --preemptions 1 --reduce

# An empty plan is the default order; the trace of a plan is the same every time.
status 0 replay 'fault-vs-evict pages=1 plan=-' --trace first
status 0 replay 'fault-vs-evict pages=1 plan=-' --trace second
cmp first second || fail "two replays, two traces"
plan='fault-vs-evict pages=1 points=coarse plan=!fault-vs-evict/1@psim_spawn:task#1'
status 0 replay "$plan"
grep -q 'the error that was given' out || fail "an error passed on: $(cat out)"
status 2 replay 'fault-vs-evict pages=1 points=coarse plan=!first/5@nobody:page#1'
grep -q 'never came to this point' err || fail "a plan that does not fit"
status 2 replay 'fault-vs-evict pages=1 points=coarse plan=first/5'
grep -q 'position 50' err || fail "a damaged plan, and where: $(cat err)"

# A stop before an event, which is the trace's line of that number.
event=$(sed -n 100p first)
got=0
"$psim" replay 'fault-vs-evict pages=1 plan=-' --stop-at 100 >out 2>err || got=$?
[ $got -gt 128 ] || fail "--stop-at: exit code $got"
grep -qF "before event 100: $event" err || fail "another event: $(cat err), not $event"
status 2 replay 'fault-vs-evict pages=1 plan=-' --stop-at 1000000

# A signal to one of many processes stops them all, and keeps what they found.
"$psim" explore migrate-vs-migrate --preemptions 2 -j 2 --save stopped.json >out 2>err &
pid=$!
tries=0
until [ "$(wc -w </proc/$pid/task/$pid/children 2>/dev/null)" = 2 ] || [ $tries = 100 ]; do
	tries=$((tries + 1))
	sleep 0.1
done
kill -TERM $pid
got=0
wait $pid || got=$?
[ $got = 3 ] || fail "stopped by a signal: exit code $got: $(cat err)"
grep -q "to go on:" err || fail "how to go on after a signal"

# Singles and pairs; drawn failures.
status 0 sweep there-and-back --json
grep -q '"bound": "2 faults"' out || fail "the bound of a sweep"
status 0 sweep there-and-back --probability 20 --runs 200
status 0 explore fault-vs-evict --random 100
status 0 explore fault-vs-evict --pct 100 --junit junit.xml
grep -q 'failures="0"' junit.xml || fail "JUnit"

# A lesson is broken, and not among the names; what is found replays.
status 1 explore lesson-lost-update
grep -q '^ *event .* a/2 *b/3' out || fail "the last events side by side: $(cat out)"
status 1 explore lesson-lost-update --json
plan=$(sed -n 's/^ *"plan": "\(.*\)"$/\1/p' out)
status 1 replay "$plan"
status 0 explore lesson-lost-update --preemptions 0
status 0 list --names
! grep -q lesson out || fail "a lesson among the names"

# Bad input.
status 2 explore
status 2 explore nothing
status 2 explore fault-vs-evict --preemptions many
status 2 explore fault-vs-evict --shard 3/3
status 2 explore fault-vs-evict speed=3
status 2 sweep fault-vs-evict --faults 0
status 2 replay
status 2 merge
