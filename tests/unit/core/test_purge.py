# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guards of a purge."""

from __future__ import annotations

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._core.purge import Purge, purged_records
from ansible_collections.fincon.mail.plugins.module_utils._core.records import MAIL_USER, SMTP_SERVER
from ansible_collections.fincon.mail.plugins.module_utils._core.state import DesiredRecord, State, blank

SET = {"sender_name": "Somebody"}
STATE = State(
    [blank(SMTP_SERVER, "HQ"), blank(SMTP_SERVER, "Old")],
    [{**blank(MAIL_USER, name), **SET} for name in ("THANDI", "PIETER")] + [blank(MAIL_USER, "PASSME")],
)
DECLARED = (DesiredRecord(SMTP_SERVER, "hq"), DesiredRecord(MAIL_USER, "thandi"))


def doomed(desired_records=DECLARED, **options):
    purge = Purge(**{"resources": (SMTP_SERVER, MAIL_USER), **options})
    return [
        (desired.resource.name, desired.name, desired.present)
        for desired in purged_records(STATE, desired_records, purge)
    ]


def test_what_is_installed_and_not_declared_is_removed_and_a_user_without_settings_is_let_be():
    assert doomed() == [("smtp_server", "Old", False), ("mail_user", "PIETER", False)]


def test_a_list_that_was_not_given_is_never_purged():
    assert doomed(resources=(SMTP_SERVER,)) == [("smtp_server", "Old", False)]


def test_protected_names_are_kept_however_they_are_written():
    assert doomed(protect=("OLD", "pieter")) == []


def test_an_empty_list_is_refused_unless_it_is_meant():
    with pytest.raises(FinconError, match="every mail user, since none is declared; set purge_empty"):
        doomed(desired_records=DECLARED[:1])
    everyone = doomed(desired_records=DECLARED[:1], allow_empty=True)
    assert [name for resource, name, _present in everyone if resource == "mail_user"] == ["PIETER", "THANDI"]


def test_more_than_the_limit_changes_nothing_and_names_them():
    with pytest.raises(FinconError, match=r"would remove 2 records \(Old, PIETER\), more than purge_limit 1"):
        doomed(limit=1)
