# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Absent records and former names in the files of a fleet: each finding once, with both of its places."""

from __future__ import annotations

import pytest
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.fleet import load_fleet
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.rendered import rendered_findings

FLEET = """\
plugin: fincon.mail.fleet
branches: b.yml
defaults:
  smtp_servers:
    - {name: HQ relay, mail_server: smtp.example.co.za, authenticate: false}
  user: {smtp_server: HQ relay}
"""
THANDI = "users:\n  - {user: THANDI, sender_name: T, sender_email: t@example.co.za}\n"


@pytest.fixture
def fleet(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def load(branch, text=FLEET):
        (tmp_path / "fincon.yml").write_text(text)
        (tmp_path / "b.yml").write_text(f"branch: b\ninstallation: {{backend: attended, ledger: l.yml}}\n{branch}")
        loaded = load_fleet("fincon.yml", lambda path: (tmp_path / path).read_text("utf-8"))
        return loaded, [str(finding) for finding in loaded.findings]

    return load


def test_a_branch_says_that_a_shared_definition_is_not_here(fleet):
    own = "smtp_servers:\n  - {name: hq RELAY, state: absent}\n"
    loaded, found = fleet(own + "users: []\n")
    assert found == []
    (server,) = loaded.branches[0].data["smtp_servers"]
    assert (server["name"], server["state"]) == ("HQ relay", "absent")


def test_an_absent_definition_that_a_declared_user_is_linked_to_is_one_error_with_both_places(fleet):
    own = "smtp_servers:\n  - name: HQ relay\n    state: absent\n"
    _loaded, found = fleet(own + THANDI)
    assert found == [
        "b.yml:4:5: smtp_servers[0] (smtp_server HQ relay): cannot be deleted: THANDI is linked to it; link the user "
        "to another definition first (see fincon.yml:6:10)"
    ]


def test_an_absent_user_may_be_linked_to_an_absent_definition_or_to_none(fleet):
    own = "smtp_servers:\n  - {name: HQ relay, state: absent}\n"
    _loaded, found = fleet(own + THANDI.replace("user: THANDI", "user: THANDI, state: absent, smtp_server: Nowhere"))
    assert found == []


def test_one_line_is_enough_for_an_absent_user_and_what_else_it_says_is_still_checked(fleet):
    _loaded, found = fleet("users:\n  - {user: THANDI, state: absent}\n")
    assert found == []
    _loaded, found = fleet("users:\n  - {user: THANDI, state: absent, sender_email: nonsense, colour: red}\n")
    assert [line.split(": ")[1] for line in found] == [
        "users[0].sender_email (mail_user THANDI)", "users[0].colour (mail_user THANDI)",
    ]  # fmt: skip


def test_a_state_that_is_none_is_named_with_its_words(fleet):
    _loaded, found = fleet("users:\n  - {user: THANDI, state: gone}\n")
    assert found == ["b.yml:4:20: users[0].state (mail_user THANDI): must be present or absent"]


def test_the_same_user_present_and_absent_is_declared_twice(fleet):
    _loaded, found = fleet(THANDI + "  - {user: thandi, state: absent}\n")
    assert len(found) == 1
    assert "(mail_user thandi): is declared twice; the first is at b.yml:4:5" in found[0]


def test_the_defaults_of_all_users_have_no_state(fleet):
    _loaded, found = fleet(THANDI, FLEET.replace("user: {", "user: {state: absent, "))
    assert [line.split(": ", 2)[1:] for line in found] == [["defaults.user.state", "is not a known key"]]


def test_a_user_who_is_linked_to_a_former_name_is_one_error_with_both_places(fleet):
    text = FLEET.replace("name: HQ relay,", "name: Mail relay, renamed_from: HQ relay,")
    _loaded, found = fleet(THANDI, text)
    assert found == [
        "fincon.yml:6:10: defaults.user.smtp_server (mail_user THANDI): is 'HQ relay', the former name of 'Mail relay'"
        "; write the new one (see fincon.yml:5:26)"
    ]
    _loaded, found = fleet(THANDI, text.replace("smtp_server: HQ relay", "smtp_server: Mail relay"))
    assert found == []


def test_an_old_name_that_is_declared_in_the_defaults_is_told_with_both_places(fleet):
    own = "smtp_servers:\n  - {name: Own relay, renamed_from: hq relay, mail_server: o.example.co.za}\n"
    _loaded, found = fleet(own + "users: []\n")
    assert len(found) == 1
    assert found[0].startswith("b.yml:4:23: smtp_servers[0].renamed_from (smtp_server Own relay): is 'HQ relay', ")
    assert found[0].endswith(" (see fincon.yml:5:7)")


def test_rendered_records_are_judged_alike(fleet):
    loaded, found = fleet("smtp_servers:\n  - {name: Own, state: '{{ s }}'}\n" + THANDI)
    assert found == []
    data = loaded.branches[0].data
    servers = [{**data["smtp_servers"][0], "state": "absent"}, {"name": "Own", "state": "nowhere"}]
    files = {"branch": "b.yml", "fleet": "fincon.yml"}
    lines = [str(item) for item in rendered_findings({**data, "smtp_servers": servers}, files)]
    assert any("must be present or absent" in line and line.startswith("b.yml:4:") for line in lines)
    assert any("cannot be deleted: THANDI is linked to it" in line for line in lines)


def test_a_list_that_is_not_given_is_none_and_an_empty_one_is_empty(fleet):
    nothing = "plugin: fincon.mail.fleet\nbranches: b.yml\n"
    (branch,) = fleet("", nothing)[0].branches
    assert (branch.data["smtp_servers"], branch.data["users"]) == (None, None)
    (branch,) = fleet("users: []\nsmtp_servers: []\n", nothing)[0].branches
    assert (branch.data["smtp_servers"], branch.data["users"]) == ([], [])
    (branch,) = fleet("")[0].branches
    assert [server["name"] for server in branch.data["smtp_servers"]] == ["HQ relay"]
