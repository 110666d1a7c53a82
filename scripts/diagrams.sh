#!/usr/bin/env bash
# docs/diagrams/*.dot as SVG beside them, for code hosts and the reference; needs Graphviz.
set -euo pipefail

case ${1-} in
''|--check) ;;
-h|--help)
	echo "usage: scripts/diagrams.sh [--check]"
	echo
	echo "Draws docs/diagrams/*.dot as SVG; --check: says which are not those of their source (no Graphviz needed)."
	exit 0 ;;
*) echo "diagrams.sh: unknown option '$1': --check and --help are allowed" >&2; exit 2 ;;
esac
cd "$(dirname "$0")/../docs/diagrams"
bad=0
for source in *.dot; do
	mark="<!-- $source $(sha256sum <"$source" | cut -c1-16) -->"
	image=${source%.dot}.svg
	if [ "${1-}" = --check ]; then
		grep -qF -- "$mark" "$image" 2>/dev/null ||
			{ echo "docs/diagrams/$image is not of $source: scripts/diagrams.sh draws it" >&2; bad=1; }
	else
		dot -Tsvg "$source" -o "$image"
		echo "$mark" >>"$image"
	fi
done
exit $bad
