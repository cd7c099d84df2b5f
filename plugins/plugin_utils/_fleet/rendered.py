# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings of a branch once its templates and vault values are rendered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.findings import Finding, errors
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.check import (
    branch_findings,
    conforming,
    placed,
    schema_faults,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.source import Source


def rendered_findings(branch: Mapping[str, Any], files: Mapping[str, str]) -> list[Finding]:
    """Check the rendered records of a branch.

    :param branch: ``installation``, ``smtp_servers`` and ``users``. Hold secrets.
    :param files: the ``branch`` and ``fleet`` file that they come from, if they come from a fleet.
    :return: the errors, with their places where the files are known.
    """
    # Plain host variables were never files of a fleet, and a template renders to anything: the schema judges here too.
    data = {"branch": "rendered", **{name: value for name, value in branch.items() if value is not None}}
    faults = schema_faults("branch", data)
    sound = conforming(data, (path for path, _finding in faults))
    whole = {
        "installation": sound.get("installation", {}),
        "smtp_servers": sound.get("smtp_servers", []),
        "users": sound.get("users", []),
    }
    found = [finding for _path, finding in faults] + errors(branch_findings(whole, lambda value: True))
    if not found or not files:
        return found
    places = []
    for name, prefix in (("branch", ()), ("fleet", ("defaults",))):
        with open(files[name], encoding="utf-8") as file:
            source = Source(files[name], file.read())
        places.append((source, source.load()[0], prefix))
    return [placed(finding, places) for finding in found]
