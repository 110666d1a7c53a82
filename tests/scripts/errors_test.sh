#!/bin/sh
# docs/errors.md names tests that are there, has no blank, and every function of the two headers.
# usage: errors_test.sh SOURCE_ROOT
set -eu

root=${1:?usage: errors_test.sh SOURCE_ROOT}
doc=$root/docs/errors.md
bad=0

for name in $(grep -oE '`[a-z0-9_]+__[a-z0-9_]+`' "$doc" | tr -d '`' | sort -u); do
	grep -qE "KUNIT_CASE(_PARAM)?\($name[,)]" "$root"/tests/face/core/*_test.c ||
		{ echo "FAILED: docs/errors.md names $name, which is no case of tests/face/core"; bad=1; }
done
# a row without a test; its last column is empty
if grep -nE '^\|.*\|[[:space:]]*\|$' "$doc" | grep -v -- '---'; then
	echo "FAILED: docs/errors.md has rows without a test"
	bad=1
fi
for function in $(sed -nE 's/^[a-z].*[ *](drm_pagemap_[a-z_]+)\(.*/\1/p' \
	"$root/include/drm/drm_pagemap.h" "$root/include/drm/drm_pagemap_util.h" | sort -u); do
	short=${function#drm_pagemap}
	case $function in
	drm_pagemap_addr_encode) continue ;; # an inline that only puts its arguments together
	esac
	grep -qE "$function\b|\`$short\`|$short\b" "$doc" ||
		{ echo "FAILED: docs/errors.md says nothing of $function"; bad=1; }
done
exit $bad
