# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ledgers as files: read with every fault at its place, and written so that comments stay where they belong."""

from __future__ import annotations

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._backends.attended import ledger as ledgers
from ansible_collections.fincon.mail.plugins.module_utils._backends.attended import ledger_shape, ledger_text
from ansible_collections.fincon.mail.plugins.module_utils._backends.attended.orders import with_changes
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._core.plan import make_plan
from ansible_collections.fincon.mail.plugins.module_utils._core.records import MAIL_USER, SMTP_SERVER
from ansible_collections.fincon.mail.plugins.module_utils._core.state import DesiredRecord

PRINT = "scrypt$16$8$1$c2FsdHNhbHRzYWx0c2FsdA==$aGFzaA=="

LEDGER = f"""\
# Our ledger.
ledger: 1

confirmed:  # by Thandi
  smtp_servers:
    # Telkom's own server does not work here.
    - name: HQ relay
      mail_server: smtp.example.co.za
      authenticate: true
      username: hq
      password: set
      port: 25  # ask before this changes
      use_tls: true
      timeout: 30
  users:
    # --- front office

    - user: ANNA
      smtp_server: HQ relay
      password: unset
      sender_name: Anna
      sender_email: anna@example.co.za
      email_enabled: true
    # PIETER shares a telephone.
    - user: PIETER
      smtp_server: HQ relay
      password: unset
      sender_name: 'Pieter # the elder'
      sender_email: pieter@example.co.za
      telephone: '0215550100'
    # --- the end of the users

fingerprints:
  smtp_server/hq relay: {PRINT}

ordered:
  number: 4
  date: '2026-11-24'
  items:
    # waits for the director
    - item: 2
      since: '2026-11-23'
      resource: mail_user
      name: PIETER
      action: update
      fields:
        - {{field: job_title, have: '', want: Clerk}}
        - {{field: password, have: unset, want: set}}
  fingerprints:
    mail_user/PIETER: {PRINT}

last_order: 4
last_confirmed:
  order: 4
  date: '2026-11-24'
  by: T. Nkosi
  items: [1]
  remaining: [2]
# The end.
"""


def read(text, name="l.yml"):
    return ledgers.parse(text if isinstance(text, bytes) else text.encode(), name, f"{name}.bak")


def changed(ledger, *desired_records):
    plan = make_plan(ledger.state, desired_records, ledger.known_passwords.compare)
    return with_changes(ledger, plan.changes, "2026-11-27")


def as_confirmed(ledger, *desired_records):
    """The ledger with the desired records in its confirmed part, to see what becomes of the comments there."""
    plan = make_plan(ledger.confirmed, desired_records, ledger.known_passwords.compare)
    return type(ledger)(plan.after, ledger.fingerprints, ledger.order, ledger.last_order, ledger.last_confirmed)


def test_a_ledger_that_did_not_change_is_the_same_to_the_byte():
    assert ledgers.render(read(LEDGER), LEDGER) == LEDGER


def test_a_missing_ledger_is_empty_and_a_new_one_explains_itself():
    ledger = ledgers.parse(None, "l.yml", "l.yml.bak")
    assert (ledger.confirmed.records(SMTP_SERVER), ledger.order, ledger.last_order) == ([], None, 0)
    assert ledgers.render(ledger, ledgers.text_of(None)) == ledgers.NEW_LEDGER


def test_comments_stay_with_their_record_when_one_comes_before_it():
    ben = DesiredRecord(
        MAIL_USER, "BEN", {"smtp_server": "HQ relay", "sender_name": "Ben", "sender_email": "ben@example.co.za"}
    )
    text = ledgers.render(as_confirmed(read(LEDGER), ben), LEDGER)
    new = "    - user: BEN\n      smtp_server: HQ relay\n      password: unset\n      sender_name: Ben\n"
    new += "      sender_email: ben@example.co.za\n"
    assert text == LEDGER.replace("    # PIETER shares", f"{new}    # PIETER shares")


def test_comments_of_a_removed_record_go_with_it_and_the_others_stay():
    text = ledgers.render(as_confirmed(read(LEDGER), DesiredRecord(SMTP_SERVER, "HQ relay", present=False)), LEDGER)
    assert "Telkom" not in text
    assert "ask before" not in text
    for comment in ("Our ledger", "by Thandi", "front office", "shares a telephone", "end of the users", "The end"):
        assert comment in text


def test_a_comment_beside_a_value_stays_when_the_value_changes():
    text = ledgers.render(as_confirmed(read(LEDGER), DesiredRecord(SMTP_SERVER, "HQ relay", {"port": 587})), LEDGER)
    assert text == LEDGER.replace("port: 25  # ask", "port: 587  # ask")


def test_a_withdrawn_order_takes_its_comments_along_and_the_section_stays():
    text = ledgers.render(
        changed(read(LEDGER), DesiredRecord(MAIL_USER, "PIETER", {"job_title": "", "password": ""})), LEDGER
    )
    assert "\nordered: null\n\nlast_order: 4\n" in text
    assert "director" not in text


