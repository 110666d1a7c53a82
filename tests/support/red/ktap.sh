#!/bin/sh
# ktap.sh PROGRAM: what --ktap says of cases that pass, fail and are skipped.
program=$1
said=$("$program" --ktap 2>/dev/null)
cases=$("$program" --list | wc -l)
failed=0

wants() { # COUNT PATTERN: so many lines match
	got=$(echo "$said" | grep -cE -- "$2")
	[ "$got" = "$1" ] && return
	echo "$got lines, not $1, match: $2"
	failed=1
}

suites=$("$program" --list | sed 's/\..*//' | sort -u | wc -l)
wants 1 '^KTAP version 1$'
wants 1 "^1\.\.$suites\$"
wants "$suites" '^    KTAP version 1$'
wants "$suites" '^    # Subtest: '
wants "$cases" '^    (not )?ok [0-9]+ [a-z_]+'
wants "$suites" '^(not )?ok [0-9]+ [a-z_]+'
wants 1 '^    not ok [0-9]+ expect_eq$'
wants 1 '^    # expect_eq: 2 failed'
wants 1 '^not ok [0-9]+ red$'
[ "$(echo "$said" | grep -cE '^    ok [0-9]+ [a-z_]+ # SKIP ')" -ge 1 ] || { echo "nothing was skipped"; failed=1; }
[ $failed = 0 ] || echo "$said"
exit $failed
