# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Quick fingerprints, since the fault matrices make tens of thousands, and a home for what child processes note."""

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


@pytest.fixture(autouse=True, scope="session")
def home(tmp_path_factory):
    """A home of its own for child processes, which note there how far a ledger is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        yield
