# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible_collections.fincon.mail.plugins.module_utils._io.progress import counted
from ansible_collections.fincon.mail.plugins.module_utils._module.modules import MODULES
from ansible_collections.fincon.mail.plugins.plugin_utils._adopt import write
from ansible_collections.fincon.mail.plugins.plugin_utils._adopt.adoption import (
    BRANCHES,
    Adoption,
    AdoptionError,
    adopt,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._adopt.host import left_out, read
from ansible_collections.fincon.mail.plugins.plugin_utils._output import progress
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.validation import MissingLibraries

#: A replaced file may hold passwords by now.
_NOT_SHOWN = "(the old content is not shown, since passwords may be in it)\n"


class ActionModule(ActionBase):
    """Writes a fleet from the results of all hosts, on the controller, where the variables of all hosts are."""

    _supports_check_mode = True
    _supports_diff = True
    _requires_connection = False

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Make the files, compare them with existing ones, and write them."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _validated, options = self.validate_argument_spec(MODULES["fincon_adopt_fleet"].argument_spec)
        folder = Path(options["dest"]).absolute()
        try:
            with progress("adopt"):
                result.update(self._adopted(folder, options, task_vars or {}))
        except (AdoptionError, MissingLibraries) as exc:
            result.update(failed=True, msg=str(exc))
        except OSError as exc:
            result.update(failed=True, msg=f"{exc.filename or folder}: {exc.strerror}")
        return result

    def _adopted(self, folder: Path, options: Mapping[str, Any], task_vars: Mapping[str, Any]) -> dict[str, Any]:
        hostvars, name = task_vars["hostvars"], options["variable"]
        hosts = options["hosts"] or task_vars["ansible_play_hosts_all"]
        reasons = {host: left_out(hostvars[host], name) for host in hosts}
        branches = [
            # The written, unrendered passwords are templates or vault texts, which may be copied into a file.
            read(host, name, hostvars.raw_get(host), hostvars[host], str(folder), os.getcwd())
            for host in counted(hosts, "branches read")
            if not reasons[host]
        ]
        made = adopt(branches, options["placeholders"], options["blank_users"])
        return {
            # No file is written for a fleet without branches.
            **(self._written(folder, made, options["overwrite"]) if branches else {"changed": False, "files": []}),
            "dest": str(folder),
            "placeholders": made.placeholders,
            "findings": list(made.findings),
            "left_out": {host: reason for host, reason in reasons.items() if reason},
        }

    def _written(self, folder: Path, made: Adoption, overwrite: bool) -> dict[str, Any]:
        states = write.compare(folder, made.files)
        existing = [str(folder / name) for name, state in states.items() if state == write.DIFFERENT]
        if existing and not overwrite:
            text = (
                f"nothing was written, since these files are there already: {', '.join(existing)}; "
                "give another folder (fincon_adopt_dir), or let them be replaced (fincon_adopt_overwrite: true)"
            )
            return {"failed": True, "msg": text, "existing": existing}
        for branch_file in _unread(folder, made.files):
            Display().warning(f"{branch_file} exists too: a branch of this fleet that was not read in this run")
        wanted = {name: text for name, text in made.files.items() if states[name] != write.SAME}
        if not self._task.check_mode:
            write.write(folder, wanted)
        values: dict[str, Any] = {"changed": bool(wanted), "files": [str(folder / name) for name in wanted]}
        if self._task.diff:
            values["diff"] = [_diff(str(folder / name), text, states[name]) for name, text in wanted.items()]
        return values


def _unread(folder: Path, files: Iterable[str]) -> list[str]:
    return [str(path) for path in sorted((folder / BRANCHES).glob("*.yml")) if f"{BRANCHES}/{path.name}" not in files]


def _diff(path: str, text: str, state: str) -> dict[str, str]:
    before = "" if state == write.MISSING else _NOT_SHOWN
    return {"before_header": path, "before": before, "after_header": path, "after": text}
