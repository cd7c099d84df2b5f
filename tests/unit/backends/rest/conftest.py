# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in and installations that reach it."""

from __future__ import annotations

import pytest
from ansible_collections.fincon.mail.tests.standin import StandIn


@pytest.fixture
def standin():
    with StandIn(companies={"CAPETOWN": ["THANDI", "PIETER", "AYESHA"]}) as running:
        yield running


@pytest.fixture
def installation(tmp_path):
    """Makes the complete settings of an installation on a stand-in."""

    def make(standin, **settings):
        return {
            "backend": "rest",
            "url": standin.url,
            "server_username": standin.server_username,
            "server_password": standin.server_password,
            "data_id": "CAPETOWN",
            "username": standin.fincon_username,
            "password": standin.fincon_password,
            "alternate_extension": False,
            "validate_certs": True,
            "ca_path": standin.ca_path,
            "connect_timeout": 2.0,
            "timeout": 2.0,
            "total_timeout": 10.0,
            "session_wait": 0.0,
            "contract": None,
            "fingerprints": str(tmp_path / "prints.json"),
            **settings,
        }

    return make
