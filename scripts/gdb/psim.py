# SPDX-License-Identifier: MIT
"""gdb learns psim: source this file in gdb. docs/debugging.md shows a session."""
import importlib
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
if not os.path.isdir(os.path.join(HERE, "psim_gdb")):
    HERE = os.path.join(HERE.split("/gdb/auto-load/", 1)[0], "psim/gdb")  # sourced by packaging/psim-gdb.py
sys.path.insert(0, HERE)
try:
    import psim_gdb
    importlib.reload(psim_gdb)
finally:
    sys.path.pop(0)
psim_gdb.register()
