# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the installation of a branch comes from what the branches share and from its own file."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.branch import merged_branch

REST = {"backend": "rest", "url": "https://10.0.0.1", "username": "ANSIBLE", "fingerprints": "/var/f.json"}


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        (None, REST),
        ({"data_id": "MAIN"}, {**REST, "data_id": "MAIN"}),
        ({"backend": "attended", "ledger": "/l.yml"}, {"backend": "attended", "ledger": "/l.yml"}),
        (
            {"backend": "command", "command": ["/a"]},
            {"backend": "command", "command": ["/a"], "fingerprints": "/var/f.json"},
        ),
        ("{{ mine }}", "{{ mine }}"),
        ({"backend": "{{ mine }}"}, {**REST, "backend": "{{ mine }}"}),
    ],
    ids=["none", "a field", "attended", "command", "template", "template of the backend"],
)
def test_a_branch_with_another_backend_takes_only_the_shared_settings_that_fit_it(own: Any, expected: Any) -> None:
    branch = merged_branch({"branch": "b", "installation": own}, "/f/b.yml", "/f/fincon.yml", [{"installation": REST}])
    assert branch.data["installation"] == expected
