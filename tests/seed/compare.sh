#!/bin/sh
# SPDX-License-Identifier: MIT
# compare.sh SEED OURS: our header declares exactly what the seed does, token by token: the same names,
# types, order and inline bodies. Comments and layout are each one's own.
set -eu
seed=$1 ours=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

tokens() {
	tr '\n' '\1' <"$1" | sed -E 's#/\*([^*]|\*+[^*/])*\*+/# #g' | tr '\1' '\n' |
		sed -E 's/([][(){};:,*&?!.=<>|+-])/ \1 /g' | tr -s ' \t' '\n' | sed '/^$/d'
}
tokens "$seed" >"$work/seed"
tokens "$ours" >"$work/ours"
# A comparison of nothing would always be green.
[ "$(wc -l <"$work/seed")" -gt 500 ] || { echo "no tokens in $seed" >&2; exit 1; }
[ "$(head -1 "$ours")" = "$(head -1 "$seed")" ] || { echo "the licence line differs" >&2; exit 1; }
diff -u "$work/seed" "$work/ours" >&2
