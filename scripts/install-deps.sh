#!/bin/sh
# Installs what building and testing needs, and nothing that is there already.
# Sourced or run by demo.sh and test.sh; on its own: ./scripts/install-deps.sh [--tests] [--all] [--kernel]
#
# Knows apt, dnf and pacman. As root it installs at once, with sudo through sudo; otherwise it prints the
# line to run and stops.
set -eu

usage()
{
	cat <<'EOF'
usage: scripts/install-deps.sh [--tests] [--all] [--kernel]

Installs missing packages with apt, dnf or pacman, as root or through sudo.

  (nothing)  what building psim needs
  --tests    also what the tests of one compiler need
  --all      also clang, valgrind and what else scripts/test.sh --all uses
  --kernel   what scripts/kernel-check.sh uses besides: a kernel's source, its tools, qemu (Debian only)
EOF
}

level=build kernel=
for arg; do
	case $arg in
	--tests) level=tests ;;
	--all) level=all ;;
	--kernel) kernel=y ;;
	-h|--help) usage; exit 0 ;;
	*) echo "install-deps.sh: unknown option '$arg': --tests, --all, --kernel and --help are allowed" >&2; exit 2 ;;
	esac
done

# Is it there? One probe a thing, by what uses it, not by a package's name.
has_command() { command -v "$1" >/dev/null 2>&1; }
has_file() { ls $1 >/dev/null 2>&1; }
has_module() { has_command pkg-config && pkg-config --exists "$1"; }

has_selenium() { python3 -c 'import selenium' 2>/dev/null || /usr/bin/python3 -c 'import selenium' 2>/dev/null; }
has_header() { echo "#include <$1>" | cc -E - >/dev/null 2>&1; }
has_python() { python3 -c "import $1" 2>/dev/null; }
has_json_ctags() { ctags --options=NONE --output-format=json --version >/dev/null 2>&1; }

missing=
want() { # PROBE NAME apt-package dnf-package pacman-package
	if "$1" "$2"; then return; fi
	case $manager in
	apt) missing="$missing $3" ;;
	dnf) missing="$missing $4" ;;
	pacman) missing="$missing $5" ;;
	*) missing="$missing $2" ;;
	esac
}

manager=
for candidate in apt-get dnf pacman; do
	if has_command $candidate; then manager=${candidate%-get}; break; fi
done

want has_command cc gcc gcc gcc
want has_command cmake cmake cmake cmake
want has_command ninja ninja-build ninja-build ninja
want has_command pkg-config pkg-config pkgconf-pkg-config pkgconf
want has_command objcopy binutils binutils binutils
want has_module liburcu liburcu-dev userspace-rcu-devel liburcu
want has_module libelf libelf-dev elfutils-libelf-devel libelf
want has_module nettle nettle-dev nettle-devel nettle
want has_module zlib zlib1g-dev zlib-devel zlib
want has_module jansson libjansson-dev jansson-devel jansson
want has_module libfyaml libfyaml-dev libfyaml-devel libfyaml
if [ $level != build ]; then
	want has_module cmocka libcmocka-dev libcmocka-devel cmocka
	want has_command c++ g++ gcc-c++ gcc
	want has_command python3 python3 python3 python
	want has_json_ctags universal-ctags universal-ctags ctags ctags
	want has_python jsonschema python3-jsonschema python3-jsonschema python-jsonschema
fi
if [ $level = all ]; then
	want has_command clang clang clang clang
	# clang's sanitizer runtimes are a package of their own on Debian
	if [ "$manager" = apt ] && has_command clang; then
		runtime=$(clang -print-runtime-dir 2>/dev/null || true)
		[ -n "$runtime" ] && ls "$runtime"/*tsan* >/dev/null 2>&1 ||
			missing="$missing libclang-rt-$(clang -dumpversion | cut -d. -f1)-dev"
	elif [ "$manager" = apt ]; then
		missing="$missing libclang-rt-dev"
	fi
	want has_command valgrind valgrind valgrind valgrind
	want has_command gcovr gcovr gcovr gcovr
	want has_command gnuplot gnuplot-nox gnuplot gnuplot
	want has_header sys/sdt.h systemtap-sdt-dev systemtap-sdt-devel systemtap
	# the browser tests
	want has_command chromium chromium chromium chromium
	want has_command chromedriver chromium-driver chromedriver chromium
	want has_selenium python3-selenium python3-selenium python-selenium
	want has_command gdb gdb gdb gdb
	want has_command doxygen doxygen doxygen doxygen
	want has_command zsh zsh zsh zsh
fi

if [ -n "$kernel" ]; then
	# the newest source that there is: a package a version
	source=$(apt-cache search --names-only '^linux-source-[0-9.]+$' 2>/dev/null | cut -d' ' -f1 | sort -V | tail -1)
	want has_file '/usr/src/linux-source-*.tar.*' "${source:-linux-source}" linux-source linux-source
	want has_command make make make make
	want has_command flex flex flex flex
	want has_command bison bison bison bison
	want has_command bc bc bc bc
	want has_command xz xz-utils xz xz
	want has_command python3 python3 python3 python
	want has_command qemu-system-x86_64 qemu-system-x86 qemu-system-x86-core qemu-system-x86
fi

[ -n "$missing" ] || exit 0

case $manager in
apt) line="apt-get install -y --no-install-recommends$missing" update="apt-get update" ;;
dnf) line="dnf install -y$missing" update= ;;
pacman) line="pacman -S --needed --noconfirm$missing" update= ;;
*)
	echo "missing:$missing" >&2
	echo "no apt, dnf or pacman here: install these by hand and run this again" >&2
	exit 2 ;;
esac

become=
if [ "$(id -u)" != 0 ]; then
	if has_command sudo; then
		become="sudo "
	else
		echo "missing:$missing" >&2
		echo "run this as root, then run the same command again:" >&2
		echo "  $line" >&2
		exit 2
	fi
fi
echo "installing:$missing"
if [ -n "$update" ]; then ${become}$update >/dev/null; fi
DEBIAN_FRONTEND=noninteractive ${become}$line >/dev/null
