#!/usr/bin/env bash
# The reference of both faces, made from the comments of their headers: build/reference/html.
set -euo pipefail

usage()
{
	cat <<'USAGE'
usage: scripts/reference.sh [--check] [--output FOLDER]

Makes the reference documentation with Doxygen: build/reference/html/index.html. A warning of Doxygen's is an
error, and so is a public name that is not in its index.

  --check          only whether every public name has a comment; needs no Doxygen
  --output FOLDER  instead of build/reference

exit codes: 0 made, 1 something is missing or warned, 2 bad usage, or no Doxygen
USAGE
}

here=$(cd "$(dirname "$0")/.." && pwd)
output=$here/build/reference check=
while [ $# -gt 0 ]; do
	case $1 in
	--check) check=1 ;;
	--output)
		[ $# -gt 1 ] || { echo "reference.sh: --output needs a folder" >&2; exit 2; }
		output=$2
		shift ;;
	-h|--help) usage; exit 0 ;;
	*) echo "reference.sh: unknown option '$1': --check, --output and --help are allowed" >&2; exit 2 ;;
	esac
	shift
done

python3 "$here/scripts/reference/make.py" comments || exit 1
[ -z "$check" ] || exit 0
command -v doxygen >/dev/null || { echo "reference.sh: doxygen is missing: scripts/install-deps.sh --all installs it" >&2; exit 2; }

mkdir -p "$output"
output=$(cd "$output" && pwd)
rm -rf "$output/source" "$output/html"
mkdir "$output/source"
python3 "$here/scripts/reference/make.py" write "$output/source"
(
	cat "$here/scripts/reference/Doxyfile"
	echo "OUTPUT_DIRECTORY = $output"
	echo "INPUT = $output/source"
	echo "STRIP_FROM_PATH = $output/source"
	echo "IMAGE_PATH = $output/source/images"
	echo "GENERATE_TAGFILE = $output/tags.xml"
	echo "PROJECT_NUMBER = $(sed -nE 's/^project\(.* VERSION ([0-9.]+).*/\1/p' "$here/CMakeLists.txt")"
) | (cd "$output" && doxygen -) || exit 1
python3 "$here/scripts/reference/make.py" check "$output/tags.xml" || exit 1
echo "$output/html/index.html"
