# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make `ansible_collections.fincon.mail` importable in every test."""

from __future__ import annotations

import sys

from collection import link_collection

sys.path.insert(0, str(link_collection()))
