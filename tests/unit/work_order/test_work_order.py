# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the pages of a work order are made of."""

from __future__ import annotations

import copy
import re

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._core.records import RESOURCES, SMTP_SERVER
from ansible_collections.fincon.mail.plugins.plugin_utils._work_order.view import css_text, markdown_text, work_order

from .orders import EVERYTHING, KGOSI, OLD_RELAY, OLDEST, PIETER, RELAY, SWITCH_OFF, THANDI, field, item, order_of


def entry_of(one, **options):
    return work_order(order_of(one), "cape-town", **options)["sections"][0]["entries"][0]


def test_the_work_is_told_window_by_window_in_the_order_in_which_it_can_be_done():
    view = work_order(EVERYTHING, "cape-town")
    assert [(section["kind"], [entry["item"] for entry in section["entries"]]) for section in view["sections"]] == [
        ("smtp_server", [1, 2]),
        ("mail_user", [3, 4]),
        ("mail_enabled", [5, 6]),
        ("mail_user_removal", [7]),
        ("smtp_server_removal", [8]),
    ]
    assert (view["number"], view["ordered"], view["branch"], view["count"]) == (3, "2026-11-24", "cape-town", 8)


def test_an_item_keeps_its_number_when_those_before_it_are_confirmed():
    view = work_order(order_of(PIETER, KGOSI), "cape-town")
    assert [entry["item"] for section in view["sections"] for entry in section["entries"]] == [4, 7]


def test_the_labels_come_in_the_order_of_the_window_whatever_the_order_of_the_changes():
    assert [shown["label"] for shown in entry_of(RELAY)["fields"]] == [
        "Mail Server", "Authenticate", "Username", "Password", "Port", "Use TLS",
    ]  # fmt: skip


@pytest.mark.parametrize("one", [RELAY, OLD_RELAY, THANDI, PIETER])
def test_a_field_is_either_changed_or_left_alone(one):
    entry = entry_of(one)
    changed = [change["field"] for change in one["fields"]]
    assert {shown["field"] for shown in entry["fields"]} == set(changed)
    every = [field.name for field in RESOURCES[one["resource"]].fields]
    assert [shown["field"] for shown in entry["untouched"]] == [name for name in every if name not in changed]


@pytest.mark.parametrize("one", [KGOSI, OLDEST, SWITCH_OFF])
def test_a_removal_and_a_switch_leave_nothing_to_leave_alone(one):
    assert entry_of(one)["untouched"] == []


@pytest.mark.parametrize(
    ("name", "value", "kind", "text"),
    [
        ("use_tls", True, "yes", ""),
        ("use_tls", False, "no", ""),
        ("use_tls", None, "empty", ""),
        ("port", 587, "text", "587"),
        ("bcc", "", "empty", ""),
        ("bcc", "a@b.example", "text", "a@b.example"),
        ("password", "set", "password", ""),
        ("password", "set, will change", "password", ""),
        ("password", "unset", "empty", ""),
    ],
)
def test_a_value_says_what_it_is_and_leaves_the_words_to_the_template(name, value, kind, text):
    shown = entry_of(item(1, "smtp_server", "HQ", "update", field(name, value, value)))["fields"][0]
    assert shown["have"] == shown["want"] == {"kind": kind, "text": text}


def test_only_an_item_of_an_earlier_order_says_since_when_it_waits():
    assert entry_of(OLD_RELAY)["pending_since"] == "2026-11-10"
    assert entry_of(RELAY)["pending_since"] == ""


def test_every_user_with_new_settings_or_a_new_switch_has_to_log_in_again_once():
    assert work_order(EVERYTHING, "cape-town")["relogin_users"] == ["ANNA", "KGOSI", "PIETER", "THANDI"]


def test_every_field_without_a_documented_label_says_what_it_is_for_and_is_marked():
    for resource in RESOURCES.values():
        one = item(1, resource.name, "X", "update", *(field(row.name, None, "x") for row in resource.fields))
        for shown, row in zip(entry_of(one)["fields"], resource.fields, strict=True):
            assert shown["documented"] == bool(row.label), row.name
            assert len(shown["label"]) > 2, row.name


