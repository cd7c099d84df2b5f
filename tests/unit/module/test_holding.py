# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One bad login does not hold back the others: ``verify_failure: skip``."""

from __future__ import annotations

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._backends.attended.backend import AttendedBackend
from ansible_collections.fincon.mail.plugins.module_utils._core.purge import Purge
from ansible_collections.fincon.mail.plugins.module_utils._core.records import MAIL_ENABLED, MAIL_USER, SMTP_SERVER
from ansible_collections.fincon.mail.plugins.module_utils._core.state import DesiredRecord
from ansible_collections.fincon.mail.plugins.module_utils._module.attended import confirm_order
from ansible_collections.fincon.mail.plugins.module_utils._module.workflow import Request, write
from ansible_collections.fincon.mail.plugins.module_utils._smtp.probe import not_probed

BAD, GOOD = "canary-bad-1", "canary-good-2"


def relay(name="HQ", **fields):
    values = {"mail_server": "smtp.example.co.za", "port": 587, "authenticate": True, **fields}
    return DesiredRecord(SMTP_SERVER, name, values, renamed_from=values.pop("renamed_from", ""))


def user(name, password=GOOD, server="HQ", **fields):
    own = {"username": name.lower(), "password": password} if password else {}
    values = {"smtp_server": server, "sender_name": name, "sender_email": f"{name.lower()}@example.co.za"}
    return DesiredRecord(MAIL_USER, name, {**values, **own, **fields})


def switch(name, enabled=True):
    return DesiredRecord(MAIL_ENABLED, name, {"email_enabled": enabled})


class Site:
    """An attended installation, and a mail server that refuses some logins."""

    def __init__(self, folder):
        self.ledger = folder / "l.yml"
        self.refused = {BAD}
        self.unreachable = set()
        self.probed = []

    def prober(self, targets, level):
        self.probed += [target.settings for target in targets]
        return [self.verification(target.settings, level) for target in targets]

    def verification(self, settings, level):
        failed = not_probed(settings, level, "not_tried", "the test says so")
        if (settings.mail_server, settings.port) in self.unreachable:
            return {**failed, "failed_stage": "connect"}
        is_bad = settings.password in self.refused
        return failed if is_bad else {**failed, "ok": True, "failed_stage": None, "diagnosis": None}

    def once(self, *records, check_mode=False, **options):
        backend = AttendedBackend({"ledger": str(self.ledger), "lock_wait": 5.0})
        request = Request(records, **{"verify_failure": "skip", **options})
        result = write(backend, request, check_mode, self.prober)
        assert "canary" not in repr(result), "no password is in any result"
        return result

    def write(self, *records, **options):
        """Run in check mode, and for real; both tell the same."""
        before = self.ledger.read_bytes() if self.ledger.exists() else None
        checked = self.once(*records, check_mode=True, **options)
        assert (self.ledger.read_bytes() if self.ledger.exists() else None) == before
        done = self.once(*records, **options)
        foretold = ("changed", "diff", "changes", "work_order", "held_back", "relogin_users", "verification")
        assert {key: checked.values.get(key) for key in foretold} == {key: done.values.get(key) for key in foretold}
        assert checked.failure == done.failure
        return done

    def settle(self, *records):
        """Have records confirmed."""
        self.once(*records, verify="none")
        text = self.ledger.read_text()
        backend = AttendedBackend({"ledger": str(self.ledger), "lock_wait": 5.0})
        confirm_order(backend, int(text.rsplit("last_order: ", 1)[1].split()[0]), None, "", False)


@pytest.fixture
def site(tmp_path):
    return Site(tmp_path)


def names(changes):
    return [(change["resource"], change["name"]) for change in changes]


def test_a_bad_login_of_a_user_is_held_back_and_all_others_are_ordered(site):
    result = site.write(
        relay(),
        user("THANDI"),
        switch("THANDI"),
        user("PIETER", BAD),
        switch("PIETER"),
        user("NOMSA", job_title="Clerk"),
    )
    assert result.outcome == "held_back"
    assert names(result.values["held_back"]) == [("mail_user", "PIETER"), ("mail_enabled", "PIETER")]
    done = [("smtp_server", "HQ"), ("mail_user", "THANDI"), ("mail_user", "NOMSA"), ("mail_enabled", "THANDI")]
    assert names(result.values["changes"]) == names(result.values["applied"]) == done
    assert sorted(names(result.values["work_order"]["items"])) == sorted(done)
    assert names(result.values["remaining"]) == [("mail_user", "PIETER"), ("mail_enabled", "PIETER")]
    assert "PIETER" not in str(result.values["diff"])
    assert result.failure.startswith("held back, and not applied or ordered:\nmail user PIETER: smtp.example.co.za:587")


def test_the_second_run_orders_nothing_new_and_still_fails(site):
    records = relay(), user("THANDI"), user("PIETER", BAD)
    site.write(*records)
    again = site.write(*records)
    assert (again.outcome, again.values["changed"]) == ("held_back", False)
    assert names(again.values["held_back"]) == [("mail_user", "PIETER")]
    assert names(again.values["work_order"]["items"]) == [("smtp_server", "HQ"), ("mail_user", "THANDI")]


def test_once_the_login_is_mended_the_rest_is_ordered(site):
    site.write(relay(), user("THANDI"), user("PIETER", BAD))
    mended = site.once(relay(), user("THANDI"), user("PIETER"))
    assert (mended.outcome, mended.failure) == ("applied", "")
    assert names(mended.values["changes"]) == [("mail_user", "PIETER")]
    assert "held_back" not in mended.values


