# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""What a declaration says about a whole record: whether it should exist, and what its former name was.

Fincon stores none of this. Schemas, argument specs and documentation are derived from it as from the records table.
Some statements are only for files of a fleet: they say how the layers of a fleet are merged, and modules never get
them.
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
    samples=("Old relay",),
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

WITHOUT = Field(
    name="without",
    kind="names",
    wire="",
    description="Fields that are not taken over from the fleet file. A branch takes a default back with it.",
    source="undocumented",
    samples=(["username", "password"],),
)
KEEP = "keep"
UNLINKED = Field(
    name="unlinked",
    kind="choice",
    wire="",
    description=("If keep, a definition of the fleet file is also declared at branches where no user is linked to it."),
    source="undocumented",
    choices=(KEEP,),
)

#: The statements of each section that only files of a fleet have, by section. They never reach a host or a module.
FILE_STATEMENTS = {SMTP_SERVERS.name: (WITHOUT, UNLINKED), USERS.name: (WITHOUT,)}


def declarable(section: Section) -> dict[str, Field]:
    """Return all that a declaration may say about a record: its key, its fields and the statements, by name."""
    return {**section.columns, **{statement.name: statement for statement in STATEMENTS[section.name]}}


def is_present(record: Mapping[str, Any]) -> bool:
    """Whether a declared record should exist."""
    return record.get("state") != ABSENT
