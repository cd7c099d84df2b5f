# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Twenty users with logins of their own: what is compared by one scrypt, and what each of them then gets."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._backends.base import Applied
from ansible_collections.fincon.mail.plugins.module_utils._backends.command.backend import CommandSession
from ansible_collections.fincon.mail.plugins.module_utils._backends.command.process import Ended
from ansible_collections.fincon.mail.plugins.module_utils._backends.registry import backend_of
from ansible_collections.fincon.mail.plugins.module_utils._core.passwords import fingerprint
from ansible_collections.fincon.mail.plugins.module_utils._core.records import MAIL_USER, SMTP_SERVER
from ansible_collections.fincon.mail.plugins.module_utils._core.state import DesiredRecord
from ansible_collections.fincon.mail.plugins.module_utils._module.workflow import Request, write

from .conftest import EXAMPLE, stored

NAMES = [f"U{number:02}" for number in range(1, 21)]
PASSWORDS = {name: f"canary-{name}" for name in NAMES}
pytestmark = pytest.mark.usefixtures("scrypts")
RELAY = DesiredRecord(SMTP_SERVER, "HQ relay", {"mail_server": "smtp.example.co.za", "port": 587})

_spec = importlib.util.spec_from_file_location("json_file_in_process", EXAMPLE)
adapter = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(adapter)


def go(settings, desired, check_mode=False, **request):
    """Bring the installation to what is declared; the adapter answers in this process."""
    backend = backend_of(settings)
    store = Path(settings["command"][1])
    backend._adapter._runner = lambda _argv, asked, _limits: Ended(
        0, json.dumps(adapter.answer(json.loads(asked), store, False)).encode()
    )
    return write(backend, Request(tuple(desired), verify="none", **request), check_mode)


def user(name, password):
    values = {"smtp_server": "HQ relay", "sender_name": name, "sender_email": "n@example.co.za", "username": name}
    return DesiredRecord(MAIL_USER, name, {**values, "password": password})


def branch(changed=None, **passwords):
    """The relay and all users; with their passwords, or without those of whom they are None."""
    wanted = {**PASSWORDS, **(changed or {}), **passwords}
    return (RELAY, *(user(name, password) for name, password in wanted.items() if password is not None))


def absent(name):
    return DesiredRecord(MAIL_USER, name, present=False)


@pytest.fixture
def settings(tmp_path, installation, scrypts):
    """An installation to which everything has been sent."""
    store = tmp_path / "site.json"
    users = [{"user": name} for name in [*NAMES, "U21"]]
    store.write_text(json.dumps({"smtp_servers": [], "users": users}))
    made = installation(str(EXAMPLE), str(store))
    assert go(made, branch()).outcome == "applied"
    scrypts.clear()
    return made


def kept(settings):
    return json.loads(Path(settings["fingerprints"]).read_text())


def keep(settings, **data):
    Path(settings["fingerprints"]).write_text(json.dumps({**kept(settings), **data}))


def without_combined(settings):
    """Make the file one of an older version."""
    Path(settings["fingerprints"]).write_text(json.dumps({"fingerprints": kept(settings)["fingerprints"]}))


def installed(settings):
    """The passwords of the users in the adapter's store."""
    _servers, users = stored(Path(settings["command"][1]))
    return {name: record["password"] for name, record in users.items() if record.get("password")}


def sent(outcome):
    return [change["name"] for change in outcome.values["changes"]]


def assert_known_by_one(settings, scrypts, desired):
    """What is declared is installed, and one scrypt shows it."""
    wanted = {one.name: one.values["password"] for one in desired if one.values.get("password")}
    assert installed(settings) == wanted
    scrypts.clear()
    assert go(settings, desired, check_mode=True).outcome == "unchanged"
    assert len(scrypts) == 1


@pytest.mark.parametrize("check_mode", [True, False])
def test_that_nothing_has_changed_is_known_by_one_scrypt(settings, scrypts, check_mode):
    before = Path(settings["fingerprints"]).read_bytes()
    outcome = go(settings, branch(), check_mode=check_mode)
    assert (outcome.outcome, outcome.warnings, len(scrypts)) == ("unchanged", [], 1)
    assert Path(settings["fingerprints"]).read_bytes() == before


def test_the_sequence_of_the_users_does_not_matter(settings, scrypts):
    assert go(settings, branch()[::-1], check_mode=True).outcome == "unchanged"
    assert len(scrypts) == 1


def test_the_first_run_after_an_upgrade_compares_one_by_one_and_the_next_all_at_once(settings, scrypts):
    without_combined(settings)
    old = kept(settings)
    assert go(settings, branch(), check_mode=True).outcome == "unchanged"
    assert (len(scrypts), kept(settings)) == (20, old), "check mode writes nothing"
    scrypts.clear()
    outcome = go(settings, branch())
    assert (outcome.outcome, outcome.warnings, len(scrypts)) == ("unchanged", [], 21)
    assert kept(settings)["fingerprints"] == old["fingerprints"]
    assert_known_by_one(settings, scrypts, branch())


