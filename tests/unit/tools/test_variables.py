# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every variable that people can set is on a page, and docs/playbooks.md leads there."""

from __future__ import annotations

import json
import re

import pytest
import yaml
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.names import INTERNAL
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.options import OPTIONS
from collection import ROOT

PAGES = {path.name: path.read_text("utf-8") for path in sorted((ROOT / "docs").glob("*.md"))}
INDEX = PAGES["playbooks.md"].partition("## Variables")[2]
ROWS = [
    [cell.strip() for cell in row.strip("|").split(" | ")] for row in re.findall(r"^\| .+ \|$", INDEX, re.MULTILINE)
]
NAME = re.compile(r"`(fincon_\w+)(…?)`")


def defaults(role: str) -> dict[str, object]:
    loaded = yaml.safe_load((ROOT / "roles" / role / "defaults" / "main.yml").read_text("utf-8"))
    assert isinstance(loaded, dict)
    return loaded


#: What describes a branch and its BCC come from the files, and a task gives the role the work order.
DESCRIBES = {
    f"fincon_{name}" for name in ("branch", "region", "tags", "title", "installation", "smtp_servers", "users")
}
GIVEN = DESCRIBES | {"fincon_evidence_bcc", "fincon_files", "fincon_fleet_findings", "fincon_work_order"}
OURS = set(OPTIONS) | set(defaults("fincon_init"))


@pytest.mark.parametrize("name", sorted(OURS - GIVEN))
def test_the_index_leads_to_every_variable(name: str) -> None:
    found = [
        page.strip("`").removeprefix("docs/")
        for cells in ROWS
        for known, open_end in NAME.findall(cells[0])
        if (name.startswith(known) if open_end else name == known)
        for page in [cells[-1]]
    ]
    assert found, "is not in the index of docs/playbooks.md"
    assert any(re.search(rf"\b{name}\b", PAGES.get(page, INDEX)) for page in found), f"is not on {found}"


@pytest.mark.parametrize(
    "cells", [cells for cells in ROWS if len(cells) == 3 and NAME.match(cells[0])], ids=lambda row: row[0]
)
def test_the_default_in_the_index_is_that_of_the_role(cells: list[str]) -> None:
    name = cells[0].strip("`")
    documented = cells[1].strip("`")
    given = defaults("fincon")
    if name in given:
        value = given[name]
        assert documented == (value if isinstance(value, str) else json.dumps(value))
    else:
        assert documented in {"fincon", "by playbook", "none"}


@pytest.mark.parametrize("page", sorted(PAGES))
def test_a_page_names_no_variable_that_does_not_exist(page: str) -> None:
    modules = {path.stem for folder in ("modules", "filter") for path in (ROOT / "plugins" / folder).glob("*")}
    roles = {path.name for path in (ROOT / "roles").iterdir()}
    # Words of the site's own, and metrics, which tests/unit/metrics compares with their page.
    known = OURS | INTERNAL | modules | roles | {"fincon_write", "fincon_probe", "fincon_purge_protct"}
    named = {
        name
        for name, open_end in re.findall(r"(?<![\w/.-])(fincon_[a-z0-9_]+)(…?)", PAGES[page])
        if not open_end and not re.match(r"fincon_(mail_(drift|status|verify|evidence)_|wave_\d|mail\b)", name)
    }
    assert named <= known
