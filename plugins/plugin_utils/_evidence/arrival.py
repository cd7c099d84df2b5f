# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""After the probe: whether the test messages that mail servers accepted arrive in the audit mailbox.

The probe may run on a node, which has no library for this and no access to the mailbox; so the controller waits.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._core.evidence import MAILBOX
from ansible_collections.fincon.mail.plugins.module_utils._module.argspec import evidence_spec
from ansible_collections.fincon.mail.plugins.module_utils._smtp.diagnose import diagnose, find_diagnosis
from ansible_collections.fincon.mail.plugins.module_utils._smtp.observation import Observation
from ansible_collections.fincon.mail.plugins.plugin_utils._paths import site_path

#: The stage after those of the probe.
STAGE = "arrival"
#: The longest wait, in seconds.
LONGEST = 3600


def mailbox_settings(mailbox: Any, folder: str | None) -> dict[str, Any]:
    """Return the settings of a mailbox with their defaults and with absolute paths.

    :param mailbox: the settings in the fleet file or a task.
    :param folder: of the inventory, where relative paths start.
    :raises FinconError: when they are not valid. No value is part of the text.
    """
    if not isinstance(mailbox, Mapping) or not mailbox:
        raise FinconError(
            "there is no audit mailbox at which to wait for the message; name it in the fleet file, as "
            "evidence.mailbox, or in the option mailbox (docs/evidence.md)"
        )
    validated = ArgumentSpecValidator({"mailbox": evidence_spec()["mailbox"]}).validate({"mailbox": dict(mailbox)})
    if validated.error_messages:
        raise FinconError(validated.errors.msg)
    settings = {name: value for name, value in validated.validated_parameters["mailbox"].items() if value is not None}
    for field in MAILBOX:
        if field.kind == "path" and field.name in settings:
            try:
                settings[field.name] = site_path(settings[field.name], folder)
            except ValueError as exc:
                raise FinconError(f"{field.name} of the mailbox {exc}") from exc
    return settings


def with_arrivals(verification: Mapping[str, Any], seconds: int, find: Callable[[str], bool]) -> dict[str, Any]:
    """Return a verification that says for each sent message whether it has arrived.

    :param verification: of one login, or of the logins of a branch.
    :param seconds: how long ``find`` waits at most.
    :param find: returns whether a message with a certain ``Message-ID`` has arrived.
    """
    found: dict[str, dict[str, Any]] = {}

    def judged(one: Mapping[str, Any]) -> dict[str, Any]:
        message_id = one.get("message_id")
        if not one["ok"] or not message_id:
            return dict(one)
        # Users who share a login share the message.
        if message_id not in found:
            found[message_id] = _arrival(one, seconds, find)
        return {**one, **found[message_id]}

    if "targets" not in verification:
        return judged(verification)
    targets = [judged(target) for target in verification["targets"]]
    speaker = next((target for target in targets if not target["ok"]), targets[0])
    spoken = {name: value for name, value in speaker.items() if name not in ("smtp_server", "users")}
    whole = {"level": verification["level"], "ok": all(target["ok"] for target in targets), "targets": targets}
    return {**verification, **spoken, **whole}


def _arrival(sent: Mapping[str, Any], seconds: int, find: Callable[[str], bool]) -> dict[str, Any]:
    """Return what the wait for one message adds to its verification."""
    started = time.monotonic()
    arrived = find(sent["message_id"])
    stage = {"stage": STAGE, "ok": arrived, "ms": round((time.monotonic() - started) * 1000)}
    stages = [*sent["stages"], stage]
    if arrived:
        return {"stages": stages}
    facts = {"host": sent["mail_server"], "seconds": str(seconds), "message_id": sent["message_id"]}
    seen = Observation(stage=STAGE, event="not_arrived", facts=facts)
    return {
        "ok": False,
        "failed_stage": STAGE,
        "diagnosis": diagnose(seen, str),
        "retryable": find_diagnosis(seen).retryable,
        "stages": stages,
    }
