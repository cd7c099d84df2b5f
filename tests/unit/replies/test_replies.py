# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replies as they come in: files, saved e-mails, codes and mappings; and what is none."""

from __future__ import annotations

import json
import os
import textwrap
from datetime import date
from email.message import EmailMessage

import pytest
from ansible_collections.fincon.mail.plugins.plugin_utils._replies.codes import check_characters, encode
from ansible_collections.fincon.mail.plugins.plugin_utils._replies.mail import from_mail, from_text
from ansible_collections.fincon.mail.plugins.plugin_utils._replies.reply import Reply, ReplyError, from_json
from ansible_collections.fincon.mail.plugins.plugin_utils._replies.sources import received
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.reply import LARGEST

TODAY = date(2026, 11, 26)
BRANCHES = ["soweto", "cape-town", "durban"]
DATA = {
    "reply": 1, "branch": "soweto", "order": 3, "ordered": "2026-11-24", "done": [1, 2, 4],
    "not_done": [{"item": 3, "reason": "There is no such user."}], "by": "T. Nkosi", "date": "2026-11-25",
    "remarks": "",
}  # fmt: skip
REPLY = Reply(
    "soweto", 3, (1, 2, 4), ((3, "There is no such user."),), "2026-11-24", "T. Nkosi", "2026-11-25", ""
)  # fmt: skip
HEAD = "Branch: soweto\nOrder: 3 of 2026-11-24\nDone: 1-2, 4\nNot done: 3"
MAIL = f"""Good morning, here it is.

Reply to work order SOWETO-3
{HEAD}
Check: {check_characters(HEAD)}
Reason 3: There is no such user.
Name: T. Nkosi
Date: 2026-11-25
Remarks: none of importance
End of reply

Regards
"""
MAILED = Reply(**{**vars(REPLY), "remarks": "none of importance"})


def as_mail(text: str = MAIL, subtype: str = "plain", attached: str = "", **options) -> bytes:
    message = EmailMessage()
    message["Subject"] = "Reply"
    message.set_content(text, subtype=subtype, **options)
    if attached:
        message.add_attachment(attached.encode(), "application", "octet-stream", filename="SOWETO-3.reply.json")
    return message.as_bytes()


def test_the_file_of_the_page_is_read_as_it_was_saved():
    assert from_json(json.dumps(DATA)) == REPLY


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"reply": 2}, "is a reply of version 2, and this collection reads version 1"),
        ({"reply": True}, "is a reply of version true"),
        ({"order": 0}, "order must be at least 1"),
        ({"order": "3"}, "order must be a whole number"),
        ({"order": 1.0}, "order must be a whole number"),
        ({"done": [1, 10**9]}, "done[1] must be at most 99999"),
        ({"done": [3]}, "says of item 3 that it is done and that it is not"),
        ({"ordered": "2026-02-30"}, "ordered must be a day, such as 2026-11-24, not '2026-02-30'"),
        ({"date": "today"}, "date must be a day"),
        ({"branch": ""}, "branch must not be empty"),
        ({"remarks": "x" * 2001}, "remarks is too long"),
        ({"not_done": [{"item": 3, "why": "\x1b[2J"}]}, r"unknown keys: 'why'"),
        ({"\x1b[2J": 1}, r"the reply has unknown keys: '\\x1b[2J'"),
    ],
)
def test_a_reply_of_another_shape_is_refused_with_the_place(changes, said):
    with pytest.raises(ReplyError) as failure:
        from_json(json.dumps({**DATA, **changes}))
    assert said in str(failure.value)
    assert str(failure.value).isprintable()


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "1", "null", '"reply"', "{}", "[" * 30000, "9" * 5000, "NaN", '{"reply": 1}', "x" * (LARGEST + 1),
     json.dumps({**DATA, "done": {}}), json.dumps({**DATA, "not_done": [[]]}), json.dumps({**DATA, "by": None})],
    ids=lambda text: text[:10],
)  # fmt: skip
def test_what_is_no_reply_is_refused_in_a_sentence(text):
    with pytest.raises(ReplyError) as failure:
        from_json(text)
    assert len(str(failure.value)) < 300


