# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The check of settings from options or JSON, against the records table, with messages as sentences. Pure."""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Mapping
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.checks import value_problem
from ansible_collections.fincon.mail.plugins.module_utils._core.findings import did_you_mean, errors, warnings
from ansible_collections.fincon.mail.plugins.module_utils._core.records import SECTIONS, SMTP_SERVER, Section
from ansible_collections.fincon.mail.plugins.module_utils._core.rules import rule_findings
from ansible_collections.fincon.mail.plugins.module_utils._core.state import State
from ansible_collections.fincon.mail.plugins.module_utils._core.texts import visible
from ansible_collections.fincon.mail.plugins.module_utils._module.argspec import Params, probe_module_spec
from ansible_collections.fincon.mail.plugins.module_utils._module.desired import desired_branch
from ansible_collections.fincon.mail.plugins.module_utils._module.workflow import declared_findings
from ansible_collections.fincon.mail.plugins.module_utils._probe_cli.options import (
    FIELDS,
    OTHERS,
    UsageError,
    option_name,
)

#: Largest size of settings, in bytes: far more than a branch of a thousand users needs.
LIMIT = 4 * 1024 * 1024


def read_json(content: bytes) -> dict[str, Any]:
    """Return the settings in JSON, encoded in UTF-8, or in UTF-16 as PowerShell on Windows writes it.

    :raises UsageError: when it is not a JSON object. The text names no value.
    """
    if len(content) > LIMIT:
        raise UsageError(f"the settings have more than {LIMIT // 1024 // 1024} MiB")
    try:
        found = json.loads(content, object_pairs_hook=_once)
    except json.JSONDecodeError as exc:
        raise UsageError(f"the settings are not JSON: line {exc.lineno}, column {exc.colno}: {exc.msg}") from None
    except (ValueError, RecursionError):
        raise UsageError("the settings are not JSON that can be read") from None
    if not isinstance(found, dict):
        raise UsageError('the settings must be a JSON object, such as {"mail_server": "smtp.example.co.za"}')
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _value in pairs]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise UsageError(f"{_named(twice[0])} appears twice in the settings")
    return dict(pairs)


def checked(given: Mapping[str, Any], by_option: Container[str] = ()) -> tuple[Params, list[str]]:
    """Return the parameters of a probe with their defaults, and warnings.

    :param given: settings by name; one that is None counts as left out.
    :param by_option: the names of those given by an option, for messages.
    :raises UsageError: with everything that is wrong with them.
    """
    settings = {name: value for name, value in given.items() if value is not None}
    found = [
        f"{option_name(name) if name in by_option else _named(name)}: {problem}"
        for name, value in settings.items()
        for problem in _problems(name, value)
    ]
    found = found or _together(settings)
    if found:
        raise UsageError("\n".join(found))
    params = {name: spec.get("default") for name, spec in probe_module_spec().items()}
    params.update(settings)
    return params, _record_problems(params) if params["smtp_servers"] is not None else []


def _named(name: str) -> str:
    """A name from outside, made safe for a message."""
    return visible(name)[:60]


def _problems(name: str, value: Any) -> Iterable[str]:
    if name in FIELDS:
        problem = value_problem(FIELDS[name], value)
        return [problem] if problem else []
    if name in SECTIONS:
        return _shape_problems(SECTIONS[name], value)
    if name not in OTHERS:
        return [f"is not a known setting{did_you_mean(name, (*FIELDS, *SECTIONS, *OTHERS))}"]
    choices = OTHERS[name][0]
    if choices == ("yes", "no"):
        return [] if isinstance(value, bool) else ["must be true or false"]
    if not isinstance(value, str):
        return ["must be text"]
    return [] if choices is None or value in choices else [f"must be one of {', '.join(choices)}"]


def _shape_problems(section: Section, records: Any) -> list[str]:
    """What is wrong with the form of a list of records. Their values are checked later, against the records table."""
    if not isinstance(records, list):
        return ["must be a list of records"]
    found = []
    for number, record in enumerate(records):
        if not isinstance(record, dict):
            found.append(f"[{number}] must be a record")
        elif not isinstance(record.get(section.key.name), str):
            found.append(f"[{number}].{section.key.name} is missing, or is not text")
        else:
            unknown = sorted(set(record) - set(section.columns))
            found += [
                f"[{number}].{_named(name)} is not a known key{did_you_mean(name, section.columns)}" for name in unknown
            ]
    return found


def _together(settings: Mapping[str, Any]) -> list[str]:
    if "smtp_servers" not in settings:
        if "users" in settings:
            return ["users: need smtp_servers, the definitions that they are linked to"]
        return [] if "mail_server" in settings else ["mail_server: is needed (option --mail-server)"]
    alone = [name for name in settings if name in FIELDS or name == "send_to"]
    if alone:
        return [f"{alone[0]}: belongs to one login, and smtp_servers holds those of a branch; give one of them"]
    return ["level: send is for the settings of one login"] if settings.get("level") == "send" else []


def _record_problems(params: Params) -> list[str]:
    """Return the warnings about records. Raises UsageError for errors."""
    records = {name: params[name] or [] for name in SECTIONS}
    desired = desired_branch({**params, **records})
    found = declared_findings(desired)
    if not errors(found):
        every = {(record.resource.name, record.key) for record in desired}
        found += rule_findings(State(records["smtp_servers"], records["users"]), every, complete=False)
    incomplete = [
        f"{SMTP_SERVER.name} {server['name']}, mail_server: is needed"
        for server in records["smtp_servers"]
        if server.get("mail_server") is None
    ]
    wrong = [*map(str, errors(found)), *incomplete]
    if wrong:
        raise UsageError("\n".join(wrong))
    return list(map(str, warnings(found)))
