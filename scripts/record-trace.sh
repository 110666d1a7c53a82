#!/bin/sh
# Records what memory a program uses, by valgrind's lackey, as a trace for psim lab.
set -eu

usage()
{
	cat <<'EOF'
usage: scripts/record-trace.sh [-o FILE] [--psim PSIM] -- PROGRAM [ARGS ...]

Writes FILE (default: PROGRAM.trace) in psim's binary form: kind: binary in an experiment. The program runs as
usual, fifty times slower; what it prints stays on standard output. Nothing else is written: lackey's lines go
through a pipe.
EOF
}

out= psim=psim
while [ $# -gt 0 ]; do
	case $1 in
	-o) out=${2:?-o needs a file}; shift 2 ;;
	--psim) psim=${2:?--psim needs a program}; shift 2 ;;
	-h|--help) usage; exit 0 ;;
	--) shift; break ;;
	*) usage >&2; exit 2 ;;
	esac
done
[ $# -gt 0 ] || { usage >&2; exit 2; }
for tool in valgrind mkfifo "$psim"; do
	command -v "$tool" >/dev/null || { echo "record-trace.sh: $tool is missing" >&2; exit 2; }
done
command -v "$1" >/dev/null || { echo "record-trace.sh: $1: a program expected" >&2; exit 2; }
out=${out:-$(basename "$1").trace}
: >"$out" || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkfifo "$work/log"
"$psim" lab convert lackey "$work/log" "$out" >"$work/said" &
reader=$!
# the reader's end comes when this is closed, whether valgrind has written or not
exec 9>"$work/log"
status=0
valgrind --tool=lackey --trace-mem=yes --log-file="$work/log" "$@" 9>&- || status=$?
exec 9>&-
wait $reader || exit 2
cat "$work/said" >&2
exit $status
