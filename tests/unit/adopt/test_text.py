# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of an adopted fleet, as text."""

from __future__ import annotations

import pytest
from ansible_collections.fincon.mail.plugins.plugin_utils._adopt.text import branch_text, fleet_text
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.marked import Unsafe, Vaulted
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.source import Source

BRANCH = {
    "branch": "durban",
    "region": "coast",
    "tags": ["big"],
    "installation": {"backend": "rest", "password": "{{ vault_x }}"},
    "smtp_servers": [],
    "users": [{"user": "LERATO", "sender_name": "Lerato Mokoena", "job_title": "", "email_enabled": True}],
    "vars": {},
}


def test_a_branch_file_reads_like_one_that_a_person_wrote():
    assert (
        branch_text(BRANCH)
        == """\
---
# yaml-language-server: $schema=../.schemas/branch.schema.json
# As it was installed. What this file does not say is in the defaults of the fleet file.
branch: durban
region: coast
tags:
  - big
installation:
  backend: rest
  password: "{{ vault_x }}"
users:
  - user: LERATO
    sender_name: Lerato Mokoena
    job_title: ""
    email_enabled: true
"""
    )


def test_a_fleet_file_names_its_plugin_and_leaves_out_defaults_that_are_none():
    assert fleet_text({}).endswith('plugin: fincon.mail.fleet\nbranches: "branches/*.yml"\n')
    assert fleet_text({"user": {"smtp_server": "HQ"}}).endswith("defaults:\n  user:\n    smtp_server: HQ\n")


@pytest.mark.parametrize(
    "text",
    [
        "no", "yes", "on", "y", "~", "null", "true", "1e3", "012", "0x1f", "1_000", "1:30", "12:30:45", "2026-11-24",
        "=", "<<", "-", "- a", "? a", "a: b", "a #b", "#a", "a:", " a", "a ", "'", '"', 'say "hi"', "O'Brien", "\\n",
        "+27215550100", "+27 21 555 0100", ".5", "0", "%a", "@a", "`a", "&a", "*a", "!a", "|", ">", "[a]", "{a: b}",
        "a, b", "Zoë, köks", "名前", "😀", "\u2028", "\ufeff", "\x7f", "\x85", "tab\there", "a" * 500 + " " + "b" * 500,
        "{{ x }}", "---", "...", "a\nb", "",
    ],
)  # fmt: skip
def test_any_text_is_read_back_as_it_was(text):
    data = {"branch": "a", "users": [{"user": text, text or "key": text}]}
    assert Source("a.yml", branch_text(data)).load() == (data, [])


def test_vault_texts_and_texts_that_are_no_templates_keep_their_tags():
    vault = "$ANSIBLE_VAULT;1.1;AES256\n6162\n6364"
    data = {"branch": "a", "users": [{"user": Unsafe('{{ "x" }} é'), "password": Vaulted(vault)}]}
    text = branch_text(data)
    assert "password: !vault |\n      $ANSIBLE_VAULT;1.1;AES256\n      6162\n" in text
    (record,) = Source("a.yml", text).load()[0]["users"]
    assert (type(record["user"]), record["user"]) == (Unsafe, '{{ "x" }} é')
    assert (type(record["password"]), record["password"].strip()) == (Vaulted, vault)


def test_the_order_of_the_data_is_that_of_the_file():
    swapped = dict(reversed(BRANCH.items()))
    assert [line for line in branch_text(swapped).splitlines() if line.startswith(("branch", "users"))] == [
        "users:",
        "branch: durban",
    ]
