#!/bin/sh
# How psim behaves to whoever calls it: help with examples and exit codes for each command, a man page that
# knows the same options, names that were nearly right, JSON, colours on terminals alone, exit codes.
# usage: manners_test.sh PSIM SOURCE_ROOT
set -eu

psim=${1:?usage: manners_test.sh PSIM SOURCE_ROOT}
root=${2:?usage: manners_test.sh PSIM SOURCE_ROOT}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
failures=0

failed() { echo "FAILED: $*"; failures=$((failures + 1)); }

"$psim" --help >help
commands=$(awk '/^commands:/ { on = 1; next } !NF { on = 0 } on { print $1 }' help)
[ "$(echo "$commands" | wc -l)" -ge 7 ] || failed "psim --help shows: $commands"

# The options that a command takes are those that its error tells. They stand in its help, at the beginning
# of a line or behind a comma, and in the man page's sections of it; and no others do.
options_of() { sed -E 's/^ +//; s/   .*//' | grep -oE -e '--[a-z][a-z-]*' | sort -u; }
man_of() { # COMMAND
	sed 's/\\-/-/g; s/\\f.//g' "$root/docs/psim.1" |
		awk -v wanted="psim $1( |,|\$)" '/^\.S[SH]/ { on = $0 ~ wanted } on && /^\.(B|BI|BR) / && !/^\.B .*psim/'
}
for command in $commands; do
	"$psim" "$command" --help >command.help || failed "psim $command --help"
	grep -q "^usage: psim $command" command.help || failed "psim $command --help has no usage"
	sed -n '/^examples:/,$p' command.help | grep -q "psim $command" || failed "psim $command --help has no example"
	grep -q "^exit codes: 0" command.help || failed "psim $command --help has no exit codes"
	if awk 'length > 110' command.help | grep .; then failed "psim $command --help has long lines"; fi
	"$psim" help "$command" | cmp -s - command.help || failed "psim help $command says something else"
	"$psim" "$command" --qqqqqqqqqqqqqqqq 2>&1 | options_of | grep -vx -e --help -e --qqqqqqqqqqqqqqqq >taken || true
	[ "$command" = new ] || [ -s taken ] || failed "psim $command --qqqq says no options"
	grep -E '^ +-' command.help | options_of >helped || true
	cmp -s taken helped || { failed "psim $command takes other options than its help shows:"; diff taken helped; }
	man_of "$command" | options_of >manual || true
	cmp -s taken manual || { failed "psim $command takes other options than docs/psim.1 shows:"; diff taken manual; }
	grep -qE "^\.SS.*psim $command( |$)" "$root/docs/psim.1" || failed "docs/psim.1 has no section of psim $command"
done
if command -v man >/dev/null && man -l --warnings "$root/docs/psim.1" >/dev/null 2>warnings && [ -s warnings ]; then
	failed "docs/psim.1: $(cat warnings)"
fi

says() { # EXIT-CODE TEXT ARGS...
	code=$1 text=$2
	shift 2
	status=0
	"$psim" "$@" >out 2>&1 || status=$?
	[ $status = "$code" ] && grep -qF -- "$text" out || { failed "psim $*: exit code $status, not $code, or not: $text"; cat out; }
}

says 2 "did you mean 'explore'?" exlpore
says 2 "allowed are list, run" fly
says 2 "did you mean 'eviction'?" run evicton
says 2 "did you mean '--seed'?" run eviction --sede 3
says 2 "did you mean 'times'?" run eviction tims=3
says 2 "takes no value" run eviction --json=yes
says 2 "option '-j' needs a value" explore eviction -j
says 2 "a?b" run "a
b"
says 2 "--json is of 'list'" lab report --json
# options before the name, settings anywhere
says 0 "eviction: ok" run --seed 3 times=2 eviction
says 0 "nothing is broken" replay --steps 100000 'there-and-back plan=-'
# exit codes
says 0 "complete, nothing found" explore there-and-back
says 3 "not completed" explore there-and-back --budget 1
broken=$("$psim" list --names --broken | grep -vxF "$("$psim" list --names)" | head -n 1)
says 1 FAILED explore "$broken" --budget 2000
status=0
"$psim" list 2>err >/dev/full || status=$?
[ $status = 2 ] && grep -q "psim: standard output: " err || failed "a full disk is not noticed"

# JSON that a reader of JSON reads
json() { # PYTHON-EXPRESSION ARGS...
	check=$1
	shift
	"$psim" "$@" >out 2>err || true
	python3 -c "import json, sys; j = json.load(open('out')); sys.exit(not ($check))" ||
		{ failed "psim $*: not $check"; cat out err; }
}
if command -v python3 >/dev/null; then
	json "[s['name'] for s in j] == sorted(s['name'] for s in j) and len(j) > 5" list --json
	json "len(j) == 1 and j[0]['settings'][0]['name'] == 'times'" list eviction --json
	json "j == {'scenario': 'eviction', 'result': 0, 'reports': 0}" run eviction --json
	json "j['bytes'] > 0 and len(j['rounds']) == 2" run tour bytes=9000 --json
	json "j['schedules'] > 1" explore there-and-back --json --save part
	json "j['schedules'] > 1" sweep there-and-back --singles --json
	json "j['schedules'] > 1" merge --json part
	json "[p['parts'] for p in j['policies'] if p['name'] == 'nvidia'] == [['tree', 'lrm']]" lab list --json
	json "all(s['min'] <= s['value'] <= s['max'] for k in ('workloads', 'parts') for w in j[k] for s in w['settings'])" lab list --json
	json "len(j['workloads']) > 10 and [c['value'] for c in j['costs'] if c['name'] == 'far_ns'] == [135]" lab list --json
	json "j['plan'].startswith('there-and-back ')" replay 'there-and-back plan=-' --json
fi

# Colours on a terminal, and not where none is wanted
escape=$(printf '\033')
"$psim" run eviction >out 2>&1
if grep -q "$escape" out; then failed "colours in a file"; fi
if command -v script >/dev/null; then
	TERM=xterm script -qec "'$psim' run eviction" /dev/null </dev/null >out
	grep -q "$escape\[32mok" out || failed "no colours on a terminal"
	NO_COLOR=1 TERM=xterm script -qec "'$psim' run eviction" /dev/null </dev/null >out
	if grep -q "$escape" out; then failed "NO_COLOR is not honoured"; fi
	TERM=dumb script -qec "'$psim' run eviction" /dev/null </dev/null >out
	if grep -q "$escape" out; then failed "colours on a dumb terminal"; fi
fi
[ $failures = 0 ]
