#!/usr/bin/env bash
# The study of docs/studies/oversubscription.md: makes its table and plots, or sees that they are what a run gives.
set -euo pipefail

usage()
{
	cat <<'END'
usage: scripts/study.sh PSIM
       scripts/study.sh --check [--shard I/N] PSIM

Runs examples/lab/oversubscription.yaml with PSIM, the program, and writes the table and the plots in
docs/studies/oversubscription.

  --check      write nothing: each row of the run has to be in the table, equal to the digit
  --shard I/N  with --check: every Nth run alone, from the Ith on; of all runs' rows none may be missing

exit codes: 0 done, or equal; 1 rows differ; 2 bad usage
END
}

check='' shard=''
while [ $# -gt 0 ]; do
	case $1 in
	--check) check=1 ;;
	--shard) shard=${2-}; shift ;;
	-h|--help) usage; exit 0 ;;
	-*) echo "study.sh: unknown option '$1': --check, --shard and --help are allowed" >&2; exit 2 ;;
	*) break ;;
	esac
	shift
done
if [ $# != 1 ] || { [ -n "$shard" ] && [ -z "$check" ]; }; then
	usage >&2
	exit 2
fi
psim=$(realpath "$1")
here=$(cd "$(dirname "$0")/.." && pwd)
study=$here/docs/studies/oversubscription
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$psim" lab run "$here/examples/lab/oversubscription.yaml" ${shard:+--shard "$shard"} --output "$work/lab" >"$work/log" ||
	{ cat "$work/log"; exit 1; }
# The ratio that was asked for: that of the results' CSV is what came of it, in whole pages of device memory.
python3 - "$work/lab/results.json" >"$work/table.csv" <<'END'
import json
import sys

print("workload,policy,oversubscription_percent,time_ms,faults,refaults,bytes_in,bytes_out")
for run in json.load(open(sys.argv[1])):
    config, result = run["config"], run["result"]
    print(config["workload"]["name"], config["policy"]["name"], f"{config['machine']['oversubscription'] * 100:g}",
          f"{result['time_ns'] / 1e6:.6f}", *(result[k] for k in ("faults", "refaults", "bytes_in", "bytes_out")), sep=",")
END

if [ -n "$check" ]; then
	rows=$(($(wc -l <"$work/table.csv") - 1))
	[ "$rows" -gt 0 ] || { echo "study.sh: no runs"; exit 1; }
	if [ -n "$shard" ]; then
		grep -vxFf "$study/table.csv" "$work/table.csv" >"$work/different" || true
	else
		diff "$study/table.csv" "$work/table.csv" >"$work/different" || true
	fi
	if [ -s "$work/different" ]; then
		echo "study.sh: not in docs/studies/oversubscription/table.csv:"
		cat "$work/different"
		exit 1
	fi
	echo "$rows rows, equal to the digit"
	exit 0
fi
"$psim" lab report "$work/lab"
cp "$work/table.csv" "$study/table.csv"
n=0
for name in $(awk -F, 'NR > 1 && !seen[$1]++ { print $1 }' "$work/table.csv"); do
	cp "$work/lab/plots/$n-time_ns.svg" "$study/$name.svg"
	n=$((n + 1))
done
echo "docs/studies/oversubscription: $n plots and the table"
