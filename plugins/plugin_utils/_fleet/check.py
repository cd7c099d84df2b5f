# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings of fleet and branch files, each with a message for people and its place.

The schema checks a file first. Messages are only made for what it does not accept.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from ansible_collections.fincon.mail.plugins.module_utils._backends.rest.contract import contract_findings
from ansible_collections.fincon.mail.plugins.module_utils._core import installation as installing
from ansible_collections.fincon.mail.plugins.module_utils._core.checks import (
    TEXT_PATTERN,
    is_template,
    odd_character,
    problem_code,
    record_findings,
    text_problem,
    value_problem,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.findings import Finding, did_you_mean, path_text
from ansible_collections.fincon.mail.plugins.module_utils._core.plan import duplicate_findings
from ansible_collections.fincon.mail.plugins.module_utils._core.records import (
    MAIL_USER,
    SECTIONS,
    SMTP_SERVER,
    USERS,
    Field,
    Resource,
    Section,
    normal_key,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.renames import former_names, rename_findings
from ansible_collections.fincon.mail.plugins.module_utils._core.rules import rule_findings
from ansible_collections.fincon.mail.plugins.module_utils._core.state import DesiredRecord, State
from ansible_collections.fincon.mail.plugins.module_utils._core.statements import RENAMED_FROM, declarable, is_present
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.careful import looks_like_a_key
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.evidence import bcc_findings, evidence_field
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.layers import (
    NAMED_LAYERS,
    all_prefixes,
    part_at,
    split,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.source import Source
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.user_rows import UserTable
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.fleet import RESERVED, branch_schema, fleet_schema
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.validation import TYPE_WORDS, SchemaCheck

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

Record = Mapping[str, Any]
#: A file, its data, and the path of the sections in it.
Place = tuple[Source | UserTable, Any, Sequence[str]]

#: The check of each kind of file against its schema, and of the data that a host has from a branch file.
SCHEMA_CHECKS = {
    "branch": SchemaCheck(branch_schema),
    "fleet": SchemaCheck(fleet_schema),
    "host": SchemaCheck(partial(branch_schema, is_file=False)),
}

#: The name of a region or a tag.
_LAYER_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,63}", re.ASCII)

#: What the layers of a fleet file hold.
_SHARED = ("installation", "smtp_servers", "user", "vars", "without")
#: A key and its value, without the space between them.
_GLUED = re.compile(r"[a-z_]+[0-9]*:[^\s/]")

#: The section of a file that contains the records of a resource.
_SECTIONS = {**SECTIONS, "user": USERS}


def schema_faults(
    kind: str, data: Any, known: Sequence[Sequence[Any]] = (), is_whole: bool = True
) -> list[tuple[list[Any], Finding]]:
    """Check data against its schema.

    :param kind: ``branch``, ``fleet`` or ``host``.
    :param known: paths of errors that have already been found.
    :param is_whole: whether the data is complete, so that a missing key is really missing.
    :return: each error with its path.
    """
    return [
        (path, named_finding(Finding(message, path=shown_path(path)), data, path))
        for error in SCHEMA_CHECKS[kind].errors(data)
        for path, message in _worded(error, is_whole)
        if not any(list(path[: len(faulty)]) == list(faulty) for faulty in known)
    ]


def file_findings(
    kind: str, data: Any, source: Source, known: Sequence[Sequence[Any]] = (), is_whole: bool = True
) -> list[tuple[list[Any], Finding]]:
    """Check the data of one file: :func:`schema_faults` and duplicates, with places, in the file's order."""
    faults = schema_faults(kind, data, known, is_whole)
    found = [(path, at(source, path, finding)) for path, finding in [*faults, *_repeated_records(kind, data, source)]]
    return sorted(found, key=lambda item: _order(item[1]))


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings in the order of their file."""
    return sorted(findings, key=_order)


def _order(finding: Finding) -> tuple[int, int, str]:
    return finding.line, finding.column, finding.message


def _repeated_records(kind: str, data: Any, source: Source) -> Iterable[tuple[list[Any], Finding]]:
    """A finding for each record of one file that has the same name as a record above it."""
    for prefix in [()] if kind == "branch" else all_prefixes(data):
        lists = part_at(data, prefix)
        for section in SECTIONS.values():
            records = lists.get(section.name)
            first: dict[str, int] = {}
            for index, name in _names(records if isinstance(records, list) else [], section):
                known = first.setdefault(normal_key(section.resource, name), index)
                if known != index:
                    line, column = source.place([*prefix, section.name, known])
                    text = f"is declared twice; the first is at {source.file}:{line}:{column}"
                    yield [*prefix, section.name, index], Finding(text, section.resource.name, name)


def _names(records: Sequence[Any], section: Section) -> list[tuple[int, str]]:
    """The names of records with their indexes, if two of them may be equal."""
    named = [record.get(section.key.name) if isinstance(record, dict) else None for record in records]
    names = [(index, name) for index, name in enumerate(named) if isinstance(name, str)]
    plain = {name.strip().casefold() for _index, name in names if name.isascii()}
    return [] if len(plain) == len(names) else names


def shown_path(path: Sequence[Any]) -> str:
    """Return a path as people write it, up to the first key that does not look like one: it may be part of a value."""
    prefix, rest = split(path)
    if prefix[:1] and prefix[0] in NAMED_LAYERS and not _is_shown(prefix[1]) and not _is_layer_name(prefix[1]):
        return path_text(prefix[:1])
    return path_text([*prefix, *itertools.takewhile(_is_shown, rest)])


def _is_layer_name(part: Any) -> bool:
    return isinstance(part, str) and not isinstance(part, _Hidden) and _LAYER_NAME.fullmatch(part) is not None


def _is_shown(part: Any) -> bool:
    return isinstance(part, int) or (looks_like_a_key(part) and not isinstance(part, _Hidden))


def at(source: Source | UserTable, path: Sequence[Any], finding: Finding) -> Finding:
    """Give a finding its place in a file."""
    line, column = source.place(path)
    shown = "" if source.is_table else shown_path(path)
    return replace(finding, path=shown, file=source.file, line=line, column=column)


def path_parts(path: str) -> list[Any]:
    """Return the keys and indexes of a finding's path that is not placed yet, such as ``tags.1``."""
    return [int(part) if part.isdecimal() else part for part in path.split(".")]


def conforming(data: Any, faults: Iterable[Sequence[Any]]) -> Any:
    """Return the data without the values at the wrong paths, so that the rest can still be checked."""
    for path in sorted(faults, key=len, reverse=True):
        data = _without(data, path)
    return data


def _without(data: Any, path: Sequence[Any]) -> Any:
    if not path:
        return data if isinstance(data, dict) else None
    if not isinstance(data, (dict, list)):
        # An alias of a value that was already removed.
        return data
    copied = dict(data) if isinstance(data, dict) else list(data)
    key, rest = path[0], path[1:]
    if rest:
        copied[key] = _without(copied[key], rest)
    elif isinstance(copied, dict):
        copied.pop(key, None)
    else:
        # The indexes of the others must not change, so that their places can be found.
        copied[key] = {}
    return copied


def _of_field(finding: Finding, section: Section, name: str, record: Any) -> Finding:
    field = declarable(section).get(name)
    code = problem_code(field, record.get(name)) if field and isinstance(record, Mapping) else ""
    return replace(finding, field=name, code=code)


def named_finding(finding: Finding, data: Any, path: Sequence[Any]) -> Finding:
    """Add the record and the field that a path leads to."""
    prefix, rest = split(path)
    section = _SECTIONS.get(rest[0]) if rest and isinstance(rest[0], str) else None
    if section is None or len(rest) < 2 or not isinstance(rest[1], int):
        return finding
    record = value_at(data, [*prefix, *rest[:2]])
    name = record.get(section.key.name) if isinstance(record, Mapping) else None
    finding = replace(finding, resource=section.resource.name, name=name if isinstance(name, str) else "")
    return _of_field(finding, section, str(rest[2]), record) if len(rest) > 2 and _is_shown(rest[2]) else finding


def value_at(data: Any, path: Sequence[Any]) -> Any:
    """Return the value at a path.

    :raises LookupError: when there is none; :class:`TypeError` when the path leads into a plain value.
    """
    for part in path:
        data = data[part]
    return data


def _worded(error: ValidationError, is_whole: bool = True) -> Iterable[tuple[list[Any], str]]:
    """Return path and message of each error within a schema error."""
    path = list(error.absolute_path)
    if error.validator == "additionalProperties":
        known = error.schema["properties"]
        for name, value in error.instance.items():
            if name not in known:
                yield _unknown_key(path, name, value, known)
    elif error.validator == "required":
        missing = [name for name in error.validator_value if name not in error.instance]
        if is_whole:
            yield path, f"{' and '.join(missing)} must be given"
    elif error.validator == "anyOf" and isinstance(error.instance, dict):
        # The first alternative is the value itself, the second is a template in its place.
        for inner in error.context or ():
            if inner.schema_path[0] == 0:
                yield from _worded(inner, is_whole)
    else:
        yield path, _sentence(error, path)


class _Hidden(str):
    """A key that a message does not repeat: it may be the rest of a value."""


def _unknown_key(path: Sequence[Any], name: Any, value: Any, known: Iterable[str]) -> tuple[list[Any], str]:
    if looks_like_a_key(name) and value is not None:
        belongs = "; it belongs below defaults" if not path and "defaults" in known and name in _SHARED else ""
        return [*path, name], f"is not a known key{belongs or did_you_mean(name, known)}"
    odd = odd_character(name)
    if odd:
        hint = f"; it has {odd} in it: type it again"
    elif value is None:
        is_glued = name.partition(":")[0] in known
        hint = "; a space is missing after its colon" if is_glued else "; a text with a comma in it has to be in quotes"
    else:
        hint = ""
    return [*path, _Hidden(name) if isinstance(name, str) else name], f"a key that is not known{hint}"


def _sentence(error: ValidationError, path: Sequence[Any]) -> str:
    field = _field_at(path)
    if field is not None:
        problem = value_problem(field, error.instance, False)
        if problem:
            return problem
        if field.secret:
            return "must be a vault value or a template; a password in plain text is refused"
    if error.validator == "anyOf" and error.context:
        # A template would be allowed too, but was not meant; nor was an alternative of another type.
        meant = [inner for inner in error.context if "$ref" not in error.schema["anyOf"][inner.schema_path[0]]]
        return _sentence(next((inner for inner in meant if inner.validator != "type"), error.context[0]), ())
    if error.validator == "type":
        return f"must be {TYPE_WORDS[error.validator_value]}{_instead_of_type(error.validator_value, error.instance)}"
    if error.validator == "enum":
        words = list(map(str, error.validator_value))
        guess = did_you_mean(error.instance, words) if isinstance(error.instance, str) else ""
        return f"must be {'one of ' * (len(words) > 1)}{', '.join(words)}{guess}"
    if error.validator == "pattern":
        return text_problem(error.instance) if error.validator_value == TEXT_PATTERN else _misnamed(error.instance)
    if error.validator == "uniqueItems":
        return "must not contain duplicates"
    if error.validator in ("minimum", "maximum"):
        return f"must be at {'least' if error.validator == 'minimum' else 'most'} {error.validator_value}"
    return "must not be empty"


def _misnamed(value: str) -> str:
    """What is wrong with a name in an inventory."""
    if value in RESERVED:
        return "is a name that Ansible or this collection uses itself; choose another one"
    return "must be a name of letters, digits, dots, hyphens and underscores"


def _instead_of_type(kind: Any, value: Any) -> str:
    """What to do about a value of another type."""
    if kind == "string" and _is_bare(value):
        return "; put it in quotes"
    if kind == "array" and isinstance(value, dict):
        is_glued = any(str(key).startswith("-") for key in value)
        return "; a space is missing after a dash" if is_glued else "; begin each entry with a dash and a space"
    if kind == "object" and isinstance(value, str) and _GLUED.match(value):
        return "; a space is missing after a colon"
    return ""


def _is_bare(value: Any) -> bool:
    """Whether a value was written as a text, but is not one because it is not in quotes."""
    return isinstance(value, (bool, int, float, date))


def _field_at(path: Sequence[Any]) -> Field | None:
    """Return the field that a path ends at."""
    found = evidence_field(path)
    if found is not None:
        return found
    _prefix, rest = split(path)
    section = _SECTIONS.get(rest[0]) if rest and isinstance(rest[0], str) else None
    names = [item for item in rest[1:] if not isinstance(item, int)]
    return declarable(section).get(names[0]) if section is not None and len(names) == 1 else None


def branch_findings(branch: Mapping[str, Any], settled: Callable[[Any], bool], judged: bool = False) -> list[Finding]:
    """Check the records of one branch as a whole, with its defaults filled in.

    :param branch: ``installation``, ``smtp_servers`` and ``users``, each record in the right shape; a list that is not
        given is ``None``. Also ``evidence``, if the fleet has it.
    :param settled: whether a value can be checked now. A template cannot be checked before rendering.
    :param judged: whether the schema found no error in any value, so that only warnings are left.
    """
    servers = [_settled(record, settled) for record in branch["smtp_servers"] or []]
    users = [_settled(record, settled) for record in branch["users"] or []]
    found = _installation_findings(branch["installation"])
    desired_records = [
        *(_desired(SMTP_SERVER, record) for record in servers if "name" in record),
        *(_desired(MAIL_USER, record) for record in users if "user" in record),
    ]
    found += duplicate_findings(desired_records) + rename_findings(desired_records)
    for section, records in zip(SECTIONS.values(), (servers, users), strict=True):
        fields = [field for field in declarable(section).values() if field.soft_limit or not judged]
        for record in records:
            found += record_findings(section.resource, record, fields)
    bcc = (branch.get("evidence") or {}).get("bcc")
    found += bcc_findings(servers, bcc if settled(bcc) else None)
    return found + _across(servers, users, desired_records)


def _desired(resource: Resource, record: Record) -> DesiredRecord:
    renamed_from = str(record.get(RENAMED_FROM.name) or "")
    return DesiredRecord(resource, record[resource.key.name], {}, is_present(record), renamed_from)


def _across(
    servers: Iterable[Record], users: Iterable[Record], desired_records: Sequence[DesiredRecord]
) -> list[Finding]:
    """The findings of the rules across records for records that should exist."""
    state = State(
        [record for record in servers if "name" in record and is_present(record)],
        [record for record in users if "user" in record and is_present(record)],
    )
    concerned = {(desired.resource.name, desired.key) for desired in desired_records}
    deleted = {desired.key for desired in desired_records if desired.resource is SMTP_SERVER and not desired.present}
    return rule_findings(state, concerned, False, deleted, former_names(desired_records))


def _settled(record: Record, settled: Callable[[Any], bool]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if value is not None and settled(value)}


def not_a_template(value: Any) -> bool:
    """Whether a value of a file can be checked before rendering."""
    # A text without a brace and without a dollar sign is neither a template nor a vault text.
    return not (isinstance(value, str) and ("{" in value or "$" in value) and is_template(value))


def _installation_findings(installation: Any) -> list[Finding]:
    if is_template(installation) or is_template((installation or {}).get("backend")):
        return []
    found = installing.findings(installation or {})
    contract = (installation or {}).get("contract")
    return found if contract is None or is_template(contract) else [*found, *contract_findings(contract)]
