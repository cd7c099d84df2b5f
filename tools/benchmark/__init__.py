# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of `tools/run_benchmark.py`: generated fleets, measured runs, the stand-in, figures and their targets."""

import sys

from collection import link_collection

# The measurements, and the stand-in that they use.
sys.path.insert(0, str(link_collection()))