def test_the_layout_of_a_person_is_read_and_becomes_the_usual_one():
    text = LEDGER.replace("use_tls: true", "use_tls:   True").replace("'0215550100'", '"0215550100"')
    own = b"\xef\xbb\xbf---\r\n" + text.replace("\n", "\r\n").encode()
    assert ledgers.render(read(own), ledgers.text_of(own)) == f"---\n{LEDGER}"


def test_records_are_sorted_by_their_keys():
    users = [f"    - {{user: {name}, email_enabled: true}}" for name in ("ZOE", "ANNA", "MARK")]
    text = ledgers.NEW_LEDGER.replace("  users: []", "\n".join(["  users:", *users]))
    written = ledger_shape.write(read(text))["confirmed"]["users"]
    assert [user["user"] for user in written] == ["ANNA", "MARK", "ZOE"]


def test_a_text_that_looks_like_another_type_stays_text():
    ledger = read(LEDGER)
    for value in ("yes", "0215550100", "12:30", "2026-11-24", "null", "# no", "a: b", "'", '"', "é", "{x}", "-", "on"):
        desired = DesiredRecord(MAIL_USER, "ANNA", {"telephone": value})
        text = ledgers.render(as_confirmed(ledger, desired), LEDGER)
        assert read(text).confirmed.get(MAIL_USER, "ANNA")["telephone"] == value


def test_what_could_not_be_read_again_is_not_written():
    broken = as_confirmed(read(LEDGER), DesiredRecord(MAIL_USER, "ANNA", {"sender_email": "no address"}))
    with pytest.raises(FinconError, match="would not be readable"):
        ledgers.render(broken, LEDGER)


def edited(old, new):
    assert old in LEDGER, old
    return LEDGER.replace(old, new, 1)


NO_ITEMS = LEDGER[: LEDGER.index("    # waits")] + LEDGER[LEDGER.index("  fingerprints:") :]
NO_ITEMS = NO_ITEMS.replace("items:\n", "items: []\n", 1)

#: A ledger, the place of its fault, what the sentence says, and whether the schema for editors sees it too.
BROKEN = {
    "nothing": (b"", "1:1", "the file is empty", False),
    "zeros": (b"\0" * 100, "1:1", "the file is empty", False),
    "torn": (LEDGER[: LEDGER.index("last_order")], "1:1", "last_order must be given", True),
    "torn within a value": (LEDGER[: LEDGER.index("r: 4")], "36:1", "ordered: must be a mapping", True),
    "tab": (edited("  users:", "\tusers:"), "15:1", "this is not YAML", False),
    "bracket": (edited("name: HQ relay", "name: [HQ relay"), "8:18", "this is not YAML", False),
    "not UTF-8": (LEDGER.replace("Anna", "Ann\u00e9").encode("latin-1"), "21:23", "this byte is not UTF-8", False),
    "control character": (edited("Anna", "An\x07na"), "21:22", "a control character", False),
    "merge": (edited("fingerprints:", "<<<<<<< HEAD\nfingerprints:"), "33:1", "git could not settle it", False),
    "two documents": (LEDGER + "---\nledger: 1\n", "60:1", "this is not YAML", False),
    "alias": (edited("sender_name: Anna", "sender_name: &a Anna\n      job_title: *a"), "21:20", "an alias", False),
    "tag": (edited("password: set", "password: !vault x"), "11:17", "has the tag !vault", False),
    "key twice": (edited("port: 25", "port: 25\n      port: 26"), "13:7", "'port' appears twice", False),
    "list": ("- ledger\n", "1:1", "this is not a ledger", True),
    "no version": (edited("ledger: 1\n", ""), "1:1", "it has no version number", True),
    "later version": (edited("ledger: 1", "ledger: 2"), "2:1", "is 2, and this collection reads version 1", True),
    "unknown section": (edited("last_order", "lastorder"), "52:1", "did you mean 'last_order'?", True),
    "unknown field": (edited("sender_emai", "sender_emia"), "22:7", "(mail_user ANNA): is not a known key", True),
    "missing field": (edited("      use_tls: true\n", ""), "7:7", "use_tls must be given", True),
    "missing key": (edited("- user: ANNA", "- job_title: ANNA"), "18:7", "user must be given", True),
    "empty key": (edited("user: ANNA", "user: ''"), "18:7", "must not be empty", True),
    "no value": (edited("sender_name: Anna", "sender_name:"), "21:7", "has no value", True),
    "port": (edited("port: 25", "port: 70000"), "12:7", "from 1 to 65535, not 70000", True),
    "port as text": (edited("port: 25", "port: '25'"), "12:7", "from 1 to 65535, not the value '25'", True),
    "flag": (edited("use_tls: true", "use_tls: yes"), "13:7", "must be true or false, not the value 'yes'", True),
    "address": (edited("anna@", "anna"), "22:7", "must be one e-mail address", True),
    "password": (edited("password: set", "password: canary-1"), "11:7", "must be 'set' or 'unset'; never", True),
    "record twice": (edited("user: PIETER", "user: anna"), "25:7", "appears twice (as 'ANNA' and 'anna')", False),
    "record": (edited("    - user: ANNA\n", "    - ANNA\n    - user: ANNA\n"), "18:7", "must be a mapping", True),
    "records": (ledgers.NEW_LEDGER.replace("users: []", "users: {}"), "11:3", "must be a list", True),
    "fingerprint": (edited(PRINT, "canary-1"), "34:3", "is not a fingerprint", True),
    "fingerprints": (edited("fingerprints:\n  smtp", "fingerprints: none\nx"), "33:1", "must be a mapping", True),
    "place": (edited("smtp_server/hq relay", "hq relay"), "34:3", "must name a record", True),
    "number": (edited("number: 4", "number: four"), "37:3", "must be a whole number, 1 or more", True),
    "number not given": (edited("last_order: 4", "last_order: 3"), "52:1", "must be 4 at least", False),
    "date": (edited("date: '2026-11-24'", "date: yesterday"), "38:3", "must be a day, such as 2026-11-24", True),
    "day": (edited("since: '2026-11-23'", "since: '2026-11-31'"), "42:7", "must be a day", False),
    "no items": (NO_ITEMS, "39:3", "without any item, ordered is null", True),
    "item number": (edited("item: 2", "item: 0"), "41:7", "must be a whole number", True),
    "item resource": (edited("resource: mail_user", "resource: user"), "43:7", "must be one of smtp_server", True),
    "item action": (edited("action: update", "action: updat"), "45:7", "did you mean 'update'?", True),
    "item name": (edited("name: PIETER\n      action", "name: 7\n      action"), "44:7", "must be text", True),
    "item field": (edited("field: job_title", "field: port"), "47:12", "must be one of smtp_server, username", True),
    "item value": (edited("want: Clerk", "want: 5"), "47:40", "must be text, not the number 5", True),
    "item password": (edited("want: set}", "want: canary-1}"), "48:42", "never write a password into", True),
    "item without have": (edited("have: '', ", ""), "47:11", "have must be given", True),
    "by": (edited("by: T. Nkosi", "by: 7"), "56:3", "must be text on one line", True),
    "remaining": (edited("remaining: [2]", "remaining: 2"), "58:3", "must be a list", True),
}  # fmt: skip