def test_only_the_window_of_definitions_is_documented_until_a_site_names_the_others():
    view = work_order(EVERYTHING, "cape-town")
    assert [section["window"] for section in view["sections"]] == [
        "System / Mail Settings / SMTP Settings", "", "", "", "System / Mail Settings / SMTP Settings",
    ]  # fmt: skip
    assert view["undocumented"]
    assert not work_order(order_of(RELAY, OLDEST), "cape-town")["undocumented"]

    labels = {row.name: f"L {row.name}" for name in ("mail_user", "mail_enabled") for row in RESOURCES[name].fields}
    windows = {"mail_user": "System / A", "mail_enabled": "System / B"}
    assert work_order(EVERYTHING, "cape-town", windows=windows)["undocumented"]
    told = work_order(EVERYTHING, "cape-town", windows=windows, labels=labels)
    assert [section["window"] for section in told["sections"]][1:4] == ["System / A", "System / B", "System / A"]
    assert told["sections"][1]["entries"][0]["fields"][0]["label"] == "L smtp_server"
    assert told["sections"][0]["entries"][0]["fields"][2]["label"] == "Username", "Fincon's own label stays"
    assert not told["undocumented"]


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ({"sender_nam": "x"}, "fincon_work_order_labels.sender_nam is not a field of a user's windows; did you mean"),
        ({"port": "x"}, "fincon_work_order_labels.port is not a field of a user's windows; known are smtp_server,"),
    ],
)
def test_a_label_of_an_unknown_field_is_refused(labels, said):
    with pytest.raises(FinconError, match=re.escape(said)):
        work_order(EVERYTHING, "cape-town", labels=labels)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            {"contact": {"telefone": "x"}},
            "fincon_work_order_contact.telefone is not a known key; did you mean 'telephone'",
        ),
        (
            {"contact": {"fax": "x"}},
            "fincon_work_order_contact.fax is not a known key; known are name, telephone, email",
        ),
        ({"contact": "P. Naidoo"}, "fincon_work_order_contact must be a mapping of name, telephone, email"),
        ({"contact": {"email": "a@b.example?bcc=c@d.example&x"}}, "fincon_work_order_contact.email must be one e-mail"),
        ({"due_days": "soon"}, "fincon_work_order_due_days must be a number of days from 0 to 365, not 'soon'"),
        ({"due_days": -1}, "fincon_work_order_due_days must be a number of days from 0 to 365, not -1"),
    ],
)
def test_what_is_no_contact_or_no_number_of_days_is_refused(options, said):
    with pytest.raises(FinconError, match=re.escape(said)):
        work_order(EVERYTHING, "cape-town", **options)


def test_the_day_by_which_it_is_due_is_counted_from_the_day_of_the_order():
    assert work_order(EVERYTHING, "cape-town", due_days=7)["due"] == "2026-12-01"
    assert work_order(EVERYTHING, "cape-town", due_days="7")["due"] == "2026-12-01", "as -e gives it"
    assert work_order(EVERYTHING, "cape-town")["due"] == ""


def test_an_unknown_markup_is_refused():
    with pytest.raises(FinconError, match="markup must be one of html, markdown, not 'latex'"):
        work_order(EVERYTHING, "cape-town", "latex")


def test_a_password_is_shown_only_when_the_records_are_given():
    records = {
        "smtp_servers": [{"name": "hq RELAY", "password": "c4nary-relay"}, {"name": "Other", "password": "c4nary-o"}],
        "users": [{"user": "thandi", "password": "c4nary-thandi"}, {"user": "PIETER"}],
    }
    view = work_order(EVERYTHING, "cape-town", records=records)
    wanted = {
        entry["name"]: shown["want"]["text"]
        for section in view["sections"]
        for entry in section["entries"]
        for shown in entry["fields"]
        if shown["field"] == "password"
    }
    assert wanted == {"HQ relay": "c4nary-relay", "THANDI": "c4nary-thandi", "PIETER": "", "KGOSI": ""}
    assert view["passwords"] == "shown"
    assert "c4nary" not in repr(work_order(EVERYTHING, "cape-town"))


@pytest.mark.parametrize(("one", "state"), [(RELAY, "separate"), (OLD_RELAY, "none"), (KGOSI, "none")])
def test_it_is_known_whether_passwords_have_to_be_handed_over(one, state):
    assert work_order(order_of(one), "cape-town")["passwords"] == state


def test_the_command_of_the_administrator_quotes_a_strange_name():
    assert work_order(EVERYTHING, "cape-town", "markdown")["confirm"] == (
        "ansible-playbook -i fleet/fincon.yml fincon.mail.confirm -e fincon_order=3 --limit cape-town"
    )
    # Ansible takes the blank in --limit 'a b<c' for the end of a pattern.
    assert work_order(EVERYTHING, "a b<c", "markdown")["confirm"].endswith("""-e '{"fincon_replies": {"a b<c": 3}}'""")
    assert work_order(EVERYTHING, "a b<c")["confirm"].endswith("{&quot;a b&lt;c&quot;: 3}}&#x27;")


