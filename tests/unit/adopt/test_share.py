# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What branches share."""

from __future__ import annotations

from ansible_collections.fincon.mail.plugins.plugin_utils._adopt.share import share


def server(name="HQ relay", **fields):
    return {"name": name, "mail_server": "smtp.example", "port": 587, "bcc": "", **fields}


def user(name, **fields):
    return {"user": name, "smtp_server": "HQ relay", "job_title": "", "email_enabled": True, **fields}


def branch(name, servers=(), users=(), **installation):
    return {"branch": name, "installation": installation, "smtp_servers": list(servers), "users": list(users)}


def test_a_definition_that_all_branches_have_alike_is_a_default_and_no_branch_repeats_it():
    defaults, rest = share([branch(name, [server()], [user("THANDI")]) for name in "abc"])
    assert defaults["smtp_servers"] == [server()]
    assert [item["smtp_servers"] for item in rest] == [[], [], []]


def test_a_shared_definition_is_kept_at_a_branch_where_no_user_is_linked_to_it():
    defaults, _rest = share(
        [branch("a", [server()], [user("THANDI", smtp_server="hq RELAY")]), branch("b", [server()])]
    )
    assert defaults["smtp_servers"] == [server(unlinked="keep")]


def test_a_branch_says_only_what_differs_of_a_shared_definition():
    _defaults, rest = share([branch("a", [server()]), branch("b", [server()]), branch("c", [server(port=465)])])
    assert rest[2]["smtp_servers"] == [{"name": "HQ relay", "port": 465}]


def test_a_definition_that_one_branch_lacks_is_no_default_since_that_branch_could_not_take_it_back():
    defaults, rest = share([branch("a", [server()]), branch("b", [server()]), branch("c")])
    assert defaults == {}
    assert rest[0]["smtp_servers"] == [server()]


def test_a_field_that_one_record_lacks_is_no_default():
    lacking = {name: value for name, value in server().items() if name != "port"}
    defaults, rest = share([branch("a", [server()]), branch("b", [server()]), branch("c", [lacking])])
    assert "port" not in defaults["smtp_servers"][0]
    assert rest[0]["smtp_servers"] == [{"name": "HQ relay", "port": 587}]
    assert rest[2]["smtp_servers"] == []


def test_the_usual_spelling_of_a_name_is_the_shared_one():
    defaults, rest = share([branch("a", [server("HQ RELAY")]), branch("b", [server()]), branch("c", [server()])])
    assert defaults["smtp_servers"][0]["name"] == "HQ relay"
    assert rest[0]["smtp_servers"] == []


def test_what_most_users_of_most_branches_have_is_a_default():
    branches = [
        branch("a", users=[user("A"), user("B")]),
        branch("b", users=[user("A"), user("B", smtp_server="Other")]),
        branch("c", users=[user("A")]),
    ]
    defaults, rest = share(branches)
    assert defaults["user"] == {"smtp_server": "HQ relay", "job_title": "", "email_enabled": True}
    assert rest[1]["users"] == [{"user": "A"}, {"user": "B", "smtp_server": "Other"}]


def test_what_is_common_in_one_big_branch_only_is_no_default():
    big = branch("big", users=[user(f"U{number}", telephone="031") for number in range(50)])
    small = [branch(name, users=[user("A", telephone=name)]) for name in "ab"]
    defaults, _rest = share([big, *small])
    assert "telephone" not in defaults["user"]


def test_an_empty_text_is_the_default_where_nothing_else_is_common():
    titles = ["", "Clerk", "Manager", ""]
    defaults, rest = share([branch("a", users=[user(f"U{n}", job_title=title) for n, title in enumerate(titles)])])
    assert defaults["user"]["job_title"] == ""
    assert [record.get("job_title") for record in rest[0]["users"]] == [None, "Clerk", "Manager", None]


def test_a_password_is_never_a_default_of_all_users_but_that_none_is_set_is():
    same = [branch(name, users=[user("PASSME", password="CHANGEME-PASSME")]) for name in "abc"]
    assert "password" not in share(same)[0]["user"]
    none = [branch(name, users=[user("PASSME", password="")]) for name in "abc"]
    assert share(none)[0]["user"]["password"] == ""


def test_a_branch_without_users_has_no_say():
    defaults, _rest = share([branch("a", users=[user("A"), user("B")]), branch("b"), branch("c")])
    assert defaults["user"]["smtp_server"] == "HQ relay"


def test_a_single_record_shares_nothing():
    one = branch("a", [server()], [user("A")], url="https://x")
    assert share([one]) == ({}, [one])


def test_settings_of_the_installation_are_shared_where_every_branch_has_them():
    branches = [branch("a", backend="rest", url="u", data_id="A"), branch("b", backend="rest", url="u", data_id="B")]
    defaults, rest = share([*branches, branch("c", backend="rest", url="v", data_id="C")])
    assert defaults["installation"] == {"backend": "rest", "url": "u"}
    assert [item["installation"] for item in rest] == [{"data_id": "A"}, {"data_id": "B"}, {"url": "v", "data_id": "C"}]


def test_a_branch_with_another_backend_neither_gets_nor_prevents_what_its_backend_does_not_have():
    branches = [branch(name, backend="rest", url="u", fingerprints="f") for name in "ab"]
    defaults, rest = share([*branches, branch("c", backend="attended", ledger="x")])
    assert defaults["installation"] == {"backend": "rest", "url": "u", "fingerprints": "f"}
    assert rest[2]["installation"] == {"backend": "attended", "ledger": "x"}
    defaults, rest = share([*branches, branch("c", backend="command", command=["x"])])
    assert defaults["installation"] == {"backend": "rest", "url": "u"}, "a command branch would get fingerprints"


def test_true_and_one_are_two_things():
    defaults, rest = share([branch("a", timeout=1), branch("b", timeout=1), branch("c", timeout=1.0)])
    assert defaults["installation"] == {"timeout": 1}
    assert rest[2]["installation"] == {"timeout": 1.0}


def test_no_branches_share_nothing():
    assert share([]) == ({}, [])
