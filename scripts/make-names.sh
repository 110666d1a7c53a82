#!/bin/sh
# Writes include/linux/__psim_names.h: the link-time names of the kernel face, apart from those of the program
# that links it. Run it after adding a kernel function; a test says when it is needed.
# usage: scripts/make-names.sh BUILD [--check]
set -eu

build=${1:?usage: scripts/make-names.sh BUILD [--check]}
header=$(cd "$(dirname "$0")/.." && pwd)/include/linux/__psim_names.h

# Every kernel name that the shim and the runner of KUnit suites define: those renamed already, and those that are not yet.
names() {
	nm -g --defined-only "$build/src/libpsim_shim.a" "$build/src/libpsim_kunit.a" |
		sed -n 's/^[0-9a-f]* [A-Z] //p' |
		sed -n -e 's/^__psim_k_//p; t' -e '/^main$/d; /^psim_/d; /^__psim_/d; /^__odr_asan/d; /^__gcov/d; /^_\./d; p' |
		LC_ALL=C sort -u
}

render() {
	cat <<'EOF'
/* SPDX-License-Identifier: MIT */
/*
 * Link-time names of the kernel's functions and objects, so that they do not meet the host program's own:
 * it may have a schedule(), a panic(). Builds through cmake/kernel-cc are renamed there, so that a debugger
 * knows the kernel's names. Made by scripts/make-names.sh.
 */
#ifndef _LINUX___PSIM_NAMES_H
#define _LINUX___PSIM_NAMES_H

#ifndef __PSIM_KERNEL_CC__

#ifdef __clang__
/* a file's own static function of one of these names */
#pragma clang diagnostic ignored "-Wpragmas"
#endif

EOF
	names | sed 's/.*/#pragma redefine_extname & __psim_k_&/'
	printf '\n#endif /* !__PSIM_KERNEL_CC__ */\n\n#endif /* _LINUX___PSIM_NAMES_H */\n'
}

if [ "${2-}" = --check ]; then
	render | cmp -s - "$header" || {
		echo "include/linux/__psim_names.h is not up to date: scripts/make-names.sh $build" >&2
		render | diff "$header" - | sed -n 's/^\([<>]\) #pragma redefine_extname \([^ ]*\).*/\1 \2/p' >&2
		exit 1
	}
else
	render >"$header.new"
	mv "$header.new" "$header"
fi
