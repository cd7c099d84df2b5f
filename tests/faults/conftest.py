# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Quick fingerprints: the fault matrices make tens of thousands."""

from __future__ import annotations

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._core import passwords


@pytest.fixture(autouse=True, scope="session")
def quick_fingerprints():
    """Fingerprints of the least cost."""
    slow = passwords.fingerprint
    passwords.fingerprint = lambda password, salt=None, cost=(16, 8, 1): slow(password, salt, cost)
    yield
    passwords.fingerprint = slow
