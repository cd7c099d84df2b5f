# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges a run by what the installation really holds, before and after, never by what the run says of itself.

A database maps `(section, normal key)` to the fields of a record, under the collection's names and with the passwords
in clear; it is what the stand-in, the adapter's store or the ledger holds.
"""

from __future__ import annotations

import base64
import json
import re
import time
import traceback
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Protocol
from urllib.parse import quote, quote_plus

from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._core.outcomes import OUTCOMES
from ansible_collections.fincon.mail.plugins.module_utils._core.passwords import UNSET, password_word
from ansible_collections.fincon.mail.plugins.module_utils._core.records import (
    RESOURCES,
    SECTIONS,
    SMTP_SERVER,
    normal_key,
    same_value,
    section_of,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.state import DesiredRecord
from ansible_collections.fincon.mail.plugins.module_utils._module.result import ModuleResult, of_error

Record = Mapping[str, Any]
Database = Mapping["tuple[str, str]", Record]
Place = tuple[tuple[str, str], str]

GROUPS = ("applied", "not_known", "remaining")


class Site(Protocol):
    """One installation."""

    def database(self) -> Database:
        """What it really holds."""

    def run_clean(self, desired: Sequence[DesiredRecord]) -> Run:
        """Bring it to what is declared, with no fault."""

    def writes(self) -> int:
        """How many writes the last run sent."""


@dataclass
class Run:
    """What came of one call.

    result: what a module would return; None after a traceback. cause: the texts of the exceptions that ended it.
    """

    result: ModuleResult | None
    seconds: float
    cause: list[str] = field(default_factory=list)
    traceback: str = ""


def attempt(call: Callable[[], ModuleResult]) -> Run:
    """Make a call, as `Module.run` does it."""
    started = time.monotonic()
    try:
        return Run(call(), time.monotonic() - started)
    except FinconError as exc:
        return Run(of_error(exc), time.monotonic() - started, _texts_of(exc))
    except Exception as exc:
        return Run(None, time.monotonic() - started, _texts_of(exc), traceback.format_exc())


def _texts_of(error: BaseException | None) -> list[str]:
    """The text of an exception and of those that it came from."""
    texts = []
    while error is not None:
        texts.append(str(error))
        error = error.__cause__
    return texts


@dataclass
class Judge:
    """Gathers what was found, a sentence for each, in the columns of `tally`."""

    secrets: Sequence[str]
    number: int = 0
    lost: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    leaked: list[str] = field(default_factory=list)
    tracebacks: list[str] = field(default_factory=list)

    def found(self) -> dict[str, list[str]]:
        return {"lost": self.lost, "wrong": self.wrong, "leaked": self.leaked, "tracebacks": self.tracebacks}

    def truth(
        self, where: str, run: Run, before: Database, after: Database, desired: Sequence[DesiredRecord] = ()
    ) -> None:
        """What the run says became of its changes is what became of them."""
        if run.result is None:
            self.tracebacks.append(f"{where}: {run.traceback}")
            return
        self.wrong += [f"{where}: {text}" for text in _contradictions(run.result)]
        self.wrong += [f"{where}: {text}" for text in _untruths(run.result, before, after, desired)]

    def words(self, where: str, run: Run, values_too: bool = True) -> None:
        """No secret is in what the run says, and people can read it.

        values_too: whether the values of the result count; not where the server itself keeps a secret as plain text.
        """
        if run.result is None:
            return
        said = [run.result.failure, *run.result.warnings]
        for text in [*said, *run.cause, *(_strings(run.result.values) if values_too else [])]:
            if _any_form(tuple(self.secrets)).search(text):
                self.leaked.append(f"{where}: a secret is in: {text}")
        for text in said:
            if any(unicodedata.category(character) in ("Cc", "Cf", "Cs") for character in set(text) - {"\n"}):
                self.wrong.append(f"{where}: a control character is in: {text!r}")
        if re.search("[\ud800-\udfff]", "".join(_strings(run.result.values))):
            self.tracebacks.append(f"{where}: half a surrogate pair is in the result, which nothing can print")

    def read(self, where: str, run: Run, database: Database) -> None:
        """What was read is what there is."""
        if run.result is None or run.result.failure:
            return
        read = {
            (section, normal_key(SECTIONS[section].resource, record[SECTIONS[section].key.name])): record
            for section in SECTIONS
            for record in run.result.values[section]
        }
        for key in {**read, **database}:
            held, told = database.get(key, {}), read.get(key, {})
            shown = {**held, **({"password": password_word(bool(held.get("password")))} if held else {})}
            if shown != {name: told.get(name) for name in shown} or not told:
                self.wrong.append(f"{where}: {' '.join(key)} was not read as it is")

    def afterwards(self, where: str, site: Site, desired: Sequence[DesiredRecord]) -> None:
        """Two runs without a fault: the first brings what is declared, the second finds nothing to do."""
        before = site.database()
        run = site.run_clean(desired)
        self.truth(f"{where}, the run afterwards", run, before, site.database(), desired)
        if run.result is None or run.result.outcome not in ("applied", "unchanged"):
            says = f"{run.result.outcome}: {run.result.failure}" if run.result else "a traceback"
            self.lost.append(f"{where}: the run afterwards did not succeed: {says}")
        self.lost += [f"{where}: {text}" for text in missing(site.database(), desired)]
        again = site.run_clean(desired)
        outcome = again.result.outcome if again.result else "a traceback"
        if outcome != "unchanged" or site.writes():
            self.wrong.append(f"{where}: the run after that is {outcome} with {site.writes()} writes")


def _contradictions(result: ModuleResult) -> list[str]:
    """Where a result does not agree with itself."""
    values, found = result.values, []
    if result.outcome not in OUTCOMES:
        return [f"the outcome is {result.outcome!r}"]
    succeeded = result.outcome in ("unchanged", "planned", "applied")
    if succeeded is bool(result.failure):
        found.append(f"{result.outcome} with the failure {result.failure!r}")
    if succeeded and values["changed"] is (result.outcome == "unchanged"):
        found.append(f"{result.outcome} with changed: {values['changed']}")
    if succeeded or "changes" not in values:
        return found
    grouped = [change for group in GROUPS for change in values[group]]
    if sorted(map(_text, grouped)) != sorted(map(_text, values["changes"])):
        found.append(f"each change must be in one group: {[len(values[group]) for group in GROUPS]}")
    if values["changed"] is not bool(values["applied"]):
        found.append(f"{len(values['applied'])} applied with changed: {values['changed']}")
    if (result.outcome == "partly_applied") is not bool(values["applied"]):
        found.append(f"{len(values['applied'])} applied with the outcome {result.outcome}")
    return found


def _untruths(result: ModuleResult, before: Database, after: Database, desired: Sequence[DesiredRecord]) -> list[str]:
    """Where a result does not agree with the databases."""
    values = result.values
    applied = values.get("changes", []) if result.outcome == "applied" else values.get("applied", [])
    found = [
        f"told as applied, is not: {change['resource']} {change['name']}"
        for change in applied
        if not _shown(change, after, desired)
    ]
    may = [place for change in (*applied, *values.get("not_known", [])) for place in _places(change, before, after)]
    found += [
        f"changed, and not told: {' '.join(key)} {name}"
        for key, name in sorted(set(_differences(before, after)) - set(may))
    ]
    return found


def _shown(change: Mapping[str, Any], database: Database, desired: Sequence[DesiredRecord]) -> bool:
    """Whether a database holds what a change leads to."""
    record = database.get(_key(change["resource"], change["name"]))
    if change["resource"] == SMTP_SERVER.name and change["action"] == "delete":
        return record is None
    wanted = {item["field"]: item["want"] for item in change["fields"]}
    resource = RESOURCES[change["resource"]]
    for one in desired:
        if one.resource is resource and one.key == normal_key(resource, change["name"]) and one.present:
            wanted.update({name: value for name, value in one.values.items() if name in wanted})
    return record is not None and all(
        same_value(resource.field(name), record.get(name), "" if value == UNSET else value)
        for name, value in wanted.items()
    )


def _places(change: Mapping[str, Any], before: Database, after: Database) -> list[Place]:
    """The fields that a change may change: all of a record that it makes or removes."""
    key = _key(change["resource"], change["name"])
    if change["resource"] == SMTP_SERVER.name and change["action"] in ("create", "delete"):
        return [(key, name) for name in {**before.get(key, {}), **after.get(key, {})}]
    return [(key, item["field"]) for item in change["fields"]]


def _differences(before: Database, after: Database) -> Iterable[Place]:
    for key in {**before, **after}:
        old, new = before.get(key, {}), after.get(key, {})
        # A user of whom nothing is known is one with empty settings.
        yield from ((key, name) for name in {**old, **new} if (old.get(name) or "") != (new.get(name) or ""))


def missing(database: Database, desired: Sequence[DesiredRecord]) -> list[str]:
    """What a database lacks of what is declared."""
    found = []
    for one in desired:
        key = _key(one.resource.name, one.name)
        record = database.get(key)
        if one.resource is SMTP_SERVER and not one.present:
            found += [f"{' '.join(key)} is still there"] * (record is not None)
            continue
        blank = {} if one.present else dict.fromkeys((item.name for item in one.resource.fields), "")
        for name, value in {**blank, **one.values}.items():
            if record is None or not same_value(one.resource.field(name), record.get(name), value):
                found.append(f"{' '.join(key)} does not hold the declared {name}")
    return found


def _key(resource: str, name: str) -> tuple[str, str]:
    return section_of(resource).name, normal_key(RESOURCES[resource], name)


def _text(change: object) -> str:
    return json.dumps(change, sort_keys=True)


def _strings(value: object) -> list[str]:
    """All texts in a value, keys too."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [text for pair in value.items() for part in pair for text in _strings(part)]
    if isinstance(value, (list, tuple)):
        return [text for part in value for text in _strings(part)]
    return []


@cache
def _any_form(secrets: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(form) for secret in secrets for form in forms(secret)))


def forms(secret: str) -> set[str]:
    """A secret as it is, and as programs write it."""
    raw = secret.encode()
    return {
        secret,
        quote(secret),
        quote(secret, safe=""),
        quote_plus(secret),
        json.dumps(secret)[1:-1],
        repr(secret)[1:-1],
        base64.b64encode(raw).decode().rstrip("="),
    }
