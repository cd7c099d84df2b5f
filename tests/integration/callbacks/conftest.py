# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run in which one branch of three fails: its server refuses a login."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ..conftest import Site
from ..test_output import ADVICE, REFUSED


class Refusal:
    """Brings the branches of a site to what is declared, while the password of one login is wrong."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.message = "\n".join((REFUSED.replace("PORT", str(site.mail.starttls_port)), *ADVICE))

    def run(self, **settings: str) -> str:
        """What ansible-playbook prints, with settings of its environment."""
        site = self.site
        extra = json.dumps({"fincon_smtp_ca_path": site.mail.ca_path})
        program = Path(sys.executable).parent / "ansible-playbook"
        done = subprocess.run(
            [str(program), "-i", str(site.fleet), "fincon.mail.apply", "-e", extra],
            env={**site.environment(site.folder, site.collections), **settings},
            cwd=site.folder, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        printed = done.stdout + done.stderr
        assert done.returncode == 2, printed
        for unwanted in ("Origin: /", "Traceback", "Callback dispatch", "c4nary"):
            assert unwanted not in printed, printed
        return done.stdout


@pytest.fixture
def refusal(site: Site) -> Refusal:
    """The run of a fresh site."""
    site.write_fleet(cape_town=[site.user("THANDI", password="c4nary-not-it"), site.user("PIETER")])
    return Refusal(site)
