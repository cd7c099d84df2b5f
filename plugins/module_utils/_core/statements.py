# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""What a declaration says of a whole record: whether it is to exist, and what it was called before.

Fincon holds none of it. Schemas, argument specs and documentation are derived from it as from the records table.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.records import SMTP_SERVERS, USERS, Field, Section

PRESENT = "present"
ABSENT = "absent"


def _state(description: str) -> Field:
    return Field(
        name="state",
        kind="choice",
        wire="",
        description=description,
        source="undocumented",
        choices=(PRESENT, ABSENT),
        default=PRESENT,
    )


RENAMED_FROM = Field(
    name="renamed_from",
    kind="name",
    wire="",
    description=(
        "Former name of the definition. Where one of that name is installed, the new one takes over its settings and "
        "all of its users, and then the old one is deleted."
    ),
    source="undocumented",
)

#: The statements of each section, by its name.
STATEMENTS = {
    SMTP_SERVERS.name: (
        _state(
            "Whether the definition exists. An absent one is deleted, which is refused while a user is linked to it. "
            "Its other fields are checked and not used."
        ),
        RENAMED_FROM,
    ),
    USERS.name: (
        _state(
            "Whether the user sends e-mail. For an absent one e-mail is switched off and the settings are cleared; the "
            "Fincon user stays. The other fields are checked and not used."
        ),
    ),
}


def declarable(section: Section) -> dict[str, Field]:
    """Return all that a declaration may say of a record: its key, its fields and the statements, by name."""
    return {**section.columns, **{statement.name: statement for statement in STATEMENTS[section.name]}}


def is_present(record: Mapping[str, Any]) -> bool:
    """Whether a declared record is to exist."""
    return record.get("state") != ABSENT
