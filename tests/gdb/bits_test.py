#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The bits that scripts/gdb knows are those of the headers: macros stand in no debug information.

usage: bits_test.py SOURCE_ROOT
"""
import os
import re
import sys
import types

root = sys.argv[1]
sys.path.insert(0, os.path.join(root, "scripts/gdb"))
sys.modules["gdb"] = types.SimpleNamespace(GdbError=Exception, Command=object, Function=object)
package = types.ModuleType("psim_gdb")
package.__path__ = [os.path.join(root, "scripts/gdb/psim_gdb")]
sys.modules["psim_gdb"] = package
from psim_gdb import pages, slots  # noqa: E402  pylint: disable=wrong-import-position


def constants(path, pattern):
    """name: value of the macros and enum members in a header whose name matches."""
    found = {}
    with open(os.path.join(root, path), encoding="utf-8") as file:
        for line in file.read().replace("\\\n", " ").splitlines():
            match = re.match(rf"(?:#define\s+|\t)({pattern})\s+(?:=\s*)?([^/,]+)", line)
            if match:
                text = re.sub(r"\b(0x[0-9a-f]+|\d+)u?l*\b", r"\1", match.group(2)).strip()
                try:
                    found[match.group(1)] = eval(text, {}, dict(found))  # pylint: disable=eval-used
                except NameError:
                    pass
    return found


failures = 0


def same(what, ours, theirs):
    global failures
    if ours != theirs:
        print(f"FAILED: {what}: {ours} in scripts/gdb, {theirs} in the header")
        failures += 1


pte = constants("src/shim/mm/pte.h", r"PSIM_PTE_\w+")
same("flags of slots", {name: 1 << bit for name, bit, _, _ in slots.FLAGS},
     {name.removeprefix("PSIM_PTE_F_"): value for name, value in pte.items() if "_F_" in name})
same("PSIM_PTE_PFN_SHIFT", slots.PFN_SHIFT, pte["PSIM_PTE_PFN_SHIFT"])
same("PSIM_PTE_KIND", slots.KIND, pte["PSIM_PTE_KIND"])
migrate = constants("include/linux/migrate.h", r"MIGRATE_PFN_\w+")
same("migrate pfns", {f"MIGRATE_PFN_{said.upper()}": 1 << bit for bit, said in slots.MIGRATE_FLAGS}
     | {"MIGRATE_PFN_SHIFT": slots.MIGRATE_SHIFT}, migrate)
hmm = constants("include/linux/hmm.h", r"HMM_PFN_\w+")
same("hmm pfns", {f"HMM_PFN_{said.upper().replace('-', '_')}": 1 << bit for bit, said in slots.HMM_FLAGS}
     | {"HMM_PFN_ORDER_SHIFT": slots.HMM_ORDER_SHIFT},
     {name: value for name, value in hmm.items() if "REQ" not in name and "FLAGS" not in name})
markers = constants("include/linux/swapops.h", r"PTE_MARKER_\w+")
same("markers", {f"PTE_MARKER_{said.upper().replace('-', '_')}": bit for bit, said in slots.MARKERS.items()}, markers)
page = constants("src/shim/mm/page.h", r"PSIM_PG_\w+")
same("a page's site", (pages.SITE_SHIFT, pages.SITE_MASK << pages.SITE_SHIFT),
     (page["PSIM_PG_SITE_SHIFT"], page["PSIM_PG_SITE_MASK"]))
same("a page's owner", (pages.OWNER_SHIFT, pages.OWNER_MASK << pages.OWNER_SHIFT),
     (page["PSIM_PG_OWNER_SHIFT"], page["PSIM_PG_OWNER_MASK"]))
same("PSIM_PG_FREE", pages.FREE, page["PSIM_PG_FREE"])
same("ZONES_PGSHIFT", pages.ZONES_SHIFT, constants("include/linux/mmzone.h", r"ZONES_PGSHIFT")["ZONES_PGSHIFT"])
same("__PSIM_GRANULE_SHIFT", pages.GRANULE_SHIFT,
     constants("include/linux/__psim_memmap.h", r"__PSIM_GRANULE_SHIFT")["__PSIM_GRANULE_SHIFT"])
sys.exit(bool(failures))
