# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The findings of a host in its records, once templates and vault values are rendered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.findings import Finding
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.files import read_text
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.rendered import rendered_findings
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.rendering import Renderer
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.shortcuts import place_of
from ansible_collections.fincon.mail.plugins.plugin_utils._paths import installation_paths

_PARTS = ("installation", "smtp_servers", "users")


def host_findings(variables: Mapping[str, Any], template: Callable[[Any], Any], loader: Any) -> list[Finding]:
    """Return the errors in the records of a host, each with the place where its value was written.

    :param variables: of the host, as a task of it has them.
    :param template: renders a value by Ansible's templar.
    :param loader: Ansible's loader of data, for files that are encrypted.
    """
    raw = {name: variables[f"fincon_{name}"] for name in _PARTS if f"fincon_{name}" in variables}
    if "fincon_evidence_bcc" in variables:
        raw["evidence"] = {"bcc": variables["fincon_evidence_bcc"]}
    if variables.get("fincon_title"):
        raw["title"] = variables["fincon_title"]
    renderer = Renderer(template, variables)
    rendered = renderer.render(raw)
    files = renderer.render(variables.get("fincon_files", {}))
    connection = renderer.render(variables.get("ansible_connection", ""))
    installation = rendered.get("installation")
    _paths, unset = installation_paths(installation if isinstance(installation, Mapping) else {}, None, str(connection))
    problems = [*renderer.problems, *((finding.path.split("."), finding.message) for finding in unset)]
    return rendered_findings(rendered, files, raw, problems, partial(read_text, loader), place_of)
