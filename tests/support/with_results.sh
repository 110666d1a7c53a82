#!/bin/sh
# Runs a cmocka program and writes what each of its cases gave to DIR/PROGRAM.tsv, for scripts/fidelity.
# usage: with_results.sh DIR PROGRAM
set -u

name=$(basename "$2")
said=$(mktemp)
trap 'rm -f "$said"' EXIT
"$2" >"$said" 2>&1
code=$?
cat "$said"
sed -n -e "s/^\[       OK \] \([a-zA-Z0-9_]*\).*/$name.\1\tpass/p" \
	-e "s/^\[  SKIPPED \] \([a-zA-Z0-9_]*\).*/$name.\1\tskip/p" \
	-e "s/^\[  FAILED  \] \([a-zA-Z0-9_]*\).*/$name.\1\tfail/p" "$said" >"$1/$name.tsv"
exit $code
