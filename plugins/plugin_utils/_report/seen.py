# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The evidence of hosts, which reports and gates read from its file. They never read a mailbox."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.fincon.mail.plugins.plugin_utils._evidence import store
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.records import BranchEvidence


class EvidenceFiles:
    """The files of evidence of a run; each is read only once."""

    def __init__(self) -> None:
        self._files: dict[str, Mapping[str, BranchEvidence]] = {}

    def of(self, host: str, variables: Mapping[str, Any]) -> BranchEvidence | None:
        """Return the evidence of a host; ``None`` when its fleet has no audit mailbox, or its file does not name it.

        :param variables: of the host.
        :raises FinconError: when a file cannot be read or is damaged, so that its evidence is unknown.
        """
        path = evidence_file(variables)
        if not path:
            return None
        if path not in self._files:
            evidence = store.load(path)
            self._files[path] = evidence.branches if evidence else {}
        return self._files[path].get(host)


def evidence_file(variables: Mapping[str, Any]) -> str:
    """Return the path of the evidence of a host's fleet; empty when it has no audit mailbox.

    :param variables: of the host.
    :raises FinconError: when the path names an environment variable that is not set.
    """
    named = variables.get("fincon_evidence_file")
    if not named and "fincon_evidence_mailbox" not in variables:
        return ""
    return store.file_of(str(named) if named else None, variables.get("inventory_dir"))
