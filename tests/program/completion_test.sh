#!/bin/sh
# Completion for bash and zsh: what it offers at each place of a command line. The shells are not driven by
# keys: the functions are called as the shells call them.
# usage: completion_test.sh PSIM SOURCE_ROOT
set -eu

psim=${1:?usage: completion_test.sh PSIM SOURCE_ROOT}
root=${2:?usage: completion_test.sh PSIM SOURCE_ROOT}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ln -s "$psim" "$work/psim"
cd "$work"
: >part.json
failures=0

# Runs a shell's completion for the words, the last of which is being written; offers on one line
if command -v bash >/dev/null; then
	cat >bash.sh <<END
. "$root/packaging/completion/psim.bash"
complete -p psim | grep -q -- '-F _psim psim' || echo "not registered"
COMP_WORDS=("\$@") COMP_CWORD=\$((\$# - 1))
_psim
printf '%s\n' "\${COMPREPLY[@]}"
END
	shells=bash
fi
if command -v zsh >/dev/null; then
	cat >zsh.sh <<END
autoload -U compinit
fpath=("$root/packaging/completion" \$fpath)
compinit -u -d "$work/dump"
[[ \$_comps[psim] == _psim ]] || print "not registered"
words=("\$@") CURRENT=\$#
compadd() {
	while [[ \$1 == -* ]]; do
		case \$1 in
		--) shift; break ;;
		-S) shift 2 ;;
		*) shift ;;
		esac
	done
	print -rl -- \${(M)@:#\${words[CURRENT]}*}
}
_describe() { compadd -- \${\${(@P)4}%%:*} } # -t commands command ARRAY
_files() { print -rl -- \${words[CURRENT]}*(N) }
autoload +X -U _psim
_psim 2>&1
END
	shells="${shells-} zsh"
fi

offers() { # WANTED WORDS...
	wanted=$1
	shift
	for shell in ${shells-}; do
		case $shell in
		bash) given=$(bash --norc bash.sh "$@" | sort | tr '\n' ' ') ;;
		zsh) given=$(zsh -f zsh.sh "$@" | sort | tr '\n' ' ') ;;
		esac
		case " $given" in
		$wanted) ;;
		*) echo "FAILED: $shell offers for '$*': $given; wanted: $wanted"; failures=$((failures + 1)) ;;
		esac
	done
}

offers " explore " ./psim explo
offers "* list *" ./psim ""
offers "* sweep *" ./psim help ""
offers " eviction " ./psim run evicti
offers " eviction " ./psim run --seed 3 evicti
offers "* lesson-lost-update *" ./psim run ""
offers " times= " ./psim run eviction ""
offers " --scheduler --seed " ./psim run eviction --s
offers "* --preemptions *" ./psim explore eviction --
offers "* --trace *" ./psim replay 'there-and-back plan=-' --
offers " random " ./psim run eviction --scheduler ra
offers " coarse " ./psim explore eviction --points c
offers " free " ./psim run eviction --engine f
offers " part.json " ./psim merge pa
offers " part.json " ./psim run tour --file pa
offers " driver " ./psim new d
offers " run " ./psim lab ru
offers " part.json " ./psim lab run pa
[ $failures = 0 ]
