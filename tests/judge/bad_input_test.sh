#!/bin/sh
# psim-judge and bad input: one line on standard error that names the option, exit code 2.
judge=$1
failed=0

refuses() { # PART-OF-THE-LINE OPTIONS...
	part=$1
	shift
	line=$("$judge" "$@" 2>&1 >/dev/null)
	code=$?
	if [ $code != 2 ]; then echo "psim-judge $*: exit code $code, not 2"; failed=1; fi
	case $line in
	*"$part"*) ;;
	*) echo "psim-judge $*: '$line' lacks '$part'"; failed=1 ;;
	esac
	if [ "$(printf '%s\n' "$line" | wc -l)" != 1 ]; then echo "psim-judge $*: more than a line"; failed=1; fi
}

refuses "--ops '0'" --ops 0
refuses "--ops '12x'" --ops 12x
refuses "--ops '-1'" --ops -1
refuses "--ops ''" --ops ""
refuses "--seed '99999999999999999999'" --seed 99999999999999999999
refuses "--judges 'jury'" --judges jury
refuses "--judges ''" --judges ""
refuses "'--wrong'" --wrong
refuses "needs a value" --seed
refuses "'stray'" stray
"$judge" --help | grep -q -- --print-c || { echo "--help says nothing of --print-c"; failed=1; }
exit $failed
