# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The JSON Schema (draft-07) of drift reports, for the programs that read them: this collection and others."""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.fincon.mail.plugins.module_utils._core.checks import END
from ansible_collections.fincon.mail.plugins.module_utils._core.last_applied import FILES, FINCON
from ansible_collections.fincon.mail.plugins.module_utils._core.records import SECTIONS
from ansible_collections.fincon.mail.plugins.module_utils._core.state import CREATE, DELETE, UPDATE
from ansible_collections.fincon.mail.plugins.module_utils._core.undeclared import WARNING
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.evidence import DIFFERS, PROVEN, SILENT, UNKNOWN
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.shapes import (
    NUMBER,
    TEXT,
    Schema,
    document,
    items,
    mapping,
    or_null,
)

#: A date, or a time in UTC.
_TIME: Schema = {
    "type": "string",
    "pattern": r"^[0-9]{4}-(0[1-9]|1[0-2])-([0-2][0-9]|3[01])(T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)?" + END,
}
_TIME_OR_NONE: Schema = {"type": "string", "pattern": f"^{END}|{_TIME['pattern']}"}
_COUNT: Schema = {**NUMBER, "minimum": 0}
_STATE: Schema = {"$ref": "#/definitions/state"}


def report_schema(version: int, states: Iterable[str], record_states: Iterable[str]) -> Schema:
    """Return the schema of a drift report.

    :param version: of the format.
    :param states: the states of a branch.
    :param record_states: the states of a record.
    """
    states = list(states)
    definitions = {
        "state": _described(
            "in_sync; drift: something differs; pending: nothing differs, but a work order is open; "
            "unreachable; invalid: the declared records have errors; failed.",
            {"enum": states},
        ),
        "branch_difference": _described(
            "A difference of a branch.",
            mapping({"branch": _described("Name of the branch.", TEXT), "text": _described("What differs.", TEXT)}),
        ),
        "branch": _described("A branch.", _branch()),
        "record": _described("An SMTP definition, or a user with the user's e-mail switch.", _record(record_states)),
    }
    return document(
        "A drift report of fincon.mail",
        "What differs between the declared and the installed mail settings of a fleet.",
        {**_report(version, states), "definitions": definitions},
    )


def _described(description: str, schema: Schema) -> Schema:
    return {"description": description, **schema}


def _report(version: int, states: list[str]) -> Schema:
    properties = {
        "version": _described(
            "Version of this format. A reader refuses one that it does not know.", {"const": version}
        ),
        "generated": _described("When the report was made, UTC.", _TIME),
        "collection": _described("Version of the collection that made it.", TEXT),
        "counts": _described(
            "The number of branches, and of those in each state.",
            mapping(
                {
                    "branches": _described("All branches.", _COUNT),
                    **{state: _described(f"Branches that are {state}.", _COUNT) for state in states},
                }
            ),
        ),
        "groups": _described(
            "The same trouble at several branches as one, the one at most branches first.", items(_group())
        ),
        "history": _described("What has changed since the report before.", _history()),
        "branches": _described("The branches, by name.", items({"$ref": "#/definitions/branch"})),
    }
    further = {"evidence": _described("What real e-mails show of the fleet, in numbers.", _totals())}
    return mapping({**properties, **further}, properties)


#: The numbers of users of each verdict.
_OF_VERDICTS: Schema = {
    PROVEN: _described("Users whose e-mails are as declared.", _COUNT),
    DIFFERS: _described("Users whose e-mails are not.", _COUNT),
    SILENT: _described("Users of whom there was none for a while.", _COUNT),
    UNKNOWN: _described("Users of whom there was none yet.", _COUNT),
}


def _totals() -> Schema:
    numbers = {
        "branches": _described("Branches with evidence.", _COUNT),
        "users": _described("Their users.", _COUNT),
        **_OF_VERDICTS,
        "strays": _described("Senders that no branch declares.", _COUNT),
    }
    return mapping(numbers)


def _evidence() -> Schema:
    """The evidence of a branch."""
    stray = {
        "sender_address": _described("The address.", TEXT),
        "server": _described("The declared mail server by which it came.", TEXT),
        "seen_at": _described("Time of its newest e-mail, UTC.", _TIME_OR_NONE),
        "count": _described("Its e-mails so far.", _COUNT),
    }
    properties = {
        "read_at": _described("When the audit mailbox was read, UTC.", _TIME),
        "newest": _described("Time of the newest e-mail of a user, UTC; empty when there is none.", _TIME_OR_NONE),
        "counts_as": _described(
            "What an e-mail that is not as declared is: drift at an attended site, an extra check elsewhere.",
            {"enum": ["drift", "check"]},
        ),
        "users": _described("The number of users.", _COUNT),
        **_OF_VERDICTS,
        "strays": _described("Senders that no branch declares.", items(mapping(stray))),
    }
    return mapping(properties)


