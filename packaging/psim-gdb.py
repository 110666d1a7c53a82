# SPDX-License-Identifier: MIT
"""Loaded by gdb with /usr/bin/psim: what it shows of a machine lies beside its own data folder."""
import os

import gdb

gdb.execute("source " + os.path.join(__file__.split("/gdb/auto-load/", 1)[0], "psim/gdb/psim.py"))