def test_the_order_that_was_given_is_left_as_it_was():
    order = copy.deepcopy(EVERYTHING)
    work_order(order, "cape-town", records={"users": [{"user": "THANDI", "password": "c4nary"}]})
    assert order == EVERYTHING


@pytest.mark.parametrize("markup", ["html", "markdown"])
def test_every_text_of_people_is_escaped(markup):
    bad = "<i>|`x`|</i>"
    secret = field("password", "unset", "set")
    one = item(1, SMTP_SERVER.name, bad, "update", field("bcc", bad, bad), secret, since=bad)
    records = {"smtp_servers": [{"name": bad, "password": bad}]}
    view = work_order(order_of(one), bad, markup, company=bad, records=records, title=bad, contact={"name": bad})
    assert view["passwords"] == "shown"
    commands = {name: "" for name in view if name.startswith("confirm")}
    assert bad not in repr({**view, **commands})


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("a|b", r"a\|b"),
        ("`code`", r"\`code\`"),
        ("*b* _i_ ~~s~~", r"\*b\* \_i\_ \~\~s\~\~"),
        ("[x](y)", r"\[x\](y)"),
        ("<script>", r"\<script\>"),
        ("&lt; &#60;", r"\&lt; \&\#60;"),
        ("Main & Sons", "Main & Sons"),
        ("back\\slash", "back\\\\slash"),
        ("two\n lines", "two lines"),
        ("Zoë Müller 東京", "Zoë Müller 東京"),
    ],
)
def test_markdown_shows_a_text_as_it_stands(text, escaped):
    assert markdown_text(text) == escaped


@pytest.mark.parametrize("text", ['"; } </style>', "\\", "a\nb", "Zoë", "{}", "東京"])
def test_a_text_cannot_leave_its_string_of_css(text):
    escaped = css_text(text)
    assert re.fullmatch(r"([A-Za-z0-9 _.-]|\\[0-9a-f]{1,6} )*", escaped)
    assert re.sub(r"\\([0-9a-f]+) ", lambda found: chr(int(found[1], 16)), escaped) == text


PROOF = {"proof_to": "audit@example.co.za", "plus_addresses": True}


def proof_of(*items, branch="soweto", **options):
    return work_order(order_of(*items), branch, **{**PROOF, **options})["proof"]


def test_at_the_end_each_user_who_still_sends_e_mails_a_document_to_the_address_of_the_order():
    assert proof_of(*EVERYTHING["items"]) == {
        "address": "audit+soweto-3@example.co.za",
        "users": ["PIETER", "THANDI"],
    }
    settings_of_anna = item(9, "mail_user", "ANNA", "update", field("sender_name", "A", "Anna"))
    assert proof_of(SWITCH_OFF, settings_of_anna) is None, "who is switched off sends nothing"


def test_an_order_of_definitions_alone_is_proven_by_any_user_and_one_of_removals_by_nobody():
    assert proof_of(RELAY) == {"address": "audit+soweto-3@example.co.za", "users": []}
    assert proof_of(KGOSI, OLDEST) is None


def test_the_end_adds_no_item_and_changes_no_number():
    plain, proving = work_order(EVERYTHING, "soweto"), work_order(EVERYTHING, "soweto", **PROOF)
    assert plain["proof"] is None
    assert {**proving, "proof": None} == plain


@pytest.mark.parametrize(
    ("branch", "options", "address"),
    [
        ("soweto", {"plus_addresses": False}, "audit@example.co.za"),
        ("soweto", {"proof_to": "audit+fincon@example.co.za"}, "audit+fincon+soweto-3@example.co.za"),
        ("Cape.Town_2", {}, "audit+cape.town_2-3@example.co.za"),
        ("cape town", {}, "audit@example.co.za"),
        ("東京", {}, "audit@example.co.za"),
        ("x..y", {}, "audit@example.co.za"),
        ("x" * 55, {}, f"audit+{'x' * 55}-3@example.co.za"),
        ("x" * 57, {}, "audit@example.co.za"),
    ],
)
def test_an_order_has_an_address_of_its_own_where_a_local_part_can_hold_its_name(branch, options, address):
    assert proof_of(THANDI, branch=branch, **options)["address"] == address


def test_what_is_no_address_is_refused():
    with pytest.raises(FinconError, match="fincon_evidence_address must be one e-mail address, not 'audit'"):
        proof_of(THANDI, proof_to="audit")
