# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mistakes that a fleet used to take for something else."""

from __future__ import annotations

import pytest
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.content import content_of, text_of
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.fleet import load_fleet

from .conftest import FLEET, branch_text, lines


def test_names_that_differ_only_in_case_are_one_name(fleet):
    loaded = fleet({"a": branch_text("durban"), "b": branch_text("Durban")})
    assert "branches/b.yml:1:1: branch: 'Durban' is also the name of branches/a.yml" in "\n".join(lines(loaded))


@pytest.mark.parametrize("name", ["all", "ungrouped", "localhost", "fincon"])
def test_a_branch_cannot_have_a_name_of_ansible(fleet, name):
    (line,) = lines(fleet({"a": branch_text(name)}))
    assert line == (
        "branches/a.yml:1:1: branch: is a name that Ansible or this collection uses itself; choose another one"
    )


def test_a_pattern_that_matches_a_folder_is_found_at_its_place(fleet):
    (line,) = lines(fleet({"a": branch_text("a")}, FLEET.replace("branches: branches/*.yml", "branches: branches")))
    assert line == (
        "fincon.yml:2:1: branches: 'branches' matches a folder (branches); name files, for example 'branches/*.yml'"
    )


@pytest.mark.parametrize(
    ("written", "warned"),
    [
        ("CANARY #x", True),
        ("CANARY # of the relay", True),
        ("CANARY#x", False),
        ("'CANARY #x'", False),
        ('"{{ vault_x }}"  # in the vault', False),
    ],
)
def test_a_password_that_a_comment_cuts_off_is_warned_of(fleet, written, warned):
    user = "  - user: THANDI\n    username: t\n    sender_name: N\n    sender_email: n@example.co.za\n"
    user += f"    password: {written}\n"
    found = lines(fleet({"a": branch_text("a", user)}))
    assert len(found) == warned
    assert not warned or found[0].startswith("branches/a.yml:8:22: what follows this # is a comment")
    assert "CANARY" not in "".join(found)


#: A user, whose lines are indented with four spaces.
LINES = "  - user: THANDI\n    sender_name: N\n    sender_email: n@example.co.za\n"


@pytest.mark.parametrize(
    ("written", "mistyped", "found"),
    [
        ("branch: a", "branch a", "1:1: a colon is missing in this line, after its key"),
        ("branch: a", "branch:a", "1:7: a space is missing after this colon"),
        ("  - user: THANDI", "  - user:THANDI", "4:9: a space is missing after this colon"),
        ("  - user: THANDI", "  -user: THANDI", "4:3: a space is missing after this dash"),
        ("    sender_name: N", "    sender_name:CANARY", "5:16: a space is missing after this colon"),
        (
            "    sender_name",
            "      sender_name",
            "5:7: the line above has its value already: this line must not be indented further",
        ),
        (
            "    sender_name",
            "\u00a0   sender_name",
            "5:1: a no-break space (U+00A0) is no space for YAML: type a plain space instead",
        ),
        (
            "sender_name: N",
            "sender_name:\u00a0CANARY",
            "5:17: a no-break space (U+00A0) is no space for YAML: type a plain space instead",
        ),
        ("    sender_name", "\t  sender_name", "5:1: a tab is not allowed here: indent with spaces"),
        ("N\n", "? CANARY\n", "5:18: a text that begins with ? and a space must be in quotes"),
        (
            "N\n",
            "- CANARY\n",
            "5:18: a text that begins with - must be in quotes; a list begins in the next line",
        ),
        ("users:", "...\nusers:", "4:1: a second document begins here; a file holds one"),
        (
            "sender_name: N",
            "sender_name: &CANARY",
            "5:18: users[0].sender_name (mail_user THANDI): a text that begins with & must be in quotes",
        ),
        (
            "sender_name:",
            "sender\u200b_name:",
            "5:5: users[0] (mail_user THANDI): a key that is not known; it has a zero width space (U+200B) in it: "
            "type it again",
        ),
    ],
)
def test_a_mistyped_line_is_one_error_at_its_place(fleet, written, mistyped, found):
    text = branch_text("a", LINES).replace(written, mistyped, 1)
    (line,) = lines(fleet({"a": text}, FLEET.replace("user: {smtp_server: HQ relay}", "user: {job_title: X}")))
    assert line == f"branches/a.yml:{found}"


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ("users: {THANDI: {}}\n", "3:1: users: must be a list; begin each entry with a dash and a space"),
        ("users:\n  -user: X\n", "3:1: users: must be a list; a space is missing after a dash"),
        ("users: ['user:X']\n", "3:9: users[0]: must be a mapping; a space is missing after a colon"),
        (
            "users: [{'user:X':  , user: X, username: u, password: '{{ p }}'}]\n",
            "3:10: users[0] (mail_user X): a key that is not known; a space",
        ),
        ("users: [{user: X, username: ab,8675309}]\n", "3:32: users[0] (mail_user X): a key has to be text: put the"),
        ("users: []\n2026: x\n", "4:1: a key has to be text: put it in quotes"),
        ("users: []\nvars: {no: x}\n", "4:8: vars: a key has to be text: put it in quotes"),
        ("users: !vault [x]\n", "3:8: users: !vault belongs before a text, and not before a list or a mapping"),
    ],
)
def test_what_is_not_a_list_a_mapping_or_a_key_is_found_with_what_to_do(fleet, more, found):
    (line,) = lines(fleet({"a": f"branch: a\ninstallation: {{data_id: a}}\n{more}"}))
    assert line.startswith(f"branches/a.yml:{found}")
    assert "8675309" not in line


