#!/usr/bin/env bash
# Do the tests bite? Each patch of tests/teeth/ breaks our own code; the suite has to notice each.
set -euo pipefail

usage()
{
	cat <<'EOF'
usage: scripts/teeth.sh [OPTIONS]

Applies each patch of tests/teeth/ to a copy of the sources, builds what is needed, and demands that
the proof that the patch names turns red. Without a patch the proofs have to be green.

  --list           the patches, their defect classes, and what sees them
  --apply          only see that each patch applies
  --only NAME      this patch alone (may be given several times)
  --quarter N      every fourth patch, from the (N modulo 4)th on
  --jobs N         so many at a time (default: one per processor)
  --docs FILE      write the table into FILE, between its two marks
  --build FOLDER   where the copies live and stay, for the next time (default: build/teeth)
  -h, --help       this text

A patch begins with two lines:
  # defect: what kind of defect it is
  # seen by: ctest -R REGEX   or   tests/PROGRAM --filter CASE   or   psim COMMAND ...
When what is named there stays green, the whole suite is asked.

exit codes: 0 every patch is noticed, 1 one is not, or does not apply or build, 2 bad usage
EOF
}

wrong() { echo "teeth.sh: $1" >&2; exit 2; }

here=$(cd "$(dirname "$0")/.." && pwd)
teeth=$here/tests/teeth
mode=run jobs=$(nproc) only=() quarter='' docs='' work=$here/build/teeth
while [ $# -gt 0 ]; do
	case $1 in
	--list|--apply) mode=${1#--} ;;
	--only|--quarter|--jobs|--docs|--build)
		[ $# -gt 1 ] || wrong "$1 needs a value"
		case $1 in
		--only) only+=("$2") ;;
		--quarter) quarter=$2 ;;
		--jobs) jobs=$2 ;;
		--docs) docs=$(realpath "$2") ;;
		--build) work=$(realpath -m "$2") ;;
		esac
		shift ;;
	-h|--help) usage; exit 0 ;;
	*) wrong "unknown option '$1'; --help tells which there are" ;;
	esac
	shift
done
[[ $jobs =~ ^[1-9][0-9]*$ ]] || wrong "--jobs $jobs: a number from 1 on is needed"
[[ $quarter =~ ^[0-9]*$ ]] || wrong "--quarter $quarter: a number is needed"
for name in "${only[@]}"; do
	[ -f "$teeth/$name.patch" ] || wrong "there is no patch '$name'; --list tells which there are"
done

line_of() { sed -n "s/^# $2: //p" "$teeth/$1.patch" | head -n 1; } # NAME KEY

