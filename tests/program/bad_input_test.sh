#!/bin/sh
# Bad input to psim: one line on standard error that names the value and what is allowed, exit code 2,
# nothing on standard output, nothing left behind.
# usage: bad_input_test.sh PSIM
set -eu

psim=${1:?usage: bad_input_test.sh PSIM}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
failures=0

bad() { # PART-OF-THE-MESSAGE ARGS...
	part=$1
	shift
	status=0
	"$psim" "$@" >out 2>err || status=$?
	if [ $status != 2 ] || [ -s out ] || [ "$(wc -l <err)" != 1 ] || ! grep -qF -- "$part" err; then
		echo "FAILED: psim $*: exit code $status, wanted 2 and one line with: $part"
		cat out err
		failures=$((failures + 1))
	fi
	rm -f out err
}

: >empty
truncate -s 3M large

bad "command is missing"
bad "'fly': allowed are list, run, explain, explore" fly
bad "'--quick'" list --quick
bad "a kind and a name are wanted" new driver
bad "unknown kind 'planet': driver, scenario, policy and workload" new planet frob
bad "name 'Frob': a small letter" new driver Frob
bad "name '../frob'" new driver ../frob
bad "'more'" list more
bad "scenario's name" run
bad "'nothing'" run nothing
bad "'--slow'" run tour --slow
bad "needs a value" run tour --file
bad "'/nowhere/file'" run tour --file /nowhere/file
bad "not a regular file" run tour --file /
bad "it is empty" run tour --file empty
bad "do not fit" run tour --file large --ram 18M
bad "'0': a size from 64 KiB" run tour --device-memory 0
bad "'12X'" run tour --device-memory 12X
bad "'-1'" run tour --device-memory -1
bad "'99999999999999999999'" run tour --device-memory 99999999999999999999
bad "'20000000T'" run tour --device-memory 20000000T
bad "'1K': a size from 2 MiB" run tour --ram 1K
bad "'0': a number from 1" run tour --seed 0
bad "'fastest': run-until-block and random" run tour --scheduler fastest
bad "'steam': deterministic and free" run tour --engine steam
# where the detector is built in, nothing is wrong with it
if ! "$psim" run there-and-back --races >/dev/null 2>&1; then
	bad "it needs -DPSIM_RACES=ON" run there-and-back --races
	bad "it needs -DPSIM_RACES=ON" explore fault-vs-evict --races
fi
bad "'/nowhere/trace'" run tour --trace /nowhere/trace
bad "the tour's" run there-and-back --file large

[ "$(ls)" = "$(printf 'empty\nlarge')" ] || { echo "FAILED: left behind:"; ls; failures=1; }
[ $failures = 0 ]