@pytest.mark.parametrize(("content", "place", "text", "_by_schema"), BROKEN.values(), ids=BROKEN)
def test_a_broken_ledger_names_line_and_column_and_what_to_do(content, place, text, _by_schema):
    with pytest.raises(FinconError) as caught:
        read(content, "ledgers/cape-town.yml")
    message = str(caught.value)
    lines = [line for line in message.splitlines() if line.startswith(f"ledgers/cape-town.yml:{place}: ")]
    assert any(text in line for line in lines), message
    assert message.endswith("restore the last good version from git or ledgers/cape-town.yml.bak.")
    assert "canary" not in message


def test_all_faults_are_told_at_once_in_the_order_of_the_file():
    text = edited("port: 25", "port: 0").replace("anna@", "anna").replace("last_order: 4", "last_order: -1")
    with pytest.raises(FinconError) as caught:
        read(text)
    assert [line.split(": ")[0] for line in str(caught.value).splitlines()[:3]] == [
        "l.yml:12:7", "l.yml:22:7", "l.yml:52:1",
    ]  # fmt: skip


def test_the_schema_for_editors_says_the_same():
    jsonschema = pytest.importorskip("jsonschema")
    schemas = pytest.importorskip("ansible_collections.fincon.mail.plugins.plugin_utils._schemas.ledger")
    schema = schemas.ledger_schema()
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    for text in (LEDGER, ledgers.NEW_LEDGER):
        assert list(validator.iter_errors(ledger_text.parse(text).data)) == []
    for name, (content, _place, _text, by_schema) in BROKEN.items():
        text = content.decode("utf-8", "replace") if isinstance(content, bytes) else content
        parsed = ledger_text.parse(text)
        if by_schema:
            assert parsed.findings == []
            assert not validator.is_valid(parsed.data), name
        elif not parsed.findings and parsed.data:
            assert validator.is_valid(parsed.data), f"{name}: the schema sees it as well"


def test_no_beginning_of_a_ledger_is_taken_for_a_ledger():
    text = ledgers.render(read(LEDGER), LEDGER)
    whole = ledger_shape.write(read(text))
    for end in range(text.rindex("last_confirmed"), len(text)):
        try:
            found = ledger_shape.write(read(text[:end]))
        except FinconError:
            continue
        assert found == whole, text[:end][-40:]


def test_what_is_read_as_a_key_is_shown_only_where_it_looks_like_one():
    with pytest.raises(FinconError) as caught:
        read(edited("want: Clerk}", "want pa55word+1}"))
    assert "fields[0].(not a name): is not a known key" in str(caught.value)
    assert "pa55word" not in str(caught.value)
