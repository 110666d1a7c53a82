#!/usr/bin/env bash
# A long run of the judges: as many operations as one has time for. docs/judges.md says what is compared.
set -euo pipefail

usage()
{
	cat <<'EOF'
usage: scripts/soak.sh [--seeds N] [--seed N] [--ops N] [--judges LIST] [--audit-every N] [--build DIR]

Runs psim-judge from many seeds, prints a line a seed, and at the end the rate and the time.

  --seeds N        how many seeds (default 20)
  --seed N         the first (default 1)
  --ops N          operations of each (default 1000000)
  --judges LIST    model, kernel, or model,kernel (default model)
  --audit-every N  walk the whole machine after every Nth operation (default 1)
  --build DIR      a build folder; without it a release build is made in build/soak
EOF
}

seeds=20 seed=1 ops=1000000 judges=model audit=1 build=
while [ $# -gt 0 ]; do
	case $1 in
	-h|--help) usage; exit 0 ;;
	--seeds|--seed|--ops|--judges|--audit-every|--build)
		[ $# -gt 1 ] || { echo "soak.sh: option '$1' needs a value" >&2; exit 2; }
		case $1 in
		--seeds) seeds=$2 ;;
		--seed) seed=$2 ;;
		--ops) ops=$2 ;;
		--judges) judges=$2 ;;
		--audit-every) audit=$2 ;;
		--build) build=$2 ;;
		esac
		shift 2 ;;
	*) echo "soak.sh: unknown option '$1': --help lists what is allowed" >&2; exit 2 ;;
	esac
done
for number in "$seeds" "$seed" "$ops" "$audit"; do
	case $number in
	''|*[!0-9]*) echo "soak.sh: '$number' is not a number" >&2; exit 2 ;;
	esac
done

cd "$(dirname "$0")/.."
if [ -z "$build" ]; then
	build=build/soak
	mkdir -p build
	cmake -S . -B $build -G Ninja -DCMAKE_BUILD_TYPE=Release -DPSIM_BENCH=OFF >build/soak.log 2>&1 &&
		ninja -C $build psim-judge >>build/soak.log 2>&1 || { tail -n 30 build/soak.log; exit 1; }
fi
start=$SECONDS code=0
"$build/tests/judge/psim-judge" --seed "$seed" --seeds "$seeds" --ops "$ops" --judges "$judges" \
	--audit-every "$audit" --shrink --print-c || code=$?
took=$((SECONDS - start))
[ $code = 2 ] || echo "soak: $((seeds * ops)) operations in $took s: $((seeds * ops / (took ? took : 1))) a second"
exit $code
