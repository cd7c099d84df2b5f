# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Installations, copied without their secrets."""

from __future__ import annotations

from ansible_collections.fincon.mail.plugins.plugin_utils._adopt.installations import Given, copied
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.marked import Unsafe, Vaulted

CANARY = "c4nary-server-Pk5"
VAULT = "$ANSIBLE_VAULT;1.1;AES256\n6162"


def copy(**settings):
    return copied({"durban": settings})["durban"]


def test_a_secret_that_is_a_template_stays_that_template():
    assert copy(password=Given(CANARY, "{{ vault_fincon }}")) == {"password": "{{ vault_fincon }}"}


def test_a_secret_that_is_a_vault_text_stays_encrypted():
    (value,) = copy(password=Given(CANARY, Vaulted(VAULT), VAULT)).values()
    assert (type(value), value) == (Vaulted, VAULT)


def test_a_secret_that_a_template_found_in_a_vault_stays_a_template():
    assert copy(password=Given(CANARY, "{{ vault_x }}", VAULT)) == {"password": "{{ vault_x }}"}


def test_a_secret_of_which_only_the_vault_text_is_known_is_that_vault_text():
    assert copy(password=Given(CANARY, None, VAULT)) == {"password": VAULT}


def test_a_secret_in_clear_becomes_a_placeholder():
    for written in (CANARY, None, Unsafe(f"{{{{{CANARY}"), "{{ x | default('" + CANARY + "') }}"):
        value = str(written) if isinstance(written, Unsafe) else CANARY
        assert copy(server_password=Given(value, written)) == {"server_password": "CHANGEME-server_password"}


def test_branches_with_one_secret_share_a_placeholder_and_another_has_its_own():
    given = {name: {"password": Given(CANARY, CANARY)} for name in ("cape-town", "durban")}
    given["polokwane"] = {"password": Given("c4nary-other", "c4nary-other")}
    assert {name: item["password"] for name, item in copied(given).items()} == {
        "cape-town": "CHANGEME-password",
        "durban": "CHANGEME-password",
        "polokwane": "CHANGEME-password-of-polokwane",
    }


def test_other_settings_are_rendered_since_their_variables_may_be_those_of_the_host():
    assert copy(data_id=Given("DURBAN", "{{ company }}"), timeout=Given(30.0, 30.0)) == {
        "data_id": "DURBAN",
        "timeout": 30.0,
    }


def test_a_setting_that_came_out_of_a_vault_goes_back_into_it():
    assert copy(username=Given("ANSIBLE", Vaulted(VAULT), VAULT)) == {"username": VAULT}


def test_a_command_is_copied_as_it_is_written():
    written = ["/opt/adapter", "--token={{ vault_token }}"]
    assert copy(command=Given(["/opt/adapter", f"--token={CANARY}"], written)) == {"command": written}


def test_a_rendered_text_that_looks_like_a_template_is_never_one():
    (value,) = copy(data_id=Given("{{ x }}", "{{ y }}")).values()
    assert isinstance(value, Unsafe)


def test_the_settings_come_in_the_order_of_the_table():
    given = {name: Given("x", "{{ x }}") for name in ("password", "odd", "data_id", "url", "backend", "ledger")}
    assert list(copied({"a": given})["a"]) == ["backend", "ledger", "url", "data_id", "password", "odd"]


def test_a_setting_does_not_show_its_value():
    assert "c4nary" not in repr(Given(CANARY, CANARY))