names() {
	local n=0 file
	[ ${#only[@]} -eq 0 ] || { printf '%s\n' "${only[@]}"; return; }
	for file in "$teeth"/*.patch; do
		[ -n "$quarter" ] && [ $((n++ % 4)) -ne $((10#$quarter % 4)) ] && continue
		basename "$file" .patch
	done
}

list=$(LC_ALL=C names)

if [ "$mode" = list ]; then
	for name in $list; do
		printf '%s\n  %s\n  seen by: %s\n' "$name" "$(line_of "$name" defect)" "$(line_of "$name" 'seen by')"
	done
	exit 0
fi

# ---- a patch on a tree --------------------------------------------------------------------------------

# Exact context: a patch that only nearly applies may break something else than it says.
apply() { patch -d "$1" -p1 -s -f -F0 "${@:3}" <"$teeth/$2.patch"; } # TREE NAME OPTIONS...

applies() { # TREE NAME
	local key
	for key in defect 'seen by'; do
		[ -n "$(line_of "$2" "$key")" ] || { echo "teeth.sh: $2: no line '# $key: ...'" >&2; return 1; }
	done
	apply "$1" "$2" --dry-run >/dev/null || { echo "teeth.sh: $2: does not apply any more" >&2; return 1; }
}

bad=
for name in $list; do
	applies "$here" "$name" || bad=1
done
[ -z "$bad" ] || exit 1
if [ "$mode" = apply ]; then
	echo "$(wc -w <<<"$list") patches apply"
	exit 0
fi

# ---- copies of the tree -------------------------------------------------------------------------------

# Files that differ get a new time, so that ninja sees both a patch and its end.
copy_tree() { # TO
	local file
	mkdir -p "$1"
	(cd "$here" && git ls-files -z --cached --others --exclude-standard) |
		while IFS= read -r -d '' file; do
			[ -f "$here/$file" ] || continue
			cmp -s "$here/$file" "$1/$file" && continue
			mkdir -p "$1/$(dirname "$file")"
			cp "$here/$file" "$1/$file"
		done
}

# What a proof needs built. ctest names a program of the tests as ROOM.NAME.
targets() { # PROOF
	local word
	case $1 in
	psim\ *) echo psim ;;
	tests/*) echo "${1%% *}" ;;
	ctest\ -R\ *)
		word=$(tr -d "'\"^\$\\\\" <<<"${1#ctest -R }")
		case $word in
		face.*|free.*) echo "tests/face_${word#*.}" ;;
		user.*) echo "tests/user_${word#*.}" ;;
		*) echo all ;;
		esac ;;
	*) echo "teeth.sh: not a proof: '$1'" >&2; return 1 ;;
	esac
}

# Return: 0 red, 1 green, 2 neither (bad usage, no answer).
prove() { # BUILD PROOF LOG
	local status=0
	case $2 in
	psim\ *|tests/*)
		(cd "$1" && eval "timeout 60 ./$2") >"$3" 2>&1 || status=$?
		case $status in
		0) return 1 ;;
		2|3|126|127) return 2 ;;
		esac ;;
	*)
		(cd "$1" && eval "$2 --no-tests=error --timeout 20") >"$3" 2>&1 || status=$?
		[ $status -ne 0 ] || return 1 ;;
	esac
}

build() { ninja -C "$1" "${@:3}" >"$2" 2>&1; } # BUILD LOG TARGETS...

prepare() { # NUMBER
	local tree=$work/$1/tree build=$work/$1/build
	copy_tree "$tree"
	[ -f "$build/build.ninja" ] || cmake -S "$tree" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DPSIM_CTEST_PER_CASE=OFF \
		-DPSIM_BENCH=OFF >"$work/$1/log" 2>&1 || { cat "$work/$1/log" >&2; return 1; }
	# shellcheck disable=SC2086 # words
	build "$build" "$work/$1/log" $needed || { tail -n 40 "$work/$1/log" >&2; return 1; }
}

# ---- one patch ----------------------------------------------------------------------------------------

now() { date +%s%1N; } # tenths of a second
tenths() { printf '%d.%d' $(($1 / 10)) $(($1 % 10)); }

# Prints one line: verdict, seconds to build, seconds to see, name, what saw it.
try() { # NUMBER NAME
	local tree=$work/$1/tree build=$work/$1/build log=$work/$1/log proof start middle end status=0
	local verdict=(red GREEN 'no answer')
	proof=$(line_of "$2" 'seen by')
	start=$(now)
	apply "$tree" "$2" >/dev/null
	if ! build "$build" "$log" "$(targets "$proof")"; then
		cp "$log" "$work/$2.log"
		apply "$tree" "$2" -R >/dev/null
		printf 'no build\t0\t0\t%s\tsee %s\n' "$2" "$work/$2.log"
		return
	fi
	middle=$(now)
	prove "$build" "$proof" "$log" || status=$?
	if [ $status -ne 0 ]; then
		build "$build" "$log" all || true
		proof="the whole suite, not $proof" status=0
		prove "$build" "ctest -E '^(scripts|install)\\.'" "$work/$2.log" || status=$?
	fi
	end=$(now)
	apply "$tree" "$2" -R >/dev/null
	printf '%s\t%s\t%s\t%s\t%s\n' "${verdict[$status]}" "$(tenths $((middle - start)))" \
		"$(tenths $((end - middle)))" "$2" "$proof"
}

# Every jobs-th patch, in a tree of its own.
work_through() { # NUMBER
	local n=0 name
	mkdir -p "$work/$1"
	prepare "$1" || return 1
	for name in $list; do
		[ $((n++ % jobs)) -ne "$1" ] || try "$1" "$name"
	done
}

# ---- all ----------------------------------------------------------------------------------------------

begin=$SECONDS
mkdir -p "$work"
rm -f "$work"/*.tsv "$work"/*.log
needed=
for name in $list; do
	needed+=" $(targets "$(line_of "$name" 'seen by')")"
done
needed=$(tr ' ' '\n' <<<"$needed" | sort -u | tr '\n' ' ')
count=$(wc -w <<<"$list")
[ "$jobs" -le "$count" ] || jobs=$count

workers=()
for ((i = 0; i < jobs; i++)); do
	work_through "$i" >"$work/$i.tsv" &
	workers+=($!)
done
for worker in "${workers[@]}"; do
	wait "$worker" || { echo "teeth.sh: the tree does not build without any patch" >&2; exit 1; }
done

# Each proof without a patch: what is red anyway proves nothing.
# shellcheck disable=SC2086 # words
build "$work/0/build" "$work/0/log" $needed || { tail -n 40 "$work/0/log" >&2; exit 1; }
while IFS= read -r proof; do
	status=0
	prove "$work/0/build" "$proof" "$work/0/log" || status=$?
	[ $status -eq 1 ] && continue
	echo "teeth.sh: not green without a patch: $proof" >&2
	tail -n 20 "$work/0/log" >&2
	bad=1
done < <(for name in $list; do line_of "$name" 'seen by'; done | sort -u)

cat "$work"/*.tsv | LC_ALL=C sort -t $'\t' -k 4 >"$work/results"
printf '%-9s %7s %7s  %-40s %s\n' verdict build seen patch 'seen by'
while IFS=$'\t' read -r verdict built seen name proof; do
	printf '%-9s %5s s %5s s  %-40s %s\n' "$verdict" "$built" "$seen" "$name" "$proof"
	[ "$verdict" = red ] || bad=1
done <"$work/results"
[ "$(wc -l <"$work/results")" -eq "$count" ] || { echo "teeth.sh: not every patch has a result" >&2; bad=1; }
echo "$count patches in $((SECONDS - begin)) s"

if [ -n "$docs" ]; then
	{
		sed '/^<!-- table -->$/q' "$docs"
		echo '| patch | defect | seen by | build | seen after |'
		echo '|---|---|---|--:|--:|'
		while IFS=$'\t' read -r verdict built seen name proof; do
			echo "| $name | $(line_of "$name" defect) | \`$proof\` | $built s | $seen s |"
		done <"$work/results"
		sed -n '/^<!-- end of the table -->$/,$p' "$docs"
	} >"$work/docs"
	cp "$work/docs" "$docs"
fi
[ -z "$bad" ]
