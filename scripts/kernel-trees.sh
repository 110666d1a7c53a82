#!/usr/bin/env bash
# Kernel source trees for the tests of others: Debian's linux-source packages, of each only what is compiled here.
set -euo pipefail

usage()
{
	cat <<'EOF'
usage: scripts/kernel-trees.sh [--to FOLDER] [VERSION...]

Installs Debian's linux-source-VERSION (default: 6.1, and 6.12 if the archive has it) and unpacks Makefile, include, lib,
drivers/dma-buf and drivers/gpu into FOLDER/linux-VERSION (default: build/trees), once. Prints the folders.
EOF
}

here=$(cd "$(dirname "$0")/.." && pwd)
to=$here/build/trees
versions=()
while [ $# -gt 0 ]; do
	case $1 in
	--to) to=${2:?--to needs a folder}; shift ;;
	-h|--help) usage; exit 0 ;;
	[0-9]*.[0-9]*) versions+=("$1") ;;
	*) echo "kernel-trees.sh: '$1' is no version like 6.12; --to and --help are allowed too" >&2; exit 2 ;;
	esac
	shift
done
[ ${#versions[@]} -gt 0 ] || versions=(6.1 6.12)

archive() { echo "/usr/src/linux-source-$1.tar.xz"; }

# Whatever is not installed yet, by one call; what the archive does not have is left out.
install()
{
	local become= version packages=()
	[ "$(id -u)" = 0 ] || become=sudo
	command -v apt-get >/dev/null || {
		echo "kernel-trees.sh: kernel sources come from Debian's archive, and there is no apt-get here" >&2; exit 2; }
	$become apt-get update >/dev/null
	for version; do
		if apt-cache show "linux-source-$version" >/dev/null 2>&1; then
			packages+=("linux-source-$version")
		else
			echo "kernel-trees.sh: no package linux-source-$version here" >&2
		fi
	done
	[ ${#packages[@]} = 0 ] ||
		DEBIAN_FRONTEND=noninteractive $become apt-get install -y --no-install-recommends "${packages[@]}" >/dev/null
}

# Of drivers/gpu/drm the files of its own and what belongs to their tests, not the drivers.
unpack()
{
	local tree=$1 version=$2 top=linux-source-$2
	rm -rf "$tree"
	mkdir -p "$tree"
	xz -dc -T0 "$(archive "$version")" | tar -xf - -C "$tree" --strip-components=1 \
		--exclude 'drivers/gpu/drm/[!lst]*/*' \
		"$top/Makefile" "$top/include" "$top/lib" "$top/drivers/dma-buf" "$top/drivers/gpu"
	touch "$tree/.complete-3"
}

mkdir -p "$to"
absent=() unpacking=()
for version in "${versions[@]}"; do
	[ -f "$to/linux-$version/.complete-3" ] || [ -f "$(archive "$version")" ] || absent+=("$version")
done
[ ${#absent[@]} = 0 ] || install "${absent[@]}"
for version in "${versions[@]}"; do
	tree=$to/linux-$version
	if [ ! -f "$tree/.complete-3" ] && [ -f "$(archive "$version")" ]; then
		unpack "$tree" "$version" &
		unpacking+=($!)
	fi
done
for job in "${unpacking[@]}"; do
	wait "$job"
done
for version in "${versions[@]}"; do
	[ ! -f "$to/linux-$version/.complete-3" ] || echo "$to/linux-$version"
done