def test_of_a_changed_password_the_single_fingerprints_tell_whose_it_is(settings, scrypts):
    before = Path(settings["fingerprints"]).read_bytes()
    desired = branch(U07="canary-new")
    assert sent(go(settings, desired, check_mode=True)) == ["U07"]
    assert Path(settings["fingerprints"]).read_bytes() == before
    scrypts.clear()
    assert sent(go(settings, desired)) == ["U07"]
    # The combined one, all single ones, and the new one of each kind.
    assert len(scrypts) == 1 + 20 + 1 + 1
    assert_known_by_one(settings, scrypts, desired)


def test_the_password_before_is_found_different_again(settings, scrypts):
    go(settings, branch(U07="canary-new"))
    assert sent(go(settings, branch())) == ["U07"]
    assert_known_by_one(settings, scrypts, branch())


def test_swapped_passwords_are_both_sent(settings, scrypts):
    desired = branch(U03=PASSWORDS["U04"], U04=PASSWORDS["U03"])
    assert sent(go(settings, desired)) == ["U03", "U04"]
    assert_known_by_one(settings, scrypts, desired)


def test_a_removed_user_leaves_the_others_known(settings, scrypts):
    removed = (*branch(U20=None), absent("U20"))
    assert sent(go(settings, removed)) == ["U20"]
    assert "mail_user/U20" not in kept(settings)["fingerprints"]
    assert_known_by_one(settings, scrypts, removed)


def test_a_user_who_is_no_longer_declared_leaves_the_others_known(settings, scrypts):
    rest = branch(U20=None)
    assert go(settings, rest).outcome == "unchanged"
    scrypts.clear()
    assert go(settings, rest, check_mode=True).outcome == "unchanged"
    assert len(scrypts) == 1


def test_an_added_user_is_sent_alone(settings, scrypts):
    desired = branch(U21="canary-U21")
    assert sent(go(settings, desired)) == ["U21"]
    assert_known_by_one(settings, scrypts, desired)


def test_a_user_of_another_name_with_the_password_of_one_who_left_is_sent(settings, scrypts):
    desired = (*branch(U20=None, U21=PASSWORDS["U20"]), absent("U20"))
    assert sorted(sent(go(settings, desired))) == ["U20", "U21"]
    assert_known_by_one(settings, scrypts, desired)


def test_a_renamed_definition_is_sent_with_its_password_and_then_known(settings, scrypts):
    values = {**RELAY.values, "username": "hq", "password": "canary-hq"}
    go(settings, (DesiredRecord(SMTP_SERVER, "HQ relay", values), *branch()[1:]))
    linked = [DesiredRecord(MAIL_USER, one.name, {**one.values, "smtp_server": "Relay 2"}) for one in branch()[1:]]
    desired = (DesiredRecord(SMTP_SERVER, "Relay 2", values, renamed_from="HQ relay"), *linked)
    assert go(settings, desired).outcome == "applied"
    assert "smtp_server/hq relay" not in kept(settings)["fingerprints"]
    scrypts.clear()
    assert go(settings, desired, check_mode=True).outcome == "unchanged"
    assert len(scrypts) == 1


def test_two_users_with_one_login_are_told_apart(settings, scrypts):
    shared = branch(U01="canary-shared", U02="canary-shared")
    go(settings, shared)
    assert_known_by_one(settings, scrypts, shared)
    one_changed = branch(U01="canary-shared", U02="canary-other")
    assert sent(go(settings, one_changed)) == ["U02"]
    assert_known_by_one(settings, scrypts, one_changed)


# Calls for a part of the installation.


@pytest.mark.parametrize("upgraded", [True, False])
def test_a_call_for_one_user_needs_no_combined_fingerprint_and_leaves_it_as_it_is(settings, scrypts, upgraded):
    if not upgraded:
        without_combined(settings)
    before = Path(settings["fingerprints"]).read_bytes()
    assert go(settings, [user("U05", PASSWORDS["U05"])]).outcome == "unchanged"
    assert len(scrypts) == 1
    assert Path(settings["fingerprints"]).read_bytes() == before


def test_a_call_that_changes_one_password_drops_the_combined_fingerprint_and_the_next_for_all_makes_it(
    settings, scrypts
):
    assert go(settings, [user("U05", "canary-new")]).outcome == "applied"
    assert "combined" not in kept(settings)
    assert sent(go(settings, branch(), check_mode=True)) == ["U05"]
    desired = branch(U05="canary-new")
    assert go(settings, desired).outcome == "unchanged"
    assert_known_by_one(settings, scrypts, desired)


