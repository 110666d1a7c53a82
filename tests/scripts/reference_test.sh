#!/bin/sh
# Every public name of both faces has a comment that the reference shows, and the look for it finds what has none:
# scripts/reference.sh --check on the tree, and on a copy with a function, a stranger and a wrong name more.
# usage: reference_test.sh SOURCE_ROOT
set -eu

root=${1:?usage: reference_test.sh SOURCE_ROOT}
if ! command -v ctags >/dev/null || ! command -v python3 >/dev/null; then exit 0; fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "FAILED: $*"; exit 1; }

"$root/scripts/reference.sh" --check || fail "names without a comment: write one above it (/** name() - what */)"
"$root/scripts/diagrams.sh" --check || fail "diagrams"

mkdir "$work/src"
cp -r "$root/include" "$root/scripts" "$root/docs" "$work"
cat >>"$work/include/linux/err.h" <<'END'

int nobody_says_what_this_is(void);

/**
 * somebody_else() - a name that is not below
 */
int says_it_is_somebody_else(void);
END
printf '\n[linux/err.h]\nno_such_name_*: there is none.\n' >>"$work/scripts/reference/families.txt"
if "$work/scripts/reference.sh" --check 2>"$work/said"; then fail "nothing was found in a copy with mistakes"; fi
for what in "no comment.*err.h: nobody_says_what_this_is" "a comment's name.*says_it_is_somebody_else is somebody_else" \
	"no name fits line"; do
	grep -q "$what" "$work/said" || { cat "$work/said"; fail "not found: $what"; }
done
echo "digraph changed {}" >"$work/docs/diagrams/rooms.dot"
if "$work/scripts/diagrams.sh" --check 2>/dev/null; then fail "a diagram that is not its source's"; fi
status=0
"$root/scripts/reference.sh" --nonsense 2>/dev/null || status=$?
[ $status = 2 ] || fail "reference.sh --nonsense exits $status, not 2"
