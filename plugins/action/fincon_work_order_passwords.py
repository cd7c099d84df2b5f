# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import os
import tempfile
from collections.abc import Mapping
from typing import Any

from ansible.plugins.action import ActionBase
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._module.modules import MODULES
from ansible_collections.fincon.mail.plugins.plugin_utils._handover.files import (
    MODE,
    SUFFIXES,
    Here,
    Request,
    deliver,
    is_changed,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._paths import with_paths
from ansible_collections.fincon.mail.plugins.plugin_utils._plain import plain

_MODULE = MODULES["fincon_work_order_passwords"]


class ActionModule(ActionBase):
    """Makes the files on the controller, which has the library for them, and writes them next to the host's pages."""

    _supports_check_mode = True

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Write the requested files, remove all others, and return the result for each."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        variables = task_vars or {}
        _validated, options = self.validate_argument_spec(_MODULE.argument_spec, **_MODULE.constraints)
        options = plain(options)
        check_mode = bool(self._task.check_mode)
        try:
            given = with_paths(
                options, _MODULE.argument_spec, variables.get("inventory_dir"), self._connection.transport
            )
            files = deliver(
                There(self, variables) if self._is_far() else Here(check_mode),
                given["path"],
                given["order"],
                given["branch"] or str(variables["inventory_hostname"]),
                {name: given[name] or [] for name in ("smtp_servers", "users")},
                Request(
                    [kind for kind in SUFFIXES if given[kind]],
                    given["keepass_passphrase"] or "",
                    given["user_order"],
                    given["labels"],
                    given["title"],
                    given["contact"],
                ),
                check_mode,
            )
        except FinconError as exc:
            return {**result, "failed": True, "changed": False, "msg": str(exc)}
        return {**result, "changed": is_changed(files), "files": files, "summary": [one["text"] for one in files]}

    def _is_far(self) -> bool:
        """Whether the files belong to another machine or another user."""
        return bool(self._connection.transport != "local" or self._connection.become is not None)


class There:
    """Another machine, or another user of this one, reached with modules of ansible-core."""

    def __init__(self, action: ActionModule, task_vars: Mapping[str, Any]) -> None:
        self._action, self._task_vars = action, dict(task_vars)

    def held(self, path: str) -> bytes | None:
        """Return the content of a file of mode 0600."""
        state = self._module("stat", path=path, get_checksum=False, get_mime=False)["stat"]
        if not state["exists"] or state["mode"] != f"{MODE:04o}":
            return None
        return base64.b64decode(self._module("slurp", src=path)["content"])

    def write(self, path: str, content: bytes) -> None:
        """Write the file. In between it is a file on the controller that only its owner can read."""
        handle, source = tempfile.mkstemp(prefix="fincon-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            task = self._action._task.copy()
            task.args = {"src": source, "dest": path, "mode": f"{MODE:04o}"}
            task.diff = False
            copy = self._action._shared_loader_obj.action_loader.get(
                "ansible.legacy.copy",
                task=task,
                connection=self._action._connection,
                play_context=self._action._play_context,
                loader=self._action._loader,
                templar=self._action._templar,
                shared_loader_obj=self._action._shared_loader_obj,
            )
            _checked("copy", path, copy.run(task_vars=self._task_vars))
        finally:
            os.unlink(source)

    def remove(self, path: str) -> bool:
        """Remove the file."""
        return bool(self._module("file", path=path, state="absent")["changed"])

    def _module(self, name: str, **arguments: Any) -> dict[str, Any]:
        made = self._action._execute_module(
            module_name=f"ansible.legacy.{name}", module_args=arguments, task_vars=self._task_vars
        )
        return _checked(name, arguments.get("path") or arguments["src"], made)


def _checked(module: str, path: str, result: dict[str, Any]) -> dict[str, Any]:
    """Return the result of a module of ansible-core.

    :raises FinconError: when it failed. Its text is our own: a module's message may repeat its arguments.
    """
    if result.get("failed"):
        raise FinconError(f"{path}: ansible.builtin.{module} failed there; -vvv shows what the machine said")
    return result