def test_a_call_that_changes_something_else_leaves_the_combined_fingerprint_as_it_is(settings, scrypts):
    before = Path(settings["fingerprints"]).read_bytes()
    assert go(settings, [DesiredRecord(MAIL_USER, "U05", {"job_title": "Clerk"})]).outcome == "applied"
    assert Path(settings["fingerprints"]).read_bytes() == before
    assert_known_by_one(settings, scrypts, branch())


def test_several_calls_of_a_play_are_each_exact(settings, scrypts):
    part = [user("U05", PASSWORDS["U05"]), user("U06", "canary-new")]
    assert sent(go(settings, part)) == ["U06"]
    assert sent(go(settings, branch())) == ["U06"]
    assert sent(go(settings, part)) == ["U06"]
    assert go(settings, part).outcome == "unchanged"
    desired = branch(U06="canary-new")
    assert go(settings, desired).outcome == "unchanged"
    assert_known_by_one(settings, scrypts, desired)


# What was never confirmed as set.


@pytest.mark.parametrize("group", ["remaining", "not_known"])
def test_passwords_that_were_not_set_are_in_no_combined_fingerprint(settings, scrypts, monkeypatch, group):
    desired = branch(U07="canary-new", U08="canary-new-2")

    def failing(_session, changes):
        rest = {"remaining": (), "not_known": (), group: changes}
        return Applied((), error="not today", **rest)

    with monkeypatch.context() as patched:
        patched.setattr(CommandSession, "_send", failing)
        assert go(settings, desired).outcome == "failed"
    assert "combined" not in kept(settings)
    assert sent(go(settings, desired, check_mode=True)) == ["U07", "U08"]
    assert sent(go(settings, desired)) == ["U07", "U08"]
    assert_known_by_one(settings, scrypts, desired)


@pytest.mark.parametrize("update_password", ["on_create", "on_change", "always"])
def test_what_is_combined_is_what_was_compared_or_sent(settings, scrypts, update_password):
    without_combined(settings)
    desired = branch(U07="canary-new")
    go(settings, desired, update_password=update_password)
    assert ("combined" in kept(settings)) is (update_password != "on_create")
    expected = ["U07"] if update_password == "on_create" else []
    assert sent(go(settings, desired, check_mode=True)) == expected


def test_a_fingerprint_that_somebody_removes_is_unverified_whatever_the_combined_one_says(settings):
    prints = kept(settings)["fingerprints"]
    del prints["mail_user/U09"]
    keep(settings, fingerprints=prints)
    outcome = go(settings, branch())
    assert sent(outcome) == ["U09"]
    assert [one["name"] for one in outcome.values["unverified"]] == ["U09"]


def test_a_fingerprint_that_somebody_replaces_makes_the_combined_one_void(settings):
    other = fingerprint("canary-by-hand")
    keep(settings, fingerprints={**kept(settings)["fingerprints"], "mail_user/U09": other})
    assert sent(go(settings, branch())) == ["U09"]


# The file.


@pytest.mark.parametrize(
    "damaged", [None, 5, "", "x", [], {"a": 1}, "scrypt$x", "scrypt$4096$8$1$AAAA$", "scrypt$99999999$8$1$AA==$AA=="]
)
def test_a_damaged_combined_fingerprint_is_as_good_as_none(settings, scrypts, damaged):
    keep(settings, combined=damaged)
    outcome = go(settings, branch())
    assert (outcome.outcome, outcome.warnings) == ("unchanged", [])
    assert_known_by_one(settings, scrypts, branch())


def test_a_combined_fingerprint_of_another_installation_matches_nothing(settings, scrypts):
    keep(settings, combined=fingerprint("of another"))
    assert sent(go(settings, branch(U07="canary-new"), check_mode=True)) == ["U07"]


def test_where_the_file_cannot_be_written_a_run_without_changes_goes_on_as_before(settings):
    without_combined(settings)
    before = Path(settings["fingerprints"]).read_bytes()
    lock = Path(f"{settings['fingerprints']}.lock")
    lock.unlink(missing_ok=True)
    lock.mkdir()
    outcome = go(settings, branch())
    assert (outcome.outcome, outcome.warnings) == ("unchanged", [])
    assert Path(settings["fingerprints"]).read_bytes() == before


def test_the_combined_fingerprint_holds_no_password_and_is_its_owners_only(settings):
    assert "canary" not in Path(settings["fingerprints"]).read_text()
    assert Path(settings["fingerprints"]).stat().st_mode & 0o777 == 0o600
    salts = [one.split("$")[4] for one in [kept(settings)["combined"], *kept(settings)["fingerprints"].values()]]
    assert len(set(salts)) == 21
