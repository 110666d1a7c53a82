#!/bin/sh
# scripts/install-deps.sh with stand-ins for every package manager, sudo and id: what would be run?
# Each case builds a PATH of its own from nothing but stand-ins and the few tools the script needs.
# usage: install-deps_test.sh SOURCE_ROOT
set -eu

root=${1:?usage: install-deps_test.sh SOURCE_ROOT}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

# A PATH without compilers, libraries or package managers.
fresh() {
	rm -rf "$work/bin" "$work/log"
	mkdir "$work/bin"
	: >"$work/log"
	for tool in sh cat cut ls; do ln -s "$(command -v $tool)" "$work/bin/$tool"; done
	stand_in id "echo ${1:-0}"
}

stand_in() { # NAME [BODY]: records how it was called
	printf '#!%s\n%s\n' "$(command -v sh)" "${2:-echo \"$1 \$*\" >>'$work/log'}" >"$work/bin/$1"
	chmod +x "$work/bin/$1"
}

run() { # ARGS...: sets $status; standard error to $work/err
	status=0
	PATH=$work/bin "$work/bin/sh" "$root/scripts/install-deps.sh" "$@" >"$work/out" 2>"$work/err" ||
		status=$?
}

expect() { # WHAT CONDITION...
	what=$1
	shift
	"$@" && return
	echo "FAILED: $what"
	echo "--- called:"; cat "$work/log"
	echo "--- error output:"; cat "$work/err"
	failures=$((failures + 1))
}

called() { grep -qF -- "$1" "$work/log"; }
not_called() { ! called "$1"; }
said() { grep -qF -- "$1" "$work/err"; }

# root, apt: the list is brought up to date, then everything is installed in one call
fresh 0
stand_in apt-get
run --tests
expect "apt, root: succeeds" [ "$status" = 0 ]
expect "apt, root: updates its list" called "apt-get update"
expect "apt, root: installs" called "apt-get install -y --no-install-recommends gcc cmake ninja-build"
expect "apt, root: names of Debian" called "libcmocka-dev"
expect "apt, root: one call" [ "$(grep -c install "$work/log")" = 1 ]

# without --tests nothing that only tests need
fresh 0
stand_in apt-get
run
expect "build only: no cmocka" not_called "cmocka"
expect "build only: liburcu" called "liburcu-dev"

fresh 0
stand_in dnf
run --tests
expect "dnf: installs" called "dnf install -y gcc cmake ninja-build pkgconf-pkg-config"
expect "dnf: names of Fedora" called "userspace-rcu-devel"

fresh 0
stand_in pacman
run --tests
expect "pacman: installs" called "pacman -S --needed --noconfirm gcc cmake ninja pkgconf"
expect "pacman: names of Arch" called "cmocka"

# not root, with sudo: through sudo
fresh 1000
stand_in apt-get
stand_in sudo "echo \"sudo \$*\" >>'$work/log'"
run
expect "sudo: through it" called "sudo apt-get install -y"
expect "sudo: the update too" called "sudo apt-get update"

# not root, no sudo: says the line and stops
fresh 1000
stand_in apt-get
run
expect "no sudo: stops with 2" [ "$status" = 2 ]
expect "no sudo: runs nothing" not_called "apt-get"
expect "no sudo: prints the line" said "  apt-get install -y --no-install-recommends gcc cmake"

# no package manager that it knows
fresh 0
run
expect "no manager: stops with 2" [ "$status" = 2 ]
expect "no manager: says so" said "no apt, dnf or pacman here"

# everything there: nothing is called
fresh 0
for tool in apt-get cc c++ cmake ninja objcopy; do stand_in $tool; done
for tool in pkg-config ctags python3; do stand_in $tool 'exit 0'; done
run --tests
expect "complete: succeeds" [ "$status" = 0 ]
expect "complete: calls nothing" [ ! -s "$work/log" ]

# one library missing: that one alone
stand_in pkg-config '[ "$2" != nettle ]'
run --tests
expect "one missing: that one" called "apt-get install -y --no-install-recommends nettle-dev"

run --wrong
expect "unknown option: exit code 2" [ "$status" = 2 ]
expect "unknown option: named" said "unknown option '--wrong'"
run --help
expect "help: exit code 0" [ "$status" = 0 ]

[ $failures = 0 ]
