# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings of files, each with its place and in words."""

from __future__ import annotations

import pytest
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.check import (
    branch_findings,
    file_findings,
    not_a_template,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.source import Source

CANARY = "canary-8\x07"
READY = {
    "backend": "rest", "url": "https://x", "server_username": "a", "server_password": "b", "data_id": "C",
    "username": "d", "password": "e",
}  # fmt: skip


def found(text, kind="branch"):
    source = Source("b.yml", text)
    data, broken = source.load()
    assert broken == []
    return [str(finding) for _path, finding in file_findings(kind, data, source)]


def test_a_misspelt_field_is_found_with_its_place_and_a_suggestion():
    assert found("branch: b\nusers:\n  - user: THANDI\n    sender_nmae: x\n") == [
        "b.yml:4:5: users[0].sender_nmae (mail_user THANDI): is not a known key; did you mean 'sender_name'?"
    ]


def test_a_wrong_value_is_worded_as_the_check_of_values_words_it():
    (line,) = found("branch: b\nsmtp_servers:\n  - {name: HQ, port: 99999}\n")
    assert line == (
        "b.yml:3:16: smtp_servers[0].port (smtp_server HQ): must be a whole number from 1 to 65535, not 99999"
    )


def test_all_faults_of_a_file_are_found_in_its_order():
    lines = found("region: r\nuser: []\nusers:\n  - user: A\n    telephone: 27\n  - telephone: '1'\n")
    assert [line.split(": ")[0] for line in lines] == ["b.yml:1:1", "b.yml:2:1", "b.yml:5:5", "b.yml:6:5"]
    assert "did you mean 'users'?" in lines[1]
    assert "put it in quotes" in lines[2]
    assert lines[3].endswith("user must be given")


def test_a_faulty_password_is_not_shown():
    (line,) = found('branch: b\nusers: [{user: A, password: "canary-8\\a"}]\n')
    assert "without control characters" in line
    assert "canary" not in line


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[]", "must be a mapping"),
        ("plugin: x\nbranches: '*.yml'\n", "must be fincon.mail.fleet"),
        ("plugin: fincon.mail.fleet\nbranches: []\n", "must not be empty"),
        ("plugin: fincon.mail.fleet\n", "branches must be given"),
    ],
)
def test_a_faulty_fleet_file_says_what_it_must_be(text, words):
    (line,) = found(text, "fleet")
    assert line.endswith(words)


def test_an_unknown_backend_names_the_known_ones():
    (line,) = found("branch: b\ninstallation:\n  backend: soap\n")
    assert line.startswith("b.yml:3:3: installation.backend: must be one of ")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("branch: 101\n", "branch: must be text; put it in quotes"),
        ("branch: 2026-01-31\n", "branch: must be text; put it in quotes"),
        ("branch: b\nregion: no\n", "region: must be text; put it in quotes"),
        ("branch: b\nusers: [{user: A, sender_email: CANARY}]\n", "must be one e-mail address"),
        ("branch: b\nsmtp_servers: [{name: A, port: CANARY}]\n", "must be a whole number from 1 to 65535"),
        ("branch: b\nsmtp_servers: [{name: A, use_tls: CANARY}]\n", "must be true or false"),
    ],
)
def test_a_value_of_the_wrong_kind_is_told_without_repeating_it(text, words):
    (line,) = found(text)
    assert words in line
    assert "CANARY" not in line


def branch(users=(), servers=(), installation=None):
    return {"installation": installation or READY, "smtp_servers": list(servers), "users": list(users)}


def test_every_setting_that_the_backend_needs_is_named():
    lines = [str(item) for item in branch_findings(branch(installation={"backend": "rest"}), not_a_template)]
    assert "installation.server_password: is needed by the rest backend" in lines
    assert len(lines) == 6


@pytest.mark.parametrize("installation", ["{{ site }}", {"backend": "{{ way }}"}])
def test_an_installation_that_is_a_template_is_judged_once_it_is_rendered(installation):
    assert branch_findings(branch(installation=installation), not_a_template) == []


def test_templates_are_not_judged_before_they_are_rendered_and_are_afterwards():
    data = branch(servers=[{"name": "HQ", "mail_server": "{{ host name }}"}])
    assert branch_findings(data, not_a_template) == []
    assert [item.field for item in branch_findings(data, lambda _value: True)] == ["mail_server"]
