# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date
from typing import Any

from ansible.errors import AnsibleError
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible.template import trust_as_template
from ansible.utils.display import Display
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._core.outcomes import UNCHANGED
from ansible_collections.fincon.mail.plugins.module_utils._module.modules import MODULES
from ansible_collections.fincon.mail.plugins.plugin_utils._paths import with_paths
from ansible_collections.fincon.mail.plugins.plugin_utils._plain import plain
from ansible_collections.fincon.mail.plugins.plugin_utils._replies.confirming import (
    CONFIRMED,
    REFUSED,
    arguments,
    confirmed,
    elsewhere,
    refused,
    summary,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._replies.sources import Received, received
from ansible_collections.fincon.mail.plugins.plugin_utils._work_order.pages import MARKUPS, remove_pages, write_pages
from ansible_collections.fincon.mail.plugins.plugin_utils._worker import run_in_worker

_MODULE = MODULES["fincon_confirm_replies"]
_CONFIRM = "fincon_mail_confirm"
_TEMPLATES = {"md": "fincon_work_order_template_markdown", "html": "fincon_work_order_template_html"}


class ActionModule(ActionBase):
    """Confirms the replies of a whole fleet in one process, on the controller, where the variables of all hosts are.

    A task for each host would cost more than the confirmation, and the pages would be two module processes each.
    """

    _supports_check_mode = True

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Confirm what can be confirmed, and return what became of each reply."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _validated, options = self.validate_argument_spec(_MODULE.argument_spec, **_MODULE.constraints)
        variables = task_vars or {}
        hosts = options["hosts"] or variables["ansible_play_hosts_all"]
        left: dict[str, Any] = {}
        far: dict[str, list[dict[str, Any]]] = {}
        became = [
            self._confirm(one, options["by"], variables, left, far)
            for one in received(plain(options["replies"]), map(str, hosts), date.today())
        ]
        problems = [] if self._task.check_mode else self._write_pages(left, variables)
        return {
            **result,
            "changed": any(one["outcome"] == CONFIRMED for one in became),
            "replies": became,
            "elsewhere": far,
            "summary": summary(became, bool(self._task.check_mode)),
            "problems": [f"{one['source']}: {one['reason']}" for one in became if one["outcome"] == REFUSED] + problems,
        }

    def _confirm(
        self,
        one: Received,
        by: str,
        task_vars: Mapping[str, Any],
        left: dict[str, Any],
        far: dict[str, list[dict[str, Any]]],
    ) -> dict[str, Any]:
        """Confirm a reply, and return what became of it.

        :param left: takes what is left of the order of its branch.
        :param far: takes the arguments for a ledger that is on another machine.
        """
        if one.reply is None:
            return refused(one, one.problem)
        branch = one.reply.branch
        variables = task_vars["hostvars"][branch]
        try:
            if "fincon_installation" not in variables:
                return refused(one, f"{branch} has no fincon_installation")
            if _is_far(variables):
                far.setdefault(branch, []).append(arguments(one.reply, by))
                return elsewhere(one)
            given = with_paths(
                {**arguments(one.reply, by), "installation": variables["fincon_installation"]},
                MODULES[_CONFIRM].argument_spec,
                variables.get("inventory_dir"),
                "local",
            )
            result, warnings = run_in_worker(_CONFIRM, given, bool(self._task.check_mode), self._task.action)
        except AnsibleError as exc:
            return refused(one, f"a variable of {branch} cannot be rendered: {exc.message}")
        except FinconError as exc:
            return refused(one, str(exc))
        for warning in warnings:
            Display().warning(warning)
        if not result.get("failed") and result["outcome"] != UNCHANGED:
            left[branch] = result["work_order"]
        return confirmed(one, result)

    def _write_pages(self, left: Mapping[str, Any], task_vars: Mapping[str, Any]) -> list[str]:
        """Write the pages of what is left of each order, or remove them, and return what went wrong."""
        problems = []
        renderers: dict[str, Any] = {}
        for branch, order in left.items():
            try:
                self._write_page(branch, order, task_vars, renderers)
            except (AnsibleError, OSError) as exc:
                # What a template says of its failure may hold a password that it was to show.
                why = exc.strerror if isinstance(exc, OSError) else "a template or a variable of them has an error"
                text = f"{branch}: the reply is confirmed, but the pages of its work order could not be written ({why})"
                problems.append(f"{text}; run fincon.mail.apply for this branch")
        return problems

    def _write_page(self, branch: str, order: Any, task_vars: Mapping[str, Any], renderers: dict[str, Any]) -> None:
        role = self._task._role
        variables = {
            **role.get_default_vars(),
            **task_vars["hostvars"].raw_get(branch),
            **role.get_vars(include_params=False),
            "hostvars": task_vars["hostvars"],
            "fincon_work_order": order,
        }
        templar = self._templar.copy_with_new_env(available_variables=variables)

        def value(name: str) -> str:
            return str(templar.template(trust_as_template("{{ " + name + " }}")))

        path = value("fincon_page_stem")
        if order is None:
            remove_pages(path)
            return
        texts = {}
        for suffix, markup in MARKUPS.items():
            source = self._find_needle("templates", value(_TEMPLATES[suffix]))
            # A renderer keeps what it has compiled, so the branches share one.
            renderer = renderers.get(source) or renderers.setdefault(source, self._renderer(source, task_vars))
            renderer.available_variables = {**variables, "fincon_page": {"markup": markup}}
            text = trust_as_template(self._loader.get_text_file_contents(source))
            texts[suffix] = str(renderer.template(text, escape_backslashes=False))
        write_pages(path, texts, boolean(value("fincon_work_order_secrets")))

    def _renderer(self, source: str, task_vars: Mapping[str, Any]) -> Any:
        """Return what renders a template, which may include those beside it and those of the role."""
        folders = [os.path.dirname(source), *task_vars.get("ansible_search_path", []), self._loader.get_basedir()]
        paths = [path for folder in folders for path in (os.path.join(folder, "templates"), folder)]
        return self._templar.copy_with_new_env(searchpath=paths)


def _is_far(variables: Mapping[str, Any]) -> bool:
    """Whether the ledger of a host is on another machine, or another user's."""
    become = boolean(variables.get("ansible_become", False), strict=False)
    return variables.get("ansible_connection") != "local" or become