def test_texts_of_a_reply_are_one_visible_line_and_never_a_template_or_half_a_character():
    hostile = {"by": "T.\x1b[31m Nkosi", "remarks": "line one\r\nline two {{ 7 * 7 }}\u202e\ud800"}
    reply = from_json(json.dumps({**DATA, **hostile}))
    assert reply.by == r"T.\x1b[31m Nkosi"
    assert reply.remarks == r"line one line two {{ 7 * 7 }}\u202e\ud800"
    reply.remarks.encode("utf-8")


@pytest.mark.parametrize(
    "content",
    [
        MAIL,
        MAIL.replace("\n", "\r\n"),
        textwrap.indent(MAIL, "> ", lambda _line: True),
        textwrap.indent(MAIL, ">> ", lambda _line: True).replace(" ", "\xa0"),
        MAIL.replace("Not done", "> Not done").replace("no such user", "no\nsuch user"),
        MAIL + "\nFrom: somebody\n" + textwrap.indent(MAIL, "> "),
    ],
    ids=["plain", "crlf", "quoted", "quoted twice with fixed blanks", "wrapped", "with itself quoted"],
)
def test_the_text_of_a_mail_is_read_whatever_a_mail_program_made_of_its_lines(content):
    assert from_text(content) == [MAILED]
    assert from_mail(as_mail(content)) == [MAILED]
    assert from_mail(as_mail(content, cte="base64")) == [MAILED]
    assert from_mail(as_mail(content, cte="quoted-printable")) == [MAILED]


def test_a_mail_in_html_only_is_read_as_well():
    html = "<html><body><p>Hi</p>" + "".join(f"<div>{line}</div>" for line in MAIL.splitlines()) + "</body></html>"
    assert from_mail(as_mail(html, subtype="html")) == [MAILED]
    assert from_mail(as_mail(MAIL.replace("\n", "<br>\n"), subtype="html")) == [MAILED]


@pytest.mark.parametrize("name", ["idna", "undefined", "x-unknown", "hex", "a\x00b", "\xe9", ""])
def test_a_character_set_that_nothing_can_read_is_taken_for_utf_8(name):
    content = as_mail(cte="base64").replace(b'charset="utf-8"', f'charset="{name}"'.encode("latin-1"))
    assert name == "" or content != as_mail(cte="base64")
    assert from_mail(content) == [MAILED]


def test_an_attached_reply_is_read():
    assert from_mail(as_mail("see attachment", attached=json.dumps(DATA))) == [REPLY]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("Done: 1-2, 4", "Done: 1-4"), "its check characters do not fit"),
        (("Order: 3", "Order: 4"), "its check characters do not fit"),
        (("Branch: soweto", "Branch: soweta"), "its check characters do not fit"),
        (("End of reply", ""), "is cut off"),
        (("Name: T. Nkosi\n", ""), "without the line Name"),
        (("Reply to work order SOWETO-3", ""), "no line begins with"),
        (("Date: 2026-11-25", "Date: soon"), "date must be a day"),
    ],
)
def test_a_mail_that_was_changed_on_its_way_is_refused(change, said):
    with pytest.raises(ReplyError, match=said):
        from_text(MAIL.replace(*change))


def test_a_list_of_items_that_would_fill_the_memory_is_refused():
    head = HEAD.replace("Done: 1-2, 4", "Done: " + ", ".join(["1-99999"] * 1000))
    text = MAIL.replace(HEAD, head).replace(check_characters(HEAD), check_characters(head))
    with pytest.raises(ReplyError, match="holds a reply whose items are"):
        from_text(text)


def problems(found):
    return [f"{os.path.basename(one.source)}: {one.problem}" for one in found if one.problem]


