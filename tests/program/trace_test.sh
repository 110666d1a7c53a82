#!/bin/sh
# The files that psim run leaves, read back; what breaks off opens; filters; bad input.
# usage: trace_test.sh PSIM SOURCE BUILD
set -eu

psim=${1:?usage: trace_test.sh PSIM SOURCE BUILD}
read_back="python3 $2/tests/trace/read_back.py"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fail() { echo "FAILED: $*"; exit 1; }

bad() { # PART-OF-THE-MESSAGE ARGS...
	part=$1
	shift
	status=0
	"$psim" run "$@" >out 2>err || status=$?
	[ $status = 2 ] && [ ! -s out ] && [ "$(wc -l <err)" = 1 ] && grep -qF -- "$part" err ||
		fail "psim run $*: exit code $status, wanted 2 and one line with '$part': $(cat out err)"
}

same() { # SCENARIO OPTIONS...
	"$psim" run "$@" --trace text --perfetto json >/dev/null || fail "psim run $*"
	$read_back json text >out || fail "psim run $*: $(cat out)"
}

if python3 -c 'import jsonschema' 2>/dev/null; then
	same fault-vs-evict
	grep -q '^device memory 1: at most 4 pages, 0 in the end' out || fail "pages: $(cat out)"
	same fault-vs-evict --filter all
	same migrate-vs-migrate --filter all --scheduler random --seed 5
	same there-and-back --filter 'fault,migrate,-migrate_finalize'
	same gpu-vs-munmap
	# the newest of a ring that was too small: slices and arrows whose beginning is gone
	"$psim" run eviction --perfetto json --events 1000 >/dev/null
	$read_back json >out || fail "a small ring: $(cat out)"
	# wherever it breaks off
	size=$(wc -c <json)
	for part in 3 5 7 9; do
		head -c $((size * part / 10)) json >cut
		$read_back --cut cut >out || fail "a file that breaks off: $(cat out)"
	done
else
	echo "without python3's jsonschema nothing is read back"
fi

# The same run, the same bytes
"$psim" run fault-vs-evict --perfetto one --filter all >/dev/null
"$psim" run fault-vs-evict --perfetto two --filter all >/dev/null
cmp one two || fail "two runs, two files"

# What a filter takes
"$psim" run fault-vs-evict --trace text --filter 'page_fault_user,task=first/6' >/dev/null
[ -s text ] && ! grep -v ' first/6 page_fault_user:' text || fail "a filter: $(cat text)"
"$psim" run fault-vs-evict --trace text --filter 'lock' >/dev/null
grep -q 'lock_acquired: lock=' text || fail "no locks: $(head -3 text)"
"$psim" run fault-vs-evict --trace text >/dev/null
! grep -q 'lock_acquired\|page_ref' text || fail "locks by default"

# Signals: what the ring holds is written, and the text to its last line
truncate -s 24M large
for signal in TERM INT; do
	"$psim" run tour --file large --perfetto json --trace text --events 2000 >out 2>err &
	pid=$!
	tries=0
	until [ "$(wc -c <text 2>/dev/null || echo 0)" -gt 300000 ] || [ $tries = 100 ]; do
		tries=$((tries + 1))
		sleep 0.05
	done
	kill -$signal $pid || fail "it was over already: $(cat out err)"
	status=0
	wait $pid || status=$?
	[ $status -gt 128 ] || fail "SIG$signal: exit code $status"
	[ "$(tail -c 2 json)" = ']' ] || fail "SIG$signal: the file breaks off: $(tail -2 json)"
	[ "$(tail -c 1 text | wc -l)" = 1 ] || fail "SIG$signal: the text breaks off: $(tail -1 text)"
	rm json text
done
# and one that cannot be caught: all but the last lines of the text are there
"$psim" run tour --file large --trace text >out 2>err &
pid=$!
tries=0
until [ "$(wc -c <text 2>/dev/null || echo 0)" -gt 300000 ] || [ $tries = 100 ]; do
	tries=$((tries + 1))
	sleep 0.05
done
kill -KILL $pid
wait $pid || true
head -n -1 text | grep -qvE '^ *[0-9]+ +(-|[0-9]+) .*/[0-9]+ [a-z_]+:' && fail "SIGKILL: a line that is none"
[ "$(wc -l <text)" -gt 1000 ] || fail "SIGKILL: $(wc -l <text) lines"
rm -f large json text one two cut

bad "the trace breaks off" fault-vs-evict --trace /dev/full
bad "'/dev/full': No space" fault-vs-evict --perfetto /dev/full
bad "'/nowhere/json'" fault-vs-evict --perfetto /nowhere/json
bad "'/nowhere/page'" fault-vs-evict --html /nowhere/page
bad "'no_such_event' is no event and no group" fault-vs-evict --trace text --filter 'fault,no_such_event'
bad "'nowhere=1' names a field that no event has" fault-vs-evict --trace text --filter 'nowhere=1'
bad "'mm=' has no value" fault-vs-evict --trace text --filter 'mm='
bad "'time=9..1' is no range" fault-vs-evict --trace text --filter 'time=9..1'
bad "a comma too many" fault-vs-evict --perfetto json --filter 'fault,,'
bad "--filter needs a --trace" fault-vs-evict --filter fault
bad "--events is the ring's" fault-vs-evict --events 5
bad "'0': a number from 1" fault-vs-evict --perfetto json --events 0