def test_without_skip_a_bad_login_stops_the_branch(site):
    result = site.once(relay(), user("THANDI"), user("PIETER", BAD), verify_failure="fail")
    assert (result.outcome, result.values["applied"]) == ("refused", [])
    assert not site.ledger.exists()


def test_a_definition_whose_login_fails_holds_back_only_those_who_would_use_it(site):
    site.settle(relay(username="hq", password=GOOD), user("THANDI", "", job_title="Clerk"), user("PIETER"))
    changed = relay(username="hq", password=BAD)
    result = site.write(changed, user("THANDI", ""), user("PIETER", "canary-good-3"), user("NOMSA", ""))
    assert names(result.values["held_back"]) == [("smtp_server", "HQ"), ("mail_user", "NOMSA")]
    assert names(result.values["changes"]) == [("mail_user", "PIETER")]


def test_a_new_definition_is_made_without_its_bad_login_for_users_with_logins_of_their_own(site):
    result = site.write(relay(username="hq", password=BAD), user("THANDI", ""), user("PIETER"))
    assert names(result.values["held_back"]) == [("smtp_server", "HQ"), ("mail_user", "THANDI")]
    assert result.values["held_back"][0]["fields"] == ["username", "password"]
    assert names(result.values["changes"]) == [("smtp_server", "HQ"), ("mail_user", "PIETER")]
    (remaining, _user) = result.values["remaining"]
    assert [item["field"] for item in remaining["fields"]] == ["username", "password"]
    mended = site.once(relay(username="hq", password=GOOD), user("THANDI", ""), user("PIETER"))
    assert names(mended.values["changes"]) == [("smtp_server", "HQ"), ("mail_user", "THANDI")]


def test_a_new_definition_that_cannot_be_reached_takes_its_users_with_it_and_no_others(site):
    site.unreachable = {("gone.example.co.za", 587)}
    result = site.write(
        relay(), relay("Gone", mail_server="gone.example.co.za"), user("THANDI"), user("PIETER", server="Gone")
    )
    held = {one["name"]: one["cause"] for one in result.values["held_back"]}
    assert set(held) == {"Gone", "PIETER"}
    assert held["PIETER"] == "is linked to 'Gone', which is held back"
    assert names(result.values["changes"]) == [("smtp_server", "HQ"), ("mail_user", "THANDI")]


def test_a_changed_definition_never_breaks_the_unchanged_login_of_a_user(site):
    site.settle(relay(), user("THANDI"), user("PIETER", "canary-left-out"))
    site.refused.add("canary-left-out")
    result = site.write(relay(mail_server="new.example.co.za"), user("THANDI"), user("PIETER", "canary-left-out"))
    assert names(result.values["held_back"]) == [("smtp_server", "HQ")]
    assert result.values["changes"] == []


def test_what_is_left_is_verified_again_with_the_settings_that_it_will_have(site):
    site.settle(relay(), user("THANDI"))
    site.unreachable = {("smtp.example.co.za", 465)}
    site.probed.clear()
    result = site.once(relay(port=465), user("THANDI", "canary-good-3"))
    assert names(result.values["changes"]) == [("mail_user", "THANDI")]
    assert [settings.port for settings in site.probed] == [465, 587]


def test_a_definition_is_not_deleted_while_a_user_who_is_held_back_is_linked_to_it(site):
    site.settle(relay("Old"), user("THANDI", server="Old"), user("PIETER", server="Old"))
    purge = Purge((SMTP_SERVER, MAIL_USER))
    result = site.write(relay(), user("THANDI"), user("PIETER", BAD), purge=purge)
    held = {one["name"]: one["cause"] for one in result.values["held_back"]}
    assert held["Old"] == "a user who is held back is still linked to it"
    assert set(held) == {"Old", "PIETER"}
    assert names(result.values["changes"]) == [("smtp_server", "HQ"), ("mail_user", "THANDI")]


def test_a_rename_goes_as_a_whole_or_not_at_all(site):
    site.settle(relay("Old"), user("THANDI", server="Old"), user("PIETER", server="Old"))
    site.unreachable = {("new.example.co.za", 587)}
    renamed = relay("New", mail_server="new.example.co.za", renamed_from="Old")
    result = site.write(renamed, user("THANDI", "canary-good-3", server="New"), switch("PIETER"))
    assert set(names(result.values["held_back"])) == {("smtp_server", "New"), ("mail_user", "THANDI")}
    assert names(result.values["changes"]) == [("mail_enabled", "PIETER")]


def test_when_everything_fails_nothing_is_ordered(site):
    result = site.write(relay(), user("PIETER", BAD), user("NOMSA", BAD))
    assert ("mail_user", "NOMSA") in names(result.values["held_back"])
    assert not any(resource == "mail_user" for resource, _name in names(result.values["changes"]))


def test_a_switch_is_not_held_back_where_it_goes_off(site):
    result = site.write(relay(), user("PIETER", BAD), switch("PIETER", False))
    assert names(result.values["changes"]) == [("smtp_server", "HQ"), ("mail_enabled", "PIETER")]


def test_every_login_that_passes_is_no_failure(site):
    result = site.write(relay(), user("THANDI"), user("PIETER"))
    assert (result.outcome, result.failure) == ("applied", "")