def test_within_a_variable_a_key_may_be_a_number(fleet):
    loaded = fleet({"a": branch_text("a", more="vars: {ports: {25: smtp}}\n")})
    assert not lines(loaded)
    assert loaded.branches[0].data["vars"]["ports"] == {25: "smtp"}


def test_what_the_defaults_hold_has_its_place_told(fleet):
    (line,) = lines(fleet({"a": branch_text("a")}, FLEET + "smtp_servers: []\n"))
    assert line == "fincon.yml:15:1: smtp_servers: is not a known key; it belongs below defaults"


def test_utf_16_without_a_mark_is_one_error(fleet, tmp_path):
    fleet({"a": branch_text("a").encode("utf-16-le")})
    (line,) = lines(load_fleet("fincon.yml", lambda path: text_of(content_of(path))))
    assert line == "branches/a.yml:1:1: the file cannot be read: it is UTF-16, not UTF-8; save it as UTF-8"


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ('"a\\u202Eb"', "has a right-to-left override (U+202E) as character 2; delete it, or type the text again"),
        ("|\n  Cape Town", "must be text on one line, without control characters"),
    ],
)
def test_a_title_is_a_visible_text_on_one_line(fleet, title, found):
    (line,) = lines(fleet({"a": branch_text("a", more=f"title: {title}\n")}))
    assert line == f"branches/a.yml:3:1: title: {found}"


@pytest.mark.parametrize(
    ("written", "column", "found"),
    [
        ("vault_canary", 15, "this is taken as the secret itself"),
        ("'vault_canary'", 15, "this is taken as the secret itself"),
        ("${canary}", 15, "this is taken as the secret itself"),
        ("'{ canary }'", 15, "this is taken as the secret itself"),
        ("\u201ccanary\u201d", 15, "these typographic quotes are a part of the text"),
        ("\u201c{{ canary }}\u201d", 15, "these typographic quotes are a part of the text"),
        ("&canary x", 15, "this & begins an anchor that nothing uses"),
    ],
)
def test_what_is_probably_not_meant_as_it_is_read_is_warned_of(fleet, written, column, found):
    user = f"  - user: THANDI\n    username: t\n    password: {written}\n{LINES.partition(chr(10))[2]}"
    (line,) = lines(fleet({"a": branch_text("a", user)}))
    assert line.startswith(f"branches/a.yml:6:{column}: {found}")
    assert "canary" not in line


def test_quotes_within_a_text_and_an_anchor_that_is_used_are_no_mistakes(fleet):
    user = (
        "  - user: THANDI\n    username: t\n    password: &p '{{ vault_p }}'\n    job_title: a \u201cboss\u201d x\n"
        "    user_field_1: *p\n" + LINES.partition("\n")[2]
    )
    assert not lines(fleet({"a": branch_text("a", user)}))