def _evidence_of_user() -> Schema:
    difference = {
        "field": _described("The field.", TEXT),
        "have": {"description": "What the e-mail shows."},
        "want": {"description": "What is declared."},
        "words": _described("The same in words.", TEXT),
    }
    properties = {
        "verdict": _described(
            "proven: an e-mail shows what is declared; differs: it shows something else; silent: none for a while; "
            "unknown: none yet.",
            {"enum": [PROVEN, DIFFERS, SILENT, UNKNOWN]},
        ),
        "seen_at": _described("Time of the e-mail that decides it, UTC; empty for none.", _TIME_OR_NONE),
    }
    further = {"differences": _described("What is not as declared.", items(mapping(difference), minItems=1))}
    return mapping({**properties, **further}, properties)


def _group() -> Schema:
    properties = {
        "state": _STATE,
        "text": _described(
            "What it is. In a reason, an ellipsis stands for addresses and paths in which the branches differ.", TEXT
        ),
        "branches": _described("The branches.", items(TEXT, minItems=1, uniqueItems=True)),
    }
    return _described(
        "A difference, a pending item, or the reason for which branches could not be looked at.", mapping(properties)
    )


def _history() -> Schema:
    differences = items({"$ref": "#/definitions/branch_difference"})
    change = mapping(
        {
            "branch": _described("Name of the branch.", TEXT),
            "from": _described("Its state before.", or_null(_STATE)),
            "to": _described("Its state now.", or_null(_STATE)),
        }
    )
    properties = {
        "previous": _described("When the report before was made; null when there was none.", or_null(_TIME)),
        "new": _described("Differences that were not in it.", differences),
        "gone": _described(
            "Differences that were in it and are resolved. Of a branch that could not be read, none is resolved.",
            differences,
        ),
        "states": _described(
            "Branches whose state has changed; null where a branch is not in one of the reports.",
            items(_described("A change of state.", change)),
        ),
    }
    return mapping(properties)


def _branch() -> Schema:
    properties = {
        "branch": _described("Its name.", TEXT),
        "region": _described("Its region, or empty.", TEXT),
        "tags": _described("Its tags.", items(TEXT)),
        "state": _STATE,
        "since": _described(
            "Since when it has been in this state without a break, as far as reports show. A work order has been "
            "pending since this date.",
            _TIME,
        ),
        "checked": _described("When it was looked at, UTC.", _TIME),
        "reason": _described("Why it could not be looked at, or why a change failed; else empty.", TEXT),
        "records": _described(
            "The records that are declared or differ: definitions, then users. Empty when none is known.",
            items({"$ref": "#/definitions/record"}),
        ),
    }
    further = {
        "undeclared_unknown": _described(
            "What Fincon holds cannot be listed here: undeclared records are known as far as the ledger lists them.",
            {"const": True},
        ),
        "evidence": _described("What real e-mails show of it.", _evidence()),
    }
    return mapping({**properties, **further}, properties)


def _record(states: Iterable[str]) -> Schema:
    kinds = [section.resource.name for section in SECTIONS.values()]
    properties = {
        "resource": _described("The kind of record.", {"enum": kinds}),
        "name": _described("Its name.", TEXT),
        "state": _described("The most pressing thing to say of it.", {"enum": list(states)}),
        "differences": _described("What differs.", items(_described("A difference.", _difference()), minItems=1)),
        "unverified": _described("Passwords without a fingerprint; this is not drift.", items(TEXT, minItems=1)),
        "undeclared": _described(
            "Installed and declared nowhere, which the fleet wants to be a warning and not drift.", {"const": WARNING}
        ),
        "pending": _described(
            "Items of the open work order.", items(_described("An item.", mapping(_item())), minItems=1)
        ),
        "evidence": _described("What e-mails of the user show.", _evidence_of_user()),
    }
    return mapping(properties, ["resource", "name", "state"])


def _difference() -> Schema:
    properties = {
        "field": _described("The field; empty when it is the record itself that is missing or not declared.", TEXT),
        "have": {"description": "What is installed."},
        "want": {"description": "What is declared."},
        "words": _described("The same in words.", TEXT),
        "since": _described("Since when it has been so without a break.", _TIME),
    }
    further = {
        "changed_in": _described(
            "What has changed since the last run that applied it from the same machine: the files, so that it is not "
            "yet rolled out, or Fincon. Left out when that is not known.",
            {"enum": [FILES, FINCON]},
        ),
        "seen_at": _described("Time of the e-mail that shows it, UTC, where one does.", _TIME),
    }
    return mapping({**properties, **further}, properties)


def _item() -> Schema:
    field = {
        "field": _described("Its name.", TEXT),
        "have": {"description": "What it holds; of a password the word set or unset."},
        "want": {"description": 'What it is to hold; of a password the word set, unset or "set, will change".'},
    }
    return {
        "order": _described("Number of the order.", NUMBER),
        "item": _described("Number of the item.", NUMBER),
        "since": _described("When it was ordered.", _TIME),
        "days": _described("How many days it waited when the branch was looked at.", _COUNT),
        "action": _described("What is to be done.", {"enum": [CREATE, UPDATE, DELETE]}),
        "fields": _described("The fields.", items(_described("A field of an item.", mapping(field)))),
        "words": _described("The same in words.", TEXT),
    }
