# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the variables of a host say of its branch."""

from __future__ import annotations

import pytest
from ansible.parsing.vault import EncryptedString
from ansible.template import trust_as_template
from ansible_collections.fincon.mail.plugins.plugin_utils._adopt.host import ledger_from, left_out, read
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.marked import Unsafe, Vaulted

VAULT = "$ANSIBLE_VAULT;1.1;AES256\n6162"
RESULT = {"smtp_servers": [{"name": "HQ"}], "users": [{"user": "THANDI"}]}


def host(written, rendered=None, **variables):
    """Read a host whose installation is written in one way and rendered in another."""
    common = {"ansible_connection": "local", "group_names": ["fincon"], "installed": RESULT, **variables}
    return read(
        "durban",
        "installed",
        {**common, "fincon_installation": written},
        {**common, "fincon_installation": written if rendered is None else rendered},
        "/srv/fleet",
        "/srv",
    )


def test_the_records_are_those_that_the_host_registered():
    item = host({"backend": "rest"})
    assert (item.branch, item.region, list(item.tags)) == ("durban", "", [])
    assert (item.smtp_servers, item.users) == (RESULT["smtp_servers"], RESULT["users"])
    assert item.vars == {}


def test_region_and_tags_come_from_variables_or_else_from_groups():
    groups = ["fincon", "region_coast", "tag_big", "tag_old"]
    item = host({"backend": "rest"}, group_names=groups)
    assert (item.region, list(item.tags)) == ("coast", ["big", "old"])
    said = {"fincon_region": "kwazulu-natal", "fincon_tags": ["x"], "fincon_branch": "dbn"}
    item = host({"backend": "rest"}, group_names=groups, **said)
    assert (item.branch, item.region, list(item.tags)) == ("dbn", "kwazulu-natal", ["x"])


def test_a_template_is_kept_as_it_is_written_and_a_text_that_is_none_never_becomes_one():
    item = host(
        {"password": trust_as_template("{{ vault_x }}"), "username": "{{ raw }}", "port": None},
        {"password": "c4nary", "username": "{{ raw }}", "port": None},
    )
    assert set(item.installation) == {"password", "username"}
    assert (item.installation["password"].written, item.installation["password"].value) == ("{{ vault_x }}", "c4nary")
    assert not isinstance(item.installation["password"].written, Unsafe)
    assert isinstance(item.installation["username"].written, Unsafe)


def test_a_vault_text_is_kept_encrypted():
    encrypted = EncryptedString(ciphertext=VAULT)
    given = host({"command": ["a", encrypted]}, {"command": ["a", "c4nary"]}).installation["command"]
    assert given.written == ["a", VAULT]
    assert isinstance(given.written[1], Vaulted)


def test_a_template_for_the_whole_installation_tells_nothing_of_its_settings():
    given = host(trust_as_template("{{ base }}"), {"backend": "rest"}).installation["backend"]
    assert (given.value, given.written) == ("rest", None)


def test_a_host_that_is_not_the_controller_brings_its_connection_but_no_password():
    reached = {
        "ansible_connection": "ssh",
        "ansible_host": trust_as_template("{{ jump }}"),
        "ansible_password": "c4nary",
    }
    assert host({"backend": "rest"}, **reached).vars == {"ansible_connection": "ssh", "ansible_host": "{{ jump }}"}


def test_a_host_without_a_connection_is_reached_by_ssh_and_not_made_local():
    item = read(
        "a", "installed", {"installed": RESULT, "fincon_installation": {}},
        {"group_names": [], "fincon_installation": {}}, "/srv/fleet", "/srv",
    )  # fmt: skip
    assert item.vars == {"ansible_connection": "ssh"}


@pytest.mark.parametrize(
    ("ledger", "expected"),
    [
        ("ledgers/a.yml", "../ledgers/a.yml"),
        ("/srv/ledgers/a.yml", "../ledgers/a.yml"),
        ("/srv/fleet/ledgers/a.yml", "ledgers/a.yml"),
        ("/var/lib/a.yml", "/var/lib/a.yml"),
        ("~/a.yml", "~/a.yml"),
    ],
)
def test_a_ledger_is_the_same_file_seen_from_the_fleet(ledger, expected):
    assert ledger_from(ledger, "/srv/fleet", "/srv") == expected
    assert host({"ledger": ledger}).installation["ledger"].value == expected
    assert host({"ledger": ledger}, ansible_connection="ssh").installation["ledger"].value == ledger


@pytest.mark.parametrize(
    ("variables", "reason"),
    [
        ({}, "nothing was read of it"),
        ({"installed": {"msg": "no connection"}}, "no connection"),
        ({"installed": {"unreachable": True, "msg": "no route"}}, "no route"),
        ({"installed": RESULT}, "nothing was read of it"),
        ({"installed": RESULT, "fincon_installation": {}}, ""),
    ],
)
def test_a_host_without_a_sound_result_is_left_out_with_its_reason(variables, reason):
    assert left_out(variables, "installed") == reason
