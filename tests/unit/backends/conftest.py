# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A bench and installations that reach it."""

from __future__ import annotations

import pytest
from ansible_collections.fincon.mail.tests.bench import Bench


@pytest.fixture
def bench():
    with Bench(companies={"CAPETOWN": ["THANDI", "PIETER", "AYESHA"]}) as running:
        yield running


@pytest.fixture
def installation(tmp_path):
    """Makes the complete settings of an installation on a bench."""

    def make(bench, **settings):
        return {
            "backend": "rest",
            "url": bench.url,
            "server_username": bench.server_username,
            "server_password": bench.server_password,
            "data_id": "CAPETOWN",
            "username": bench.fincon_username,
            "password": bench.fincon_password,
            "alternate_extension": False,
            "validate_certs": True,
            "ca_path": bench.ca_path,
            "connect_timeout": 2.0,
            "timeout": 2.0,
            "total_timeout": 10.0,
            "session_wait": 0.0,
            "contract": None,
            "fingerprints": str(tmp_path / "prints.json"),
            **settings,
        }

    return make