def test_a_folder_holds_replies_and_what_is_none_stops_no_other(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps(DATA))
    (tmp_path / "b.EML").write_bytes(as_mail())
    (tmp_path / "c.txt").write_text("\ufeff" + MAIL, "utf-8")
    (tmp_path / "d.json").write_bytes(b"\xff\xfe{")
    (tmp_path / "e.msg").write_bytes(b"\xd0\xcf")
    (tmp_path / "f.json").symlink_to(tmp_path / "nowhere")
    (tmp_path / "g.json").write_text(json.dumps({**DATA, "branch": "sowetto"}))
    (tmp_path / "h.eml").write_bytes(b"")
    (tmp_path / ".hidden").write_text("")
    (tmp_path / "done").mkdir()
    os.mkfifo(tmp_path / "i.json")
    found = received(str(tmp_path), BRANCHES, TODAY)
    assert [one.reply for one in found if one.reply] == [REPLY, MAILED, MAILED]
    assert problems(found) == [
        "d.json: is not UTF-8; save it as that, or as .eml",
        "e.msg: is neither a reply (.json) nor a saved e-mail (.eml, .txt); save it as one of these",
        "f.json: is not a file",
        "g.json: 'sowetto' is not a branch of this run; did you mean 'soweto'?",
        "h.eml: holds no reply to a work order, neither as an attached file nor in its text",
        "i.json: is not a file",
    ]


def test_nothing_to_confirm_is_told_and_not_taken_for_done(tmp_path):
    assert problems(received(str(tmp_path), BRANCHES, TODAY)) == [f"{tmp_path.name}: the folder holds no reply"]
    for nothing in ([], {}):
        assert problems(received(nothing, BRANCHES, TODAY)) == ["fincon_replies: names no reply"]
    assert "must be a folder" in received(3, BRANCHES, TODAY)[0].problem
    assert "there is no such file or folder" in received("repleis", BRANCHES, TODAY)[0].problem


def test_codes_files_and_folders_stand_in_one_list(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps(DATA))
    codes = [encode("CAPE-TOWN-7", "2026-11-20", (9,)), encode("GEORGE-1", "2026-11-20", ())]
    found = received([*codes, str(tmp_path / "a.json"), "SOWETO-3 0000-0000"], BRANCHES, TODAY)
    assert [one.reply for one in found if one.reply] == [
        Reply("cape-town", 7, None, ((9, ""),), "2026-11-20"),
        REPLY,
    ]
    assert [one.problem.partition(";")[0] for one in found if one.problem] == [
        "'GEORGE' is not a branch of this run",
        "has a wrong or a missing character, in the name or in the code",
    ]


def written(folder, **replies):
    """Replies to one order as files, by their names; each says what differs from DATA."""
    for name, changes in replies.items():
        (folder / f"{name}.json").write_text(json.dumps({**DATA, "not_done": [], **changes}))
    return received(str(folder), BRANCHES, TODAY)


DENIED = {"done": [1], "not_done": [{"item": 2, "reason": "No rights."}]}


@pytest.mark.parametrize("day", ["2026-11-25", "2026-11-26"], ids=["of the same day", "of a later day"])
def test_what_another_reply_denies_must_not_be_confirmed_and_both_are_named(tmp_path, day):
    says, denies = written(tmp_path, a={"done": [1, 2]}, b={**DENIED, "date": day})
    assert says.denied == (
        f"says that item 2 is done, and {tmp_path / 'b.json'} says that it is not; give only the one that is right"
    )
    assert (denies.reply.done, denies.denied) == ((1,), "")


@pytest.mark.parametrize(
    "others",
    [
        {"b": {**DENIED, "date": "2026-11-24"}},
        {"b": {**DENIED, "order": 4}},
        {"b": {**DENIED, "branch": "durban"}},
        {"b": {"done": [1]}},
        {"b": {"done": [1], "not_done": [{"item": 3, "reason": ""}]}},
    ],
    ids=["denied on an earlier day", "another order", "another branch", "not mentioned", "another item"],
)
def test_replies_that_do_not_contradict_each_other_are_all_taken(tmp_path, others):
    assert [one.denied + one.problem for one in written(tmp_path, a={"done": [1, 2]}, **others)] == ["", ""]


