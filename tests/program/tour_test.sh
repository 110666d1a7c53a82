#!/bin/sh
# psim run tour: digests agree with another program's, figures are there, and the same run is the same
# everywhere.
# usage: tour_test.sh PSIM SOURCE_ROOT
set -eu

psim=${1:?usage: tour_test.sh PSIM SOURCE_ROOT}
root=${2:?usage: tour_test.sh PSIM SOURCE_ROOT}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fail() { echo "FAILED: $*"; exit 1; }
value() { sed -n "s/^  \"$1\": \"\{0,1\}\([^\",]*\)\"\{0,1\},\{0,1\}$/\1/p" "$2"; }

check() { # JSON FILE
	wanted=$(sha256sum <"$2" | cut -d' ' -f1)
	for who in file gpu cpu; do
		[ "$(value digest_$who "$1")" = "$wanted" ] || fail "digest_$who of $2"
	done
	for figure in pages_to_device pages_to_ram cpu_faults gpu_faults evictions; do
		[ "$(value $figure "$1")" -gt 0 ] || fail "$figure of $2 is not above zero"
	done
	[ "$(value reports "$1")" = 0 ] || fail "reports were made for $2"
}

# The built-in text is the one that lies in the tree; twice, in two processes, the same trace.
"$psim" run tour --json --trace first >text.json
check text.json "$root/examples/data/tour.txt"
"$psim" run tour --json --trace second >again.json
cmp first second || fail "two runs, two traces"
grep -q migrate_vma_setup first || fail "no migration in the trace"

# Another file, not a multiple of a page, under a scheduler that draws, twice.
head -c 300001 /dev/urandom >random
"$psim" run tour --file random --scheduler random --seed 7 --json --trace first >random.json
check random.json random
"$psim" run tour --file random --scheduler random --seed 7 --json --trace second >/dev/null
cmp first second || fail "two runs of one seed, two traces"

# Small files, at the edges of pages.
for bytes in 1 4095 4096 4097; do
	head -c $bytes random >small
	"$psim" run tour --file small --json >small.json || fail "a file of $bytes bytes"
	[ "$(value digest_gpu small.json)" = "$(sha256sum <small | cut -d' ' -f1)" ] ||
		fail "digest of a file of $bytes bytes"
done

"$psim" run tour >table
grep -q "all digests equal" table || fail "the table does not say that all is well"
grep -q "audit: nothing left" table || fail "the table does not show the audit"
