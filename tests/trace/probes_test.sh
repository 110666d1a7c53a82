#!/bin/sh
# Probes for tools from outside: one a kind of event, and gdb stops at them.
# usage: probes_test.sh PSIM TABLE
set -eu

psim=${1:?usage: probes_test.sh PSIM TABLE}
fail() { echo "FAILED: $*"; exit 1; }

wanted=$("$2" | sed -n 's/^| `\([a-z_]*\)` .*/\1/p' | sort)
have=$(readelf -n "$psim" | sed -n '/Provider: psim/{n;s/.*Name: //p;}' | sort -u)
[ "$wanted" = "$have" ] || fail "probes: $have"
! readelf -n "$psim" | grep -A2 'Provider: psim' | grep -q 'Semaphore: 0x0*$' || fail "no semaphore"

command -v gdb >/dev/null || exit 0
out=$(gdb -nx -batch -ex 'set debuginfod enabled off' -ex 'break -probe-stap psim:set_pte' -ex run \
	-ex 'printf "task %d %s, address %#lx\n", $_probe_arg1, (char *)$_probe_arg2, $_probe_arg4' \
	--args "$psim" run fault-vs-evict 2>&1 | tail -5) || fail "gdb: $out"
echo "$out" | grep -q '^task 1 fault-vs-evict, address 0x40000000' || fail "gdb at a probe: $out"
