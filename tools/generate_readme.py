# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The links of README.md: Galaxy and Automation Hub show it outside the repository, where relative links do not work.

The project's address is `repository` in galaxy.yml, and nowhere else. As long as there is none, the links are relative.
"""

from __future__ import annotations

import re

import yaml
from collection import ROOT

_LINK = re.compile(r"\]\((?!https?:|#)([^)\s]+)\)")


def render() -> str:
    """Return README.md with links that work wherever it is shown."""
    address = yaml.safe_load((ROOT / "galaxy.yml").read_text("utf-8")).get("repository", "")
    return with_address((ROOT / "README.md").read_text("utf-8"), address)


def with_address(text: str, address: str) -> str:
    """Make relative links absolute.

    :param address: of the repository; empty when there is none yet.
    """
    return _LINK.sub(rf"]({address.rstrip('/')}/blob/main/\1)", text) if address else text
