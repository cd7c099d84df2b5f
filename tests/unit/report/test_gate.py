# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a wave waits for: that the branches before it are in sync, or that e-mails have proven them."""

from __future__ import annotations

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.plugin_utils._report.gate import wave_gate

BEFORE, SAME_DAY, AFTER = "2026-11-19T10:00:00Z", "2026-11-20T10:00:00Z", "2026-11-22T10:00:00Z"


def seen(thandi=AFTER, pieter=AFTER, verdict="proven"):
    users = (("THANDI", verdict, thandi), ("PIETER", "proven", pieter))
    return {"verdicts": [{"user": name, "verdict": said, "seen_at": when} for name, said, when in users]}


def pending(results, *changes):
    items = [{"order": 3, "item": number, "since": "2026-11-20", **one} for number, one in enumerate(changes, 1)]
    return results.read(pending=items)


def proven(result, evidence):
    return wave_gate({"durban": result}, 2, "proven", {"durban": evidence} if evidence else {})


def of_user(results, name="THANDI", **more):
    return results.change({"field": "job_title", "have": "", "want": "x"}, resource="mail_user", name=name, **more)


def test_without_proof_an_open_work_order_holds_the_wave_back_whatever_e_mails_show(results):
    text = wave_gate(
        {"durban": pending(results, of_user(results)), "a": results.read()}, 2, evidence={"durban": seen()}
    )
    assert text.startswith("wave 2 waits for the waves before it: 1 of 2 branches is not in sync\ndurban: pending: ")
    assert wave_gate({"a": results.read()}, 2) == ""


@pytest.mark.parametrize("when", [SAME_DAY, AFTER])
def test_e_mails_since_the_order_take_the_place_of_its_confirmation(results, when):
    assert proven(pending(results, of_user(results)), seen(when)) == ""
    assert proven(pending(results, results.change(results.port)), seen(when, when)) == ""
    assert proven(results.read(), seen(BEFORE)) == "", "nothing is ordered there"


def test_an_e_mail_from_before_the_order_proves_none_of_it(results):
    text = proven(pending(results, of_user(results), results.change(results.port)), seen(BEFORE))
    assert text.splitlines() == [
        "wave 2 waits for the waves before it: 1 of 1 branch is not proven",
        "durban: no e-mail since 2026-11-20 proves definition HQ: port is 25, ordered 587; "
        "no e-mail since 2026-11-20 proves THANDI: job_title is empty, ordered x",
        "Have each of these users send an e-mail from Fincon and run fincon.mail.evidence, confirm or repair them, or "
        "move them to a later wave in the fleet file (docs/waves.md).",
    ]


def test_a_definition_is_proven_by_all_users_since_any_of_them_may_be_linked_to_it(results):
    assert "proves definition HQ" in proven(pending(results, results.change(results.port)), seen(pieter=BEFORE))


@pytest.mark.parametrize(
    "ends",
    [
        {"resource": "mail_user", "name": "THANDI", "action": "delete", "fields": []},
        {"resource": "smtp_server", "name": "Old", "action": "delete", "fields": []},
        {"resource": "mail_enabled", "name": "THANDI", "action": "update",
         "fields": [{"field": "email_enabled", "have": True, "want": False}]},
        {"resource": "mail_user", "name": "UNSEEN", "action": "create", "fields": []},
    ],
)  # fmt: skip
def test_what_no_e_mail_can_show_waits_for_its_confirmation(results, ends):
    assert "no e-mail since 2026-11-20 proves" in proven(pending(results, ends), seen())


def test_a_branch_in_sync_waits_until_each_user_is_proven(results):
    assert "durban: differs: THANDI\n" in proven(results.read(), seen(verdict="differs"))
    assert "durban: unknown: THANDI\n" in proven(results.read(), seen("", verdict="unknown"))
    assert "durban: no evidence yet; run fincon.mail.evidence\n" in proven(results.read(), None)
    assert proven(results.read(), {"verdicts": []}) == "", "nobody there sends e-mail"


def test_a_branch_that_differs_or_was_not_looked_at_is_never_proven(results):
    assert "durban: drift: definition HQ, port" in proven(results.read(results.change(results.port)), seen())
    assert "durban: failed: there is no result" in proven({}, seen())


def test_an_order_of_definitions_at_a_branch_without_senders_cannot_be_proven(results):
    assert "proves definition HQ" in proven(pending(results, results.change(results.port)), {"verdicts": []})


def test_another_gate_is_refused(results):
    with pytest.raises(FinconError, match="fincon_evidence_gate must be confirmed or proven, not 'open'"):
        wave_gate({"a": results.read()}, 2, "open")
