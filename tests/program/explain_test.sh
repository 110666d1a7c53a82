#!/bin/sh
# psim explain: every scenario becomes a story that leaves no fault and no migration of its trace out; two
# stories word for word; the quiz is a function of its seed; what is wrong is said in one line.
# usage: explain_test.sh PSIM SOURCE_ROOT KIND_OF_BUILD
set -eu

psim=${1:?usage: explain_test.sh PSIM SOURCE_ROOT KIND}
root=${2:?usage: explain_test.sh PSIM SOURCE_ROOT KIND}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fail() { echo "FAILED: $*"; exit 1; }

# word for word, but for the moments: they are a matter of how many points the code has
for story in "$root"/tests/program/explain/*.txt; do
	name=$(basename "$story" .txt)
	# shellcheck disable=SC2046 # settings stand behind the name
	"$psim" explain $(echo "$name" | tr + ' ') >out 2>err || fail "psim explain $name: $(cat err)"
	sed -E 's/, at [0-9.]+ us\)/)/' out >story
	diff "$story" story || fail "psim explain $name tells another story; if it is right: cp"
done

# what the documentation shows
"$psim" explain there-and-back | sed -E 's/, at [0-9.]+ us\)/)/' >story
sed -n '/^\$ psim explain there/,/^```/p' "$root/docs/explaining.md" | sed -E '1d; $d; s/, at [0-9.]+ us\)/)/' >shown
[ -s shown ] && grep -qxF -f shown story || fail "docs/explaining.md shows nothing"
while IFS= read -r line; do
	grep -qxF -e "$line" story || fail "docs/explaining.md shows what is not told: $line"
done <shown

# every scenario, in full
if command -v python3 >/dev/null; then
	for name in $("$psim" list --names --broken); do
		case $name in
		two-gpus | ping-pong-timeslice | two-linked-gpus) continue ;; # long, and nothing that others lack
		esac
		python3 "$root/tests/program/explain/check.py" "$psim" "$name" || fail "psim explain $name"
	done
fi

# the quiz
answers() { yes 2 | head -n 40; }
answers | "$psim" explain there-and-back --quiz --seed 5 >one
answers | "$psim" explain there-and-back --quiz --seed 5 >two
cmp -s one two || fail "the quiz is not a function of its seed"
answers | "$psim" explain there-and-back --quiz --seed 6 >two
cmp -s one two && fail "the quiz does not depend on its seed"
asked=$(grep -c "What comes next" one)
right=$(grep -c "Right\." one)
[ "$asked" -gt 5 ] || fail "$asked questions"
grep -qx "quiz: $right of $asked right" one || fail "the score is not $right of $asked: $(tail -n 3 one)"
"$psim" explain there-and-back --quiz </dev/null | grep -q "quiz: 0 of 0" || fail "a quiz without a reader"
echo q | "$psim" explain there-and-back --quiz | grep -q "The end" && fail "q does not end the quiz"

# step by step
yes '' | head -n 20 | "$psim" explain there-and-back --step >out
grep -q "The end" out || fail "--step does not come to the end"
echo q | "$psim" explain there-and-back --step >out
grep -q "^2\. " out && fail "q does not end --step"

# plans
status=0
"$psim" explain 'lesson-lost-update plan=a/2@access_page:access#2>b/3' >out || status=$?
[ $status = 1 ] && grep -q "starts b" out && grep -q "did not show" out || fail "the plan of a lost update: $status"
"$psim" explain 'fault-vs-evict pages=1 plan=-' | grep -q "eviction" || fail "a plan of the default order"

# what is wrong
status=0
"$psim" explain 'fault-vs-evict plan=first/6@nowhere:lock#2>second/7' >out 2>err || status=$?
[ $status = 2 ] && grep -q "does not fit" err && [ ! -s out ] || fail "a plan that does not fit: $status"
for wrong in "" "nobody" "there-and-back eviction" "there-and-back --quiz --json" "there-and-back tims=3" \
	"there-and-back --seed x" "there-and-back --scheduler fifo"; do
	status=0
	# shellcheck disable=SC2086
	"$psim" explain $wrong >out 2>err || status=$?
	[ $status = 2 ] && [ "$(wc -l <err)" = 1 ] && [ ! -s out ] || fail "psim explain $wrong: $status, $(cat err)"
done