def test_a_code_is_denied_by_a_file_and_a_file_by_a_code(tmp_path):
    path = str(tmp_path / "a.json")
    (tmp_path / "a.json").write_text(json.dumps(DATA))
    for code, denied in (((), 1), ((3,), 0), ((1,), 2)):
        found = received([path, encode("SOWETO-3", "2026-11-24", code)], BRANCHES, TODAY)
        assert sum(bool(one.denied) for one in found) == denied


def test_a_text_that_corrects_the_attached_file_is_not_lost(tmp_path):
    wrong = json.dumps({**DATA, "done": [1, 2, 3, 4], "not_done": []})
    (tmp_path / "a.eml").write_bytes(as_mail(attached=wrong))
    assert [(one.reply.done, bool(one.denied)) for one in received(str(tmp_path), BRANCHES, TODAY)] == [
        ((1, 2, 3, 4), True),
        ((1, 2, 4), False),
    ]


@pytest.mark.parametrize("text", [MAIL.replace("none of importance", ""), MAIL.replace("1-2, 4", "1-4"), MAIL[:150]])
def test_a_text_that_says_the_same_as_the_attached_file_or_was_spoilt_adds_nothing(text):
    assert from_mail(as_mail(text, attached=json.dumps(DATA))) == [REPLY]


def test_a_mail_that_corrects_the_reply_which_it_quotes_confirms_nothing_that_it_denies(tmp_path):
    first = MAIL.replace(HEAD, whole := HEAD.replace("1-2, 4", "1-4").replace("Not done: 3", "Not done: none"))
    first = first.replace(check_characters(HEAD), check_characters(whole)).replace(
        "Reason 3: There is no such user.\n", ""
    )
    (tmp_path / "a.eml").write_bytes(as_mail(MAIL + "\nOn Monday I wrote:\n" + textwrap.indent(first, "> ")))
    found = received(str(tmp_path), BRANCHES, TODAY)
    assert [(one.reply.done, one.denied.partition(";")[0]) for one in found] == [
        (MAILED.done, ""),
        ((1, 2, 3, 4), "says that item 3 is done, and another reply in it says that it is not"),
    ]


def test_a_mapping_gives_each_branch_its_order_and_what_is_not_done():
    replies = {
        "cape-town": 3,
        "durban": {"order": "7", "except": [9], "by": "T. Nkosi", "remarks": "x\ny"},
        "soweto": {"order": 1, "items": [2]},
    }
    assert [one.reply for one in received(replies, BRANCHES, TODAY)] == [
        Reply("cape-town", 3),
        Reply("durban", 7, None, ((9, ""),), by="T. Nkosi", remarks="x y"),
        Reply("soweto", 1, (2,)),
    ]


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (0, "order must be the number of a work order, not 0"),
        (True, "order must be the number"),
        (None, "order must be the number"),
        ({}, "order must be the number"),
        ({"order": 3, "exept": [9]}, "exept is not a known key; did you mean 'except'?"),
        ({"order": 3, "except": 9}, "except must be a list of numbers, not 9"),
        ({"order": 3, "items": ["x"]}, "items must be a list of numbers"),
    ],
)
def test_a_mapping_of_another_shape_is_refused_for_its_branch_only(entry, said):
    first, second = received({"soweto": entry, "durban": 7}, BRANCHES, TODAY)
    assert said in first.problem
    assert second.reply == Reply("durban", 7)


def test_branches_that_differ_in_capitals_only_are_told_apart_in_a_mapping_but_not_by_a_code():
    (found,) = received(encode("A-1", "2026-11-24", ()), ["a", "A"], TODAY)
    assert found.problem == "a and A differ in capitals only; name the branch in a mapping"
