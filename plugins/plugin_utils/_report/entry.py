# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The entry of a branch in the report, from the result of ``fincon_mail_branch``. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.outcomes import APPLIED, HELD_BACK, PLANNED, UNCHANGED
from ansible_collections.fincon.mail.plugins.module_utils._core.records import (
    MAIL_ENABLED,
    MAIL_USER,
    SECTIONS,
    SMTP_SERVER,
    normal_key,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.state import CREATE, DELETE, UPDATE
from ansible_collections.fincon.mail.plugins.module_utils._core.texts import all_visible, visible
from ansible_collections.fincon.mail.plugins.module_utils._core.undeclared import IGNORE, WARNING
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.records import BranchEvidence
from ansible_collections.fincon.mail.plugins.plugin_utils._report.evidence import CHECK, of_branch, of_user, stray_words
from ansible_collections.fincon.mail.plugins.plugin_utils._report.words import (
    DIFFERS,
    DRIFT,
    FAILED,
    IN_SYNC,
    INVALID,
    MISSING,
    NOT_DECLARED,
    PENDING,
    RECORD_STATES,
    STATES,
    UNDECLARED,
    UNKNOWN,
    UNREACHABLE,
    UNVERIFIED,
    days_between,
    ordered_words,
    update_words,
)

#: A branch in the report, in the shape of ``schemas/drift-report.schema.json``.
Entry = dict[str, Any]
Record = dict[str, Any]

# The message about errors in the fleet's files lists all of them, and is the same at each of its branches.
_REASON_LENGTH = 2000

#: What a user inherits from the definition that it is linked to.
_OF_DEFINITIONS = frozenset(field.name for field in SMTP_SERVER.fields)

_STATE_OF_ACTION = {CREATE: MISSING, UPDATE: DIFFERS, DELETE: DIFFERS}


def branch_entry(
    branch: str,
    result: Mapping[str, Any],
    checked: str,
    region: str = "",
    tags: Iterable[str] = (),
    evidence: BranchEvidence | None = None,
) -> Entry:
    """Return the entry of a branch.

    :param branch: its name.
    :param result: the result of ``fincon_mail_branch``, also of a call that failed.
    :param checked: when the branch was checked, UTC, as ISO 8601.
    :param evidence: what its e-mails show; ``None`` when no mailbox was read.
    """
    outcome = _outcome(result)
    known = isinstance(result.get("changes"), list)
    records = _Records(result.get("records") or {}, IN_SYNC if known else UNKNOWN)
    if known:
        records.add_differences(_open_changes(result, outcome), _unverified(result, outcome))
        records.add_pending(_waiting(result, outcome), checked)
        records.add_undeclared(result.get("undeclared") or {})
    counts_as = DRIFT if known and _is_attended(result) else CHECK
    if evidence:
        records.add_evidence(evidence, counts_as)
    listed = records.listed()
    state = _state(outcome, listed)
    return {
        "branch": visible(branch),
        "region": visible(region),
        "tags": all_visible(list(tags)),
        "state": state,
        "checked": checked,
        "reason": _reason(result) if state in (FAILED, INVALID, UNREACHABLE) else "",
        "records": all_visible(listed),
        **({"evidence": all_visible(of_branch(evidence, counts_as))} if evidence else {}),
        **({"undeclared_unknown": True} if _is_incomplete(result.get("undeclared") or {}) else {}),
    }


def combined(earlier: Entry, later: Entry) -> Entry:
    """Return one entry for two calls at the same branch.

    The later call decides about a record. A call with all records of the earlier one replaces it; otherwise each call
    reports a part, and the more urgent state counts.
    """
    records = {_key(record): record for record in later["records"]}
    only_earlier = [record for record in earlier["records"] if _key(record) not in records]
    if not only_earlier:
        return later
    first = min(earlier, later, key=lambda entry: list(STATES).index(entry["state"]))
    merged = sorted([*only_earlier, *later["records"]], key=lambda record: record["resource"] != SMTP_SERVER.name)
    return {**later, "state": first["state"], "reason": first["reason"], "records": merged}


def _key(record: Mapping[str, Any]) -> tuple[str, str]:
    # For the modules the switch of a user is a separate resource; people see one user.
    resource = SMTP_SERVER if record["resource"] == SMTP_SERVER.name else MAIL_USER
    return resource.name, normal_key(resource, record["name"])


class _Records:
    """The records of a branch, collected step by step: declared, different, pending."""

    def __init__(self, declared: Mapping[str, Iterable[str]], state: str) -> None:
        self._state = state
        self._records: dict[tuple[str, str], Record] = {}
        for section in SECTIONS.values():
            for name in declared.get(section.name) or []:
                self._record({"resource": section.resource.name, "name": name})
        self._declared = set(self._records)

    def add_differences(self, changes: Iterable[Mapping[str, Any]], unverified: set[tuple[str, str, str]]) -> None:
        """Add the differences; a password without a fingerprint is not a difference."""
        for resource, name, field in sorted(unverified):
            record = self._record({"resource": resource, "name": name}, UNVERIFIED)
            record.setdefault("unverified", []).append(field)
        for change in changes:
            if _key(change) not in self._declared and _is_removal(change):
                self._add_undeclared(change, DRIFT)
                continue
            found = [
                item
                for item in _differences(change)
                if (change["resource"], change["name"], item["field"]) not in unverified
            ]
            if found:
                self._record(change, _STATE_OF_ACTION[change["action"]]).setdefault("differences", []).extend(found)

    def add_pending(self, items: Iterable[Mapping[str, Any]], now: str) -> None:
        """Add the items of the open work order."""
        for item in items:
            waiting = {
                "order": item["order"],
                "item": item["item"],
                "since": item["since"],
                "days": days_between(item["since"], now),
                "action": item["action"],
                "fields": item["fields"],
                "words": _ordered(item),
            }
            self._record(item, PENDING).setdefault("pending", []).append(waiting)

    def add_undeclared(self, undeclared: Mapping[str, Any]) -> None:
        """Add the undeclared records, counted as the fleet declares."""
        if undeclared.get("counts_as") not in (DRIFT, WARNING):
            return
        for section in SECTIONS.values():
            for name in undeclared.get(section.name) or []:
                self._add_undeclared({"resource": section.resource.name, "name": name}, undeclared["counts_as"])

    def add_evidence(self, evidence: BranchEvidence, counts_as: str) -> None:
        """Add the findings of e-mails about users; what is neither as declared nor ordered may count as drift."""
        for user in evidence.users:
            named = {"resource": MAIL_USER.name, "name": user.user}
            if _key(named) not in self._records:
                # The user was declared when the mailbox was read, but no longer is.
                continue
            record = self._record(named)
            record["evidence"] = of_user(user)
            found = [
                {**item, "seen_at": user.seen_at}
                for item in record["evidence"].get("differences", ())
                if counts_as == DRIFT and not self._is_ordered(item["field"], record)
            ]
            if found:
                self._record(named, DIFFERS).setdefault("differences", []).extend(found)
        for stray in evidence.strays if counts_as == DRIFT else ():
            sender = self._record({"resource": MAIL_USER.name, "name": stray.sender_address}, UNDECLARED)
            words = stray_words({"server": stray.server})
            sender.setdefault("differences", []).append({**_of_record(words), "seen_at": stray.seen_at})

    def _is_ordered(self, field: str, user: Record) -> bool:
        """Whether an open work order may change the value of a field, at the user or at any definition."""
        definitions = [record for record in self._records.values() if record["resource"] == SMTP_SERVER.name]
        fields = _ordered_fields(user, *definitions)
        is_new = any(item["action"] == CREATE for item in user.get("pending", ()))
        is_linked_elsewhere = "smtp_server" in _ordered_fields(user) and field in _OF_DEFINITIONS
        return is_new or field in fields or is_linked_elsewhere

    def _add_undeclared(self, named: Mapping[str, Any], counts_as: str) -> None:
        record = self._record(named, UNDECLARED)
        if counts_as == WARNING:
            record["undeclared"] = WARNING
        elif not any(item["words"] == NOT_DECLARED for item in record.get("differences", ())):
            record.setdefault("differences", []).append(_of_record(NOT_DECLARED))

    def listed(self) -> list[Record]:
        """Return the definitions, then the users, the declared ones first."""
        return sorted(self._records.values(), key=lambda record: record["resource"] != SMTP_SERVER.name)

    def _record(self, named: Mapping[str, Any], state: str = "") -> Record:
        """Return the record of that name, in the more urgent of its states."""
        resource, key = _key(named)
        new = {"resource": resource, "name": named["name"], "state": self._state}
        record = self._records.setdefault((resource, key), new)
        if state:
            record["state"] = min(record["state"], state, key=list(RECORD_STATES).index)
        return record


def _differences(change: Mapping[str, Any]) -> list[dict[str, Any]]:
    if change["action"] == UPDATE:
        return [{**item, "words": update_words(item["field"], item["have"], item["want"])} for item in change["fields"]]
    found = _of_record("is missing" if change["action"] == CREATE else "is installed, declared absent")
    return [{**found, "changed_in": change["changed_in"]} if "changed_in" in change else found]


def _of_record(words: str) -> dict[str, Any]:
    """A difference of the record itself."""
    return {"field": "", "have": None, "want": None, "words": words}


def _ordered_fields(*records: Record) -> set[str]:
    return {change["field"] for record in records for item in record.get("pending", ()) for change in item["fields"]}


def _is_attended(result: Mapping[str, Any]) -> bool:
    return (result.get("backend") or {}).get("name") == "attended"


def _is_removal(change: Mapping[str, Any]) -> bool:
    """Whether a change removes a record, or is part of a removal: e-mail goes off for a removed user."""
    return change["action"] == DELETE or change["resource"] == MAIL_ENABLED.name


def _is_incomplete(undeclared: Mapping[str, Any]) -> bool:
    """Whether there may be undeclared records that cannot be seen."""
    is_asked = any(undeclared.get(name) is not None for name in SECTIONS)
    return undeclared.get("complete") is False and undeclared["counts_as"] != IGNORE and is_asked


def _ordered(item: Mapping[str, Any]) -> str:
    if item["action"] != UPDATE:
        return "is ordered" if item["action"] == CREATE else "its removal is ordered"
    return "; ".join(ordered_words(field["field"], field["have"], field["want"]) for field in item["fields"])


def _outcome(result: Mapping[str, Any]) -> str:
    """The outcome of the call. A result without an outcome is Ansible's own: the module was not reached, or failed."""
    return str(result.get("outcome") or (UNREACHABLE if result.get("unreachable") else FAILED))


def _open_changes(result: Mapping[str, Any], outcome: str) -> list[Mapping[str, Any]]:
    """What still differs: after a run, what it did not change; in check mode, all that it would change."""
    if outcome == PLANNED:
        return list(result["changes"])
    return [*(result.get("not_known") or []), *(result.get("remaining") or [])]


def _unverified(result: Mapping[str, Any], outcome: str) -> set[tuple[str, str, str]]:
    """The passwords that cannot be compared; a run that did everything has sent them."""
    found = [] if outcome == APPLIED else result.get("unverified") or []
    return {(item["resource"], item["name"], item["field"]) for item in found}


def _waiting(result: Mapping[str, Any], outcome: str) -> list[Mapping[str, Any]]:
    """The items of a work order: the new ones after a run that ordered something, else those that were pending."""
    ordered = outcome == APPLIED or (outcome == HELD_BACK and result.get("applied"))
    if not ordered:
        return list(result.get("pending") or [])
    order = result.get("work_order") or {"items": []}
    return [{"order": order["number"], **item} for item in order["items"]]


def _state(outcome: str, records: Iterable[Record]) -> str:
    if outcome in (INVALID, UNREACHABLE):
        return outcome
    if outcome not in (UNCHANGED, PLANNED, APPLIED):
        return FAILED
    if any("differences" in record for record in records):
        return DRIFT
    return PENDING if any("pending" in record for record in records) else IN_SYNC


def _reason(result: Mapping[str, Any]) -> str:
    if "censored" in result:
        return "the task has no_log, so nothing is known of its result; take it off, secrets are never in a result"
    reason = "\n".join(map(visible, str(result.get("msg") or "there is no result").split("\n")))
    more = len(reason) - _REASON_LENGTH
    return f"{reason[:_REASON_LENGTH]} (and {more:,} characters more)" if more > 0 else reason
