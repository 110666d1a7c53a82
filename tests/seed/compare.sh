#!/bin/sh
# SPDX-License-Identifier: MIT
# compare.sh CC SEED OURS: our header declares exactly what the seed does, token by token: the same
# names, types, order and inline bodies. Comments and layout are each one's own.
set -eu
cc=$1 seed=$2 ours=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

tokens() {
	# comments out, macros and directives kept; then a line a token
	"$cc" -fpreprocessed -dD -E -P -x c "$1" | tr -s ' \t\n' '\n' |
		sed -E 's/([][(){};:,*&?!.=<>|+-])/\n\1\n/g' | sed '/^$/d'
}
tokens "$seed" >"$work/seed"
tokens "$ours" >"$work/ours"
# A comparison of nothing would always be green.
[ "$(wc -l <"$work/seed")" -gt 500 ] || { echo "no tokens in $seed" >&2; exit 1; }
[ "$(head -1 "$ours")" = "$(head -1 "$seed")" ] || { echo "the licence line differs" >&2; exit 1; }
diff -u "$work/seed" "$work/ours" >&2
