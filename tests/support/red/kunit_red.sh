#!/bin/sh
# kunit_red.sh PROGRAM: the runner must be red where it has to be, say why, and how to see it again.
program=$1
failed=0

# wants CASE CODE TEXT...: running CASE alone ends with CODE and says every TEXT
wants() {
	name=$1 code=$2 before=$failed
	failed=0
	shift 2
	said=$("$program" --filter "red.$name" 2>&1)
	got=$?
	if [ "$got" != "$code" ]; then
		echo "red.$name: exit code $got, not $code"
		failed=1
	fi
	for text; do
		case $said in
		*"$text"*) ;;
		*)
			echo "red.$name: did not say: $text"
			failed=1
			;;
		esac
	done
	case $said in *"went on"* | *"came back"* | *"an action ran"*)
		echo "red.$name: went on behind its end"
		failed=1
		;;
	esac
	[ $failed = 0 ] || echo "$said"
	[ $before = 0 ] || failed=1
}

wants expect_eq 1 'in expect_eq() (' 'expected: two + 1 == 4' 'two + 1 = 3' 'two was 2' 'two is 2' \
	'2 failed' 'RED red.expect_eq' "rerun: $program --filter red.expect_eq"
wants expect_others 1 'text == "right text"' 'text = "left text"' 'byte 2 of 4' \
	'ERR_PTR(-ENOMEM) = -ENOMEM' \
	'failed by hand 7' '6 failed'
wants assert_deep 1 'asserted: five < 3' 'five = 5' 'its task ended there' 'in below() ('
wants warning 1 'a warning nobody waits for' '1 report'
wants expected_never_came 1 'no report came that contains "what never comes"'
wants bug 1 'BUG: bug(): test->name'
wants leak 1 'leak' 'report'
wants skipped 0 'SKIPPED red.skipped: because it wants to be'
wants console 0 '] error 1 -EIO' '] warning goes on' '] once 0' '] limited 9' \
	'] dump 00000000: 20786568 706d7564 00000000 00000000  hex dump........' '] dump 00000010: 00000000 '
case $said in *information* | *debugging* | *'once 1'* | *'limited 10'*)
	echo "the console says too much: $said"
	failed=1
	;;
esac
"$program" --verbose --filter red.console 2>&1 | grep -q '] information' ||
	{ echo "--verbose does not show information"; failed=1; }
wants 'no such case' 2 'no case matches'

[ -z "$("$program" --filter red.green 2>&1)" ] || { echo "green is not silent"; failed=1; }
[ "$("$program" --list | wc -l)" = 10 ] || { echo "--list does not list 10 cases"; failed=1; }
CMOCKA_MESSAGE_OUTPUT=tap "$program" --filter red.green 2>&1 | grep -q '^ok 1 - red.green' ||
	{ echo "cmocka's TAP output is gone"; failed=1; }
exit $failed
