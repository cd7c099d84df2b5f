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
from ansible_collections.fincon.mail.plugins.module_utils._io.progress import counted
from ansible_collections.fincon.mail.plugins.module_utils._module.modules import MODULES
from ansible_collections.fincon.mail.plugins.plugin_utils._handover.files import SUFFIXES, Here, Request, deliver
from ansible_collections.fincon.mail.plugins.plugin_utils._output import progress
from ansible_collections.fincon.mail.plugins.plugin_utils._paths import with_paths
from ansible_collections.fincon.mail.plugins.plugin_utils._plain import plain
from ansible_collections.fincon.mail.plugins.plugin_utils._replies.confirming import (
    CONFIRMED,
    FAULTY,
    REFUSED,
    arguments,
    confirmed,
    elsewhere,
    faulty,
    problem,
    refused,
    summary,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._replies.reply import Reply
from ansible_collections.fincon.mail.plugins.plugin_utils._replies.sources import Received, received
from ansible_collections.fincon.mail.plugins.plugin_utils._work_order.pages import MARKUPS, remove_pages, write_pages
from ansible_collections.fincon.mail.plugins.plugin_utils._worker import run_in_worker

_MODULE = MODULES["fincon_confirm_replies"]
_CONFIRM = "fincon_mail_confirm"
_TEMPLATES = {"md": "fincon_work_order_template_markdown", "html": "fincon_work_order_template_html"}
_NO_ROLE = (
    "fincon_confirm_replies writes pages with the variables of the role fincon.mail.fincon, so it works in that role "
    "only. Include the role with tasks_from: replies and the variable fincon_replies, or run fincon.mail.confirm"
)


class ActionModule(ActionBase):
    """Confirms the replies of a whole fleet in one process, on the controller, where the variables of all hosts are.

    A task for each host would cost more than the confirmation itself, and each page would need two module processes.
    """

    _supports_check_mode = True

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Confirm what can be confirmed, and return the result for each reply."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _validated, options = self.validate_argument_spec(_MODULE.argument_spec, **_MODULE.constraints)
        if self._task._role is None:
            return {**result, "failed": True, "msg": _NO_ROLE}
        variables = task_vars or {}
        hosts = options["hosts"] or variables["ansible_play_hosts_all"]
        left: dict[str, Any] = {}
        far: dict[str, list[dict[str, Any]]] = {}
        files: list[str] = []
        with progress("confirm"):
            became = [
                self._confirm(one, options["by"], variables, left, far)
                for one in counted(list(received(plain(options["replies"]), map(str, hosts), date.today())), "replies")
            ]
            problems = self._write_pages(left, variables, files)
        return {
            **result,
            "changed": any(one["outcome"] == CONFIRMED for one in became),
            "replies": became,
            "elsewhere": far,
            "summary": [*summary(became, bool(self._task.check_mode)), *files],
            "problems": [problem(one) for one in became if one["outcome"] == REFUSED] + problems,
            "faulty": faulty(became),
        }

    def _confirm(
        self,
        one: Received,
        by: str,
        task_vars: Mapping[str, Any],
        left: dict[str, Any],
        far: dict[str, list[dict[str, Any]]],
    ) -> dict[str, Any]:
        """Confirm a reply, and return its result.

        :param left: receives what is left of the order of its branch.
        :param far: receives the arguments for a ledger on another machine.
        """
        if one.reply is None:
            return refused(one, one.problem)
        branch = one.reply.branch
        variables = task_vars["hostvars"][branch]
        try:
            if variables.get("fincon_fleet_findings"):
                return refused(one, FAULTY)
            if "fincon_installation" not in variables:
                return refused(one, f"{branch} has no fincon_installation")
            if _is_far(variables):
                return self._left_to_tasks(one, one.reply, by, far)
            given = with_paths(
                {**arguments(one.reply, by), "installation": variables["fincon_installation"]},
                MODULES[_CONFIRM].argument_spec,
                variables.get("inventory_dir"),
                "local",
            )
            writes_nothing = bool(self._task.check_mode or one.denied)
            result, warnings = run_in_worker(_CONFIRM, given, writes_nothing, self._task.action)
        except AnsibleError as exc:
            return refused(one, f"a variable of {branch} cannot be rendered: {exc.message}")
        except FinconError as exc:
            return refused(one, str(exc))
        for warning in warnings:
            Display().warning(warning)
        if result.get("failed") or result["outcome"] == UNCHANGED:
            return confirmed(one, result)
        if one.denied:
            return refused(one, one.denied)
        left[branch] = result["work_order"]
        return confirmed(one, result)

    def _left_to_tasks(
        self, one: Received, reply: Reply, by: str, far: dict[str, list[dict[str, Any]]]
    ) -> dict[str, Any]:
        """Leave a reply to the tasks of its branch, which cannot compare it with others."""
        if one.denied:
            return refused(one, one.denied)
        far.setdefault(reply.branch, []).append(arguments(reply, by))
        return elsewhere(one)

    def _write_pages(self, left: Mapping[str, Any], task_vars: Mapping[str, Any], files: list[str]) -> list[str]:
        """Write the pages of what is left of each order, or remove them, and return the problems.

        :param files: receives a line for each file with passwords.
        """
        problems = []
        renderers: dict[str, Any] = {}
        for branch, order in counted(list(left.items()), "work orders"):
            try:
                variables = self._variables(branch, order, task_vars)
                if not self._task.check_mode:
                    self._write_page(order, variables, task_vars, renderers)
                files += self._deliver(branch, order, variables)
            except FinconError as exc:
                problems.append(f"{branch}: the reply is confirmed, but not all is written for the clerk: {exc}")
            except (AnsibleError, OSError) as exc:
                # A template's error message may hold a password that it was going to show.
                why = exc.strerror if isinstance(exc, OSError) else "a template or a variable has an error"
                text = f"{branch}: the reply is confirmed, but not all is written for the clerk ({why})"
                problems.append(f"{text}; run fincon.mail.apply for this branch")
        return problems

    def _variables(self, branch: str, order: Any, task_vars: Mapping[str, Any]) -> dict[str, Any]:
        """Return the variables of a task of the role at a branch."""
        role = self._task._role
        return {
            **role.get_default_vars(),
            **task_vars["hostvars"].raw_get(branch),
            **role.get_vars(include_params=False),
            "hostvars": task_vars["hostvars"],
            "fincon_work_order": order,
        }

    def _deliver(self, branch: str, order: Any, variables: Mapping[str, Any]) -> list[str]:
        """Write the files with the passwords of what is left, or remove them, and return a line for each."""
        templar = self._templar.copy_with_new_env(available_variables=variables)

        def value(name: str, otherwise: str = "") -> Any:
            default = f" | default({otherwise})" if otherwise else ""
            return plain(templar.template(trust_as_template("{{ " + name + default + " }}")))

        check_mode, path = bool(self._task.check_mode), str(value("fincon_page_stem"))
        asked = {kind: boolean(value(f"fincon_work_order_{kind}")) for kind in SUFFIXES}
        if order is None or not any(asked.values()):
            made = deliver(Here(check_mode), path, None, branch, {}, Request(), check_mode)
        else:
            records = {name: value(f"fincon_{name}", "[]") for name in ("smtp_servers", "users")}
            request = Request(
                [kind for kind, wanted in asked.items() if wanted],
                str(value("fincon_work_order_keepass_passphrase", "''")),
                value("fincon_work_order_user_order"),
                value("fincon_work_order_labels"),
                str(value("fincon_title", "''")),
                value("fincon_work_order_contact"),
            )
            made = deliver(Here(check_mode), path, order, branch, records, request, check_mode)
        return [one["text"] for one in made]

    def _write_page(
        self, order: Any, variables: Mapping[str, Any], task_vars: Mapping[str, Any], renderers: dict[str, Any]
    ) -> None:
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
            # A renderer caches compiled templates, so the branches share one.
            renderer = renderers.get(source) or renderers.setdefault(source, self._renderer(source, task_vars))
            renderer.available_variables = {**variables, "fincon_page": {"markup": markup}}
            text = trust_as_template(self._loader.get_text_file_contents(source))
            texts[suffix] = str(renderer.template(text, escape_backslashes=False))
        write_pages(path, texts, boolean(value("fincon_work_order_secrets")))

    def _renderer(self, source: str, task_vars: Mapping[str, Any]) -> Any:
        """Return a renderer of a template, which may include templates next to it and those of the role."""
        folders = [os.path.dirname(source), *task_vars.get("ansible_search_path", []), self._loader.get_basedir()]
        paths = [path for folder in folders for path in (os.path.join(folder, "templates"), folder)]
        return self._templar.copy_with_new_env(searchpath=paths)


def _is_far(variables: Mapping[str, Any]) -> bool:
    """Whether the ledger of a host is on another machine, or another user's."""
    become = boolean(variables.get("ansible_become", False), strict=False)
    return variables.get("ansible_connection") != "local" or become
