#!/bin/sh
# scripts/fidelity on a small made-up project: the table it makes, and each thing that --check refuses.
# usage: fidelity_test.sh SOURCE_ROOT
set -eu

script=${1:?usage: fidelity_test.sh SOURCE_ROOT}/scripts/fidelity
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

# A project with four statements: a test for two, one not modelled, one open.
project()
{
	rm -rf "$work/p"
	mkdir -p "$work/p/tests/face/mm" "$work/p/tests/user" "$work/p/docs" "$work/p/src" \
		"$work/p/include" "$work/p/results"
	cd "$work/p"
	printf '# numbers\nS1.2\tV61\nS1.3\nS1.10\nS2.1\tQ\n' >tests/statements.txt
	printf '# open\nS1.2\nS1.3\nS1.10\nS2.1\n' >tests/statements-open.txt
	printf 'S1.10\tKSM: no such thing here\n' >tests/statements-not-modelled.txt
	cat >tests/face/mm/page_test.c <<'EOF'
/* S1.3: two lines
 * of words */
static void page__is_there(struct kunit *test)
{
}

/* S1.2 - S1.3, and why */
static void page__is_there_again(struct kunit *test)
{
}

static struct kunit_case cases[] = {
	KUNIT_CASE(page__is_there), KUNIT_CASE(page__is_there_again), {},
};
static struct kunit_suite suite = {.name = "pages", .test_cases = cases};
EOF
	cat >tests/user/run_test.c <<'EOF'
/* not S2.1 */
static void run__works(void **state)
{
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(run__works)};
}
EOF
	printf 'pages.page__is_there\tpass\npages.page__is_there_again\tpass\n' >results/face_mm.tsv
	printf 'user_run.run__works\tpass\n' >results/user_run.tsv
	printf 'mm/page_test.c::page__is_there_again\t6.1\tpass\n' >docs/kernel-check.txt
	printf '/* DEVIATION: a */\n' >src/a.c
	printf 'head\n- `src/a.c`: is different\n<!-- table: begin -->\n<!-- table: end -->\ntail\n' \
		>docs/fidelity.md
}

run()
{
	code=0
	"$script" --root "$work/p" --results results "$@" >"$work/out" 2>"$work/err" || code=$?
}

fail()
{
	echo "FAILED: $1"
	cat "$work/out" "$work/err"
	failed=1
}

expect_row()
{
	grep -qxF "$1" docs/fidelity.md || fail "no row '$1'"
}

# WHAT CODE TEXT: the next check ends so and says this
refused()
{
	run --check
	[ "$code" = 1 ] || fail "$1: exit code $code"
	grep -qF "$2" "$work/err" || fail "$1: does not say '$2'"
}

# The table: a row a statement in order, the test that a kernel confirmed first; the open list shrinks.
project
run
[ "$code" = 0 ] || fail "writing the table: exit code $code"
expect_row '| S1.2 | face/mm/page_test.c::page__is_there_again | pass | 6.1 |'
expect_row '| S1.3 | face/mm/page_test.c::page__is_there_again | pass | 6.1 |'
expect_row '| S1.10 | – | not modelled: KSM: no such thing here | – |'
[ "$(head -1 docs/fidelity.md) $(tail -1 docs/fidelity.md)" = "head tail" ] || fail "the page around it"
[ "$(cat tests/statements-open.txt)" = "$(printf '# open\nS2.1')" ] || fail "the open list"
grep -q '4 statements: 3 have a row, 2 seen on a real kernel, 1 not modelled, 1 open' "$work/out" ||
	fail "the summary"
run --check
[ "$code" = 0 ] || fail "--check of what was just written"

# Without a kernel's word the first by name stands for the statement; a failure comes before that.
: >docs/kernel-check.txt
run
expect_row '| S1.3 | face/mm/page_test.c::page__is_there | pass | – |'
sed -i 's/again\tpass/again\tfail/' results/face_mm.tsv
run
expect_row '| S1.3 | face/mm/page_test.c::page__is_there_again | fail | – |'
[ "$code" = 1 ] || fail "a failure in the table: exit code $code"

# What --check refuses.
project
run
cp -a "$work/p" "$work/written"
again()
{
	rm -rf "$work/p"
	cp -a "$work/written" "$work/p"
	cd "$work/p"
}
again; sed -i '/^| S1.2 /d' docs/fidelity.md; refused "a missing row" 'S1.2: no test names it'
again; : >tests/statements-open.txt; refused "an open row" 'S2.1: no test names it'
again; sed -i 's/page__is_there_again/gone/' docs/fidelity.md; refused "unknown test" 'unknown test face/mm/page_test.c::gone'
again; sed -i 's/^| S1.2 |.*/| S1.2 | user\/run_test.c::run__works | pass | – |/' docs/fidelity.md
refused "another's test" 'user/run_test.c::run__works does not name it'
again; sed -i 's/again\tpass/again\tfail/' results/face_mm.tsv; refused "a failure" 'page__is_there_again: fail'
again; sed -i 's/again\tpass/again\tskip/' results/face_mm.tsv; refused "a skipped test" 'page__is_there_again: skip'
again; sed -i '/again/d' results/face_mm.tsv; refused "a test that did not run" 'page__is_there_again: not run'
again; sed -i 's/S1.2 - S1.3/S1.2 - S1.3, S7.7/' tests/face/mm/page_test.c; refused "a wrong number" 'there is no statement S7.7'
again; sed -i 's/S1.2 - S1.3, and/S1.2 and/' tests/face/mm/page_test.c; refused "an unclear comment" "what does 'S1.2 and why' name"
again; echo S1.2 >>tests/statements-open.txt; refused "open with a row" 'S1.2: has a row, and stands in'
again; : >docs/kernel-check.txt; refused "an invented kernel" 'nothing says that Linux 6.1 confirmed it'
again; printf 'S1.10\ttoo hard\n' >tests/statements-not-modelled.txt; refused "a bad reason" "'too hard' is no reason"
again; echo '/* DEVIATION: b */' >include/b.h; refused "an untold deviation" 'include/b.h: a DEVIATION'

# No results at all is no success.
rm -r results; run --check
[ "$code" = 2 ] || fail "without results: exit code $code"
exit $failed
