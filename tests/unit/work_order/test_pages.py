# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pages of a work order, as the role's templates make them."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from .orders import EVERYTHING, KGOSI, OLD_RELAY, OLDEST, PIETER, RELAY, SWITCH_OFF, THANDI, field, item, order_of, page

BAD = '<script>alert("1")</script> | `x` *y* _z_ [a](b) & Zoë 東京'
HOSTILE = order_of(
    item(1, "smtp_server", BAD, "update", field("bcc", BAD, BAD)),
    item(2, "mail_user", "THANDI", "update", field("sender_name", BAD, BAD)),
)
VOID = {"meta", "input", "link", "br", "img", "wbr"}


class Page(HTMLParser):
    """What a browser makes of a page: elements with their attributes, and the text of each element."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
            self.texts.setdefault(tag, []).append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, f"</{tag}> ends something else"

    def handle_data(self, data):
        for tag in set(self.open):
            self.texts[tag][-1] += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.mark.parametrize("markup", ["html", "markdown"])
def test_the_same_order_makes_the_same_page_and_nothing_in_it_depends_on_the_run(markup):
    turned = order_of(*({**one, "fields": one["fields"][::-1]} for one in EVERYTHING["items"]))
    assert page(markup) == page(markup) == page(markup, turned)
    assert not re.search(r"/(home|root|tmp|work|usr)/", page(markup))


@pytest.mark.parametrize("markup", ["html", "markdown"])
def test_number_branch_date_and_company_are_on_the_page(markup):
    text = page(markup, company="Main")
    for shown in (
        "cape-town",
        "2026-11-24",
        "Main",
        "ansible-playbook -i fleet/fincon.yml fincon.mail.confirm -e fincon_order=3",
    ):
        assert shown in text
    assert "in the company Main" in text
    assert "at this branch" in page(markup), "where the site names no company"
    if markup == "html":
        assert Page(text).texts["h1"] == ["Work order CAPE-TOWN-3"]
        assert Page(text).texts["title"] == ["CAPE-TOWN-3: work order"]
        assert '@bottom-left { content: "Work order CAPE-TOWN-3"' in text, "loose sheets can be told apart"
    else:
        assert text.startswith("# Work order CAPE-TOWN-3\n")


@pytest.mark.parametrize("markup", ["html", "markdown"])
def test_the_branch_has_a_name_for_people_and_the_page_says_whom_to_ask_and_by_when(markup):
    contact = {"name": "P. Naidoo", "telephone": "021 555 0100", "email": "p.naidoo@example.co.za"}
    text = page(markup, title="Long Street, first floor", contact=contact, due_days=7)
    text = "".join(Page(text).texts["body"]) if markup == "html" else text
    for shown in ("Long Street, first floor", "cape-town", *contact.values(), "2026-12-01"):
        assert shown in text, shown
    for absent in ("Questions", "Due by", "the reply by", "Write it as an e-mail"):
        assert absent not in page(markup), "where nobody is named and no day is set"
    assert "Telephone" not in page(markup, contact={"name": "P. Naidoo"})


@pytest.mark.parametrize("markup", ["html", "markdown"])
@pytest.mark.parametrize(
    ("one", "said"),
    [
        (RELAY, ["Create the definition HQ relay", "System / Mail Settings / SMTP Settings", "Enter",
                 "The SMTP definition does not exist – do you want to create it?", "Yes", "Accept",
                 "Leave empty: Time Out (Seconds), BCC"]),
        (OLD_RELAY, ["Change the definition Old relay", "Port", "25", "587", "nothing: empty the field", "Accept",
                     "Pending since 2026-11-10", "Leave as they are: Mail Server, Authenticate"]),
        (OLDEST, ["Delete the definition Oldest", "mail.example", "Fincon's help does not say how"]),
        (THANDI, ["Enter the settings of user THANDI", "Sender's name", "Thandi Nkosi", "THANDI",
                  "the password that you were given separately", "log out of Fincon and in again"]),
        (PIETER, ["Change the settings of user PIETER", "Leave all other fields as they are"]),
        (KGOSI, ["Clear the settings of user KGOSI", "Empty the fields", "Kgosi"]),
        (SWITCH_OFF, ["Switch e-mail off for user ANNA", "the one in which e-mail is enabled or disabled"]),
    ],
    ids=lambda value: f"{value['action']}-{value['resource']}" if isinstance(value, dict) else "",
)  # fmt: skip
def test_an_item_says_all_that_a_person_has_to_do(markup, one, said):
    text = page(markup, order_of(one))
    if markup == "html":
        text = "".join(Page(text).texts["html"])
    plain = re.sub(r"\s+", " ", re.sub(r"\*\*|(?<=\s)\*|\*(?=\s)|†|\\", "", text)).casefold()
    for words in said:
        assert words.casefold() in plain, words


def test_every_item_has_its_box_to_tick_in_both_pages():
    boxes = [box["aria-label"] for box in Page(page("html")).all("input") if box.get("type") == "checkbox"]
    assert boxes[:8] == [f"Item {number} is done" for number in range(1, 9)]
    assert len(boxes) == 8 + 4, "and each user who has to log in again"
    assert page("markdown").count("- [ ] ") == 8 + 4


def test_the_page_needs_nothing_but_itself_and_runs_no_script_but_its_own():
    everywhere = {
        "company": BAD,
        "title": BAD,
        "contact": {"name": BAD, "telephone": BAD},
        "labels": {"sender_name": BAD},
    }
    found = Page(page("html", HOSTILE, BAD, **everywhere))
    assert found.texts["script"] == Page(page("html")).texts["script"], "no text of an order is in the script"
    assert [meta["content"] for meta in found.all("meta") if meta.get("http-equiv") == "Content-Security-Policy"] == [
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    ]
    assert not found.all("link")
    assert not found.all("img")
    for tag, attributes in found.elements:
        assert not {"src", "srcset", "style"} & set(attributes), tag
        assert not [name for name in attributes if name.startswith("on")], tag
        assert tag != "a" or attributes["href"] == "#unknown"
    assert "url(" not in "".join(found.texts["style"])
    assert "@import" not in "".join(found.texts["style"])


def test_the_page_is_readable_for_everyone():
    found = Page(page("html"))
    assert found.all("html") == [{"lang": "en"}]
    assert found.all("meta")[1]["content"] == "width=device-width, initial-scale=1"
    assert all(header.get("scope") for header in found.all("th"))
    names = [attributes["id"] for _tag, attributes in found.elements if "id" in attributes]
    assert len(names) == len(set(names))
    assert {attributes["aria-labelledby"] for attributes in found.all("section")} <= set(names)
    assert len(found.texts["h1"]) == 1


def test_the_note_about_the_mark_is_there_exactly_when_the_mark_is():
    for order in (EVERYTHING, order_of(RELAY), order_of(OLDEST)):
        found = Page(page("html", order))
        assert bool(found.all("a")) == any(item.get("id") == "unknown" for item in found.all("p"))
        assert "".join(found.texts["body"]).count("†") == 2 * bool(found.all("a")), "one mark and one note"
        assert page("markdown", order).count("†") == 2 * bool(found.all("a"))


def test_a_hostile_text_is_shown_as_it_stands():
    found = Page(page("html", HOSTILE, BAD, company=BAD))
    assert found.texts["kbd"].count(BAD) == 5, "the name, and the old and the new value of both items"
    assert found.texts["title"] == [f"{BAD.upper()}-3: work order"]
    assert found.all("body")[0]["data-branch"] == BAD


def test_a_hostile_text_breaks_no_table_of_markdown():
    text = page("markdown", HOSTILE, company=BAD)
    rows = [re.sub(r"\\.", "", line) for line in text.splitlines() if line.lstrip().startswith("|")]
    assert {row.count("|") for row in rows} == {4}
    assert {line.count("|") for line in page("markdown", order_of(KGOSI, PIETER)).splitlines() if "|" in line} == {4, 5}
    assert "<script>" not in text
    assert not re.search(r"(?<!\\)[`]x", text)


@pytest.mark.parametrize("markup", ["html", "markdown"])
def test_passwords_stand_on_a_page_only_with_the_warning_to_destroy_it(markup):
    records = {"smtp_servers": [{"name": "HQ relay", "password": "c4nary-relay"}], "users": []}
    shown, hidden = page(markup, records=records), page(markup)
    assert "c4nary-relay" in shown
    assert "destroy it" in shown
    assert "the password that you were given separately" in shown, "a password that is not declared any more"
    assert "c4nary" not in hidden
    assert "destroy it" not in hidden
    assert "ask your administrator" in hidden
    assert "password" not in page(markup, order_of(SWITCH_OFF)).casefold(), "where none is needed, none is spoken of"


def test_sixty_items_are_sixty_boxes_with_each_instruction_once():
    users = [item(n, "mail_user", f"USER{n}", "update", field("telephone", "", str(n))) for n in range(1, 61)]
    text = page("html", order_of(*users))
    assert len(Page(text).all("article")) == 60
    assert text.count("Open the user.") == 1


def test_addresses_break_after_their_at_sign_and_their_dots_only_and_are_copied_whole():
    address = "first.last@west-cape.example.co.za"
    text = page("html", order_of(item(1, "smtp_server", "HQ", "update", field("username", "", address))))
    (shown,) = re.findall(r"<kbd>(.*?)</kbd>", text[text.index('class="want"') :])[:1]
    parts = [re.sub(r"</?span[^>]*>", "", part) for part in shown.split("<wbr>")]
    assert parts == ["first.", "last@", "west-cape.", "example.", "co.", "za"]
    assert address in Page(text).texts["kbd"]


def test_off_and_clear_look_different_from_on_and_enter():
    found = Page(page("html"))
    verbs = [words["class"] for words in found.all("span") if (words.get("class") or "").startswith("verb")]
    assert verbs == [f"verb {word}" for word in ("enter", "change", "enter", "on", "off", "clear", "delete")]
    style = "".join(found.texts["style"])
    assert ".verb.off, .verb.clear, .verb.delete { background: #000;" in style


@pytest.mark.parametrize("markup", ["html", "markdown"])
def test_new_passwords_only_and_cleared_users_are_lines_of_one_table(markup):
    passwords = [
        item(n, "mail_user", f"USER{n}", "update", field("password", "set", "set, will change")) for n in (1, 2, 3)
    ]
    gone = [{**KGOSI, "item": n, "name": f"LEAVER{n}"} for n in (4, 5)]
    text = page(markup, order_of(*passwords, *gone))
    tables = text.count("<table") if markup == "html" else len(re.findall(r"^\|---", text, re.MULTILINE)) - 1
    assert tables == 2
    for number in (1, 2, 3):
        assert f"separately for CAPE-TOWN-3, item {number}" in text, "each password has its reference"
    assert "nothing: empty the field" not in text


@pytest.mark.parametrize("markup", ["html", "markdown"])
def test_the_page_says_why_users_log_in_again_and_that_nothing_is_known_of_changed_definitions(markup):
    said = "takes effect only after that user has logged out and in again"
    for order, logins, definitions in (
        (EVERYTHING, True, True),
        (order_of(OLD_RELAY), False, True),
        (order_of(RELAY), False, False),
    ):
        text = " ".join(page(markup, order).split())
        assert (said in text) is logins
        assert ("For a changed SMTP definition it names no such step" in text) is definitions


def test_the_commands_are_for_the_administrator_on_a_sheet_of_their_own():
    found = Page(page("html"))
    assert ".office { margin-top: 0; break-before: page; }" in "".join(found.texts["style"])
    (office,) = found.texts["footer"]
    assert "".join(found.texts["body"]).count("ansible-playbook") == office.count("ansible-playbook") == 3


@pytest.mark.parametrize("markup", ["html", "markdown"])
def test_the_last_thing_before_the_signature_is_an_e_mail_to_the_audit_address(markup):
    text = page(markup, proof_to="audit@example.co.za", plus_addresses=True)
    assert "At the end: send an e-mail" in text
    assert text.index("Log out and in again") < text.index("At the end: send an e-mail") < text.index("Done by")
    assert "At the end" not in page(markup)
    if markup == "html":
        made = Page(text)
        boxes = [attributes for attributes in made.all("input") if attributes.get("type") == "checkbox"]
        assert [box["data-proof"] for box in boxes if "data-proof" in box] == ["PIETER", "THANDI"]
        assert not [box for box in boxes if "data-proof" in box and "data-item" in box]
        assert "audit+cape-town-3@example.co.za" in made.texts["kbd"]
    else:
        assert "**audit+cape-town-3@example.co.za**" in text
        assert text.count("- [ ] Item") == len(EVERYTHING["items"])
