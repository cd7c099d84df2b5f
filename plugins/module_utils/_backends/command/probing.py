# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The verb ``probe``: settings that an adapter verifies from its own machine, and its verifications. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._backends.command.protocol import AnswerError
from ansible_collections.fincon.mail.plugins.module_utils._core.scrub import Scrubber
from ansible_collections.fincon.mail.plugins.module_utils._smtp.circumstances import placed
from ansible_collections.fincon.mail.plugins.module_utils._smtp.diagnose import diagnose, find_diagnosis
from ansible_collections.fincon.mail.plugins.module_utils._smtp.observation import Observation
from ansible_collections.fincon.mail.plugins.module_utils._smtp.settings import ProbeSettings
from ansible_collections.fincon.mail.plugins.module_utils._smtp.transcript import Transcript

#: The settings that the adapter gets. ``ca_path`` stays here: it names a file of this machine.
SENT = (
    "mail_server",
    "port",
    "use_tls",
    "authenticate",
    "username",
    "password",
    "timeout",
    "sender_email",
    "send_to",
    "tls_mode",
    "validate_certs",
    "ehlo_name",
)
#: Optional members of a verification: their type, its name for people, and their default.
_OPTIONAL: dict[str, tuple[type, str, Any]] = {
    "code": (int, "a whole number", None),
    "enhanced_code": (str, "text", None),
    "server_text": (str, "text", ""),
    "retryable": (bool, "true or false", False),
    "warnings": (list, "a list", []),
    "stages": (list, "a list", []),
    "addresses": (list, "a list", []),
    "tls": (dict, "an object", None),
    "capabilities": (list, "a list", []),
    "probed_from": (str, "text", ""),
}
_STAGE: dict[str, tuple[type, ...]] = {"stage": (str,), "ok": (bool,), "ms": (int, float)}


def request(distinct: Sequence[ProbeSettings], level: str) -> dict[str, Any]:
    """Return the members of a request."""
    targets = [
        {"id": number, **{name: getattr(settings, name) for name in SENT}}
        for number, settings in enumerate(distinct, 1)
    ]
    return {"level": level, "targets": targets}


def verifications(
    answer: Mapping[str, Any], distinct: Sequence[ProbeSettings], level: str, adapter: str
) -> list[dict[str, Any]]:
    """Return a verification for each of the settings, in the shape of our own probe.

    :param adapter: name of the adapter, given as the place of the probe when the answer does not name it.
    :raises AnswerError: when one is missing or does not have the shape that the protocol requires.
    """
    found = answer.get("verifications")
    if not isinstance(found, list):
        raise AnswerError("verifications must be a list")
    if len(found) != len(distinct):
        raise AnswerError(f"verifications must have {len(distinct)} items, one for each target, not {len(found)}")
    return [
        _verification(raw, number, settings, level, adapter)
        for number, (raw, settings) in enumerate(zip(found, distinct), 1)
    ]


def _verification(raw: Any, number: int, settings: ProbeSettings, level: str, adapter: str) -> dict[str, Any]:
    where = f"verifications[{number - 1}]"
    if not isinstance(raw, Mapping) or raw.get("id") != number:
        raise AnswerError(f"{where} must be an object with the id {number}")
    if not isinstance(raw.get("ok"), bool):
        raise AnswerError(f"{where}.ok must be true or false")
    clean = Scrubber(settings.username, settings.password).clean
    answered = {name: _cleaned(_optional(raw, name, where), clean) for name in _OPTIONAL}
    answered["stages"] = [_stage(item, f"{where}.stages[{n}]") for n, item in enumerate(answered["stages"])]
    answered["warnings"] = [_explained(item, f"{where}.warnings[{n}]") for n, item in enumerate(answered["warnings"])]
    answered["probed_from"] = answered["probed_from"] or adapter
    asked = {"level": level, "mail_server": settings.mail_server, "port": settings.port}
    if raw["ok"]:
        return {**answered, **asked, "ok": True, "failed_stage": None, "diagnosis": None}
    return {**answered, **asked, "ok": False, **_failure(raw, answered, settings, where, clean)}


def _failure(
    raw: Mapping[str, Any],
    answered: Mapping[str, Any],
    settings: ProbeSettings,
    where: str,
    clean: Callable[[str], str],
) -> dict[str, Any]:
    """Stage and diagnosis of a failure: the adapter's diagnosis, or else that of our own table."""
    stage = raw.get("failed_stage")
    if not isinstance(stage, str) or not stage:
        raise AnswerError(f"{where}.failed_stage must name the stage, since ok is false")
    if raw.get("diagnosis") is not None:
        diagnosis = _explained(_cleaned(raw["diagnosis"], clean), f"{where}.diagnosis")
        return {"failed_stage": clean(stage), "diagnosis": diagnosis}
    if answered["code"] is None:
        return {"failed_stage": clean(stage), "diagnosis": dict(_NO_REASON)}
    code, enhanced, text = answered["code"], answered["enhanced_code"] or "", answered["server_text"]
    seen = placed(Observation(clean(stage), "reply", code, enhanced, text), settings, _transcript(answered, settings))
    retryable = answered["retryable"] or find_diagnosis(seen).retryable
    return {"failed_stage": clean(stage), "diagnosis": diagnose(seen, clean), "retryable": retryable}


def _transcript(answered: Mapping[str, Any], settings: ProbeSettings) -> Transcript:
    """What the adapter reports about the stages before the failure."""
    offered = (str(entry).partition(" ") for entry in answered["capabilities"])
    capabilities = {keyword.upper(): parameters for keyword, _space, parameters in offered}
    return Transcript(stages=answered["stages"], capabilities=capabilities, ehlo_name=settings.ehlo_name)


_NO_REASON = {
    "id": "adapter_probe",
    "cause": "The adapter's machine did not pass this stage, and the adapter did not say why.",
    "hint": "Look at the adapter's own log, or probe from there by hand.",
}


def _optional(raw: Mapping[str, Any], name: str, where: str) -> Any:
    kind, words, other = _OPTIONAL[name]
    value = raw.get(name)
    if value is None:
        return other
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise AnswerError(f"{where}.{name} must be {words}")
    return value


def _stage(item: Any, where: str) -> dict[str, Any]:
    if not isinstance(item, Mapping) or not all(isinstance(item.get(name), kind) for name, kind in _STAGE.items()):
        raise AnswerError(f"{where} must have stage, ok and ms")
    return {name: item[name] for name in _STAGE}


def _explained(item: Any, where: str) -> dict[str, str]:
    names = ("id", "cause", "hint")
    if not isinstance(item, Mapping) or not all(isinstance(item.get(name), str) for name in names):
        raise AnswerError(f"{where} must have id, cause and hint")
    return {name: item[name] for name in names}


def _cleaned(value: Any, clean: Callable[[str], str]) -> Any:
    """The value with every text in it scrubbed, names of members included."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_cleaned(item, clean) for item in value]
    if isinstance(value, dict):
        return {clean(name): _cleaned(item, clean) for name, item in value.items()}
    return value
