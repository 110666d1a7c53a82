#!/bin/sh
# Installs into a folder of its own, and uses what lies there by CMake, by plain cc with pkg-config, and from C++.
# usage: consumer_test.sh SOURCE_ROOT BUILD CC CXX
set -eu

root=${1:?usage: consumer_test.sh SOURCE_ROOT BUILD CC CXX}
build=${2:?usage: consumer_test.sh SOURCE_ROOT BUILD CC CXX}
cc=${3:?} cxx=${4:?}
here=$root/tests/consumer
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "FAILED: $*"; exit 1; }

cmake --install "$build" --prefix "$work/usr" >/dev/null
[ -f "$work/usr/include/psim/psim.h" ] || fail "no user face"
[ -f "$work/usr/share/psim/kernel/include/linux/list.h" ] || fail "no kernel face"
[ ! -e "$work/usr/include/linux" ] || fail "the kernel face lies where the host's headers do"
man_page=$work/usr/share/man/man1/psim.1
[ -s "$man_page" ] || fail "no man page"
[ -s "$work/usr/share/bash-completion/completions/psim" ] || fail "no completion for bash"
[ -s "$work/usr/share/zsh/vendor-completions/_psim" ] || fail "no completion for zsh"
[ -s "$work/usr/share/psim/gdb/psim_gdb/tasks.py" ] || fail "no helpers for gdb"
"$work/usr/bin/psim" list --names | grep -qx tour || fail "the installed psim knows no tour"

cmake -S "$here" -B "$work/cmake" -DCMAKE_PREFIX_PATH="$work/usr" -DCMAKE_C_COMPILER="$cc" \
	-DCMAKE_CXX_COMPILER="$cxx" >"$work/log" 2>&1 || { cat "$work/log"; fail "find_package"; }
cmake --build "$work/cmake" >"$work/log" 2>&1 || { cat "$work/log"; fail "build by CMake"; }
"$work/cmake/in_c" >/dev/null || fail "by CMake, in C"
"$work/cmake/in_cxx" || fail "by CMake, in C++"
ctest --test-dir "$work/cmake" -L own -V >"$work/log" 2>&1 || { cat "$work/log"; fail "a KUnit suite by CTest"; }
for case in driver_counts__to_a_hundred driver_counts__again skip__is_no_failure; do
	grep -q "own.consumer.$case" "$work/log" || { cat "$work/log"; fail "no test own.consumer.$case"; }
done

export PKG_CONFIG_PATH="$work/usr/lib/pkgconfig:$work/usr/lib/$(uname -m)-linux-gnu/pkgconfig"
kernel_include=$("$cc" -print-file-name=include)
[ -f "$kernel_include/stdarg.h" ] || kernel_include=$("$cc" -print-resource-dir)/include
cd "$work"
kernel_cflags="-nostdinc -isystem $kernel_include $(pkg-config --variable=kernel_cflags psim-shim)"
"$cc" $kernel_cflags -c "$here/driver.c"
for file in suite driver; do # with statics that are restored
	$(pkg-config --variable=kernel_cc psim-shim) "$cc" $kernel_cflags -D__PSIM_KERNEL_CC__ -c "$here/$file.c" -o $file.k.o
done
"$cc" suite.k.o driver.k.o -o plain_suite $(pkg-config --libs psim-kunit) || fail "a KUnit suite by plain cc"
./plain_suite --ktap 2>&1 | grep -qx 'ok 1 consumer' || fail "a KUnit suite by plain cc: its KTAP"
"$cc" "$here/app.c" driver.o -o plain $(pkg-config --cflags --libs psim-gpu) || fail "plain cc"
./plain >/dev/null || fail "by plain cc"
"$cxx" "$here/app.cc" -o plain_cxx $(pkg-config --cflags --libs psim-gpu) || fail "plain c++"
./plain_cxx || fail "by plain c++"

# psim new: what it writes compiles, and its tests are green
export CMAKE_PREFIX_PATH="$work/usr" CC="$cc"
for kind in driver scenario policy workload; do
	"$work/usr/bin/psim" new $kind my_$kind >said || { cat said; fail "psim new $kind"; }
	[ "$(wc -l <said)" = 3 ] || fail "psim new $kind: what it wrote"
	cmake -S my_$kind -B my_$kind/build >"$work/log" 2>&1 && cmake --build my_$kind/build >"$work/log" 2>&1 ||
		{ cat "$work/log"; fail "build of psim new $kind"; }
	! grep -q 'warning:' "$work/log" || { cat "$work/log"; fail "psim new $kind: warnings"; }
	ctest --test-dir my_$kind/build --output-on-failure >"$work/log" 2>&1 || { cat "$work/log"; fail "tests of psim new $kind"; }
	! "$work/usr/bin/psim" new $kind my_$kind 2>said || fail "psim new $kind, where it is already"
	grep -q "cannot make the folder my_$kind: File exists" said || fail "psim new $kind: $(cat said)"
done

# The worked example of docs/porting.md, and what that page shows of it
XDG_CACHE_HOME=$work/cache
export XDG_CACHE_HOME
(cd "$root/examples/porting" && "$work/usr/bin/psim-kernel-check" linux drivers/frob/frob_pool.c) >said 2>err || [ $? = 1 ] || {
	cat err; fail "psim-kernel-check"; }
sed -n '/^    \$ psim-kernel-check/,/^$/p' "$root/docs/porting.md" | sed '1d; /^$/d; s/^    //' | cmp -s - said || {
	cat said; fail "docs/porting.md shows something else"; }
cmake -S "$root/examples/porting" -B porting >"$work/log" 2>&1 && cmake --build porting >"$work/log" 2>&1 ||
	{ cat "$work/log"; fail "build of examples/porting"; }
ctest --test-dir porting --output-on-failure >"$work/log" 2>&1 || { cat "$work/log"; fail "tests of examples/porting"; }
