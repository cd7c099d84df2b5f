# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Users of CSV files: what they become, and every fault with its row and column."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.fleet import load_fleet
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.marked import Template
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.rendered import rendered_findings

CANARY = "c4nary-Row7"
FLEET = """\
plugin: fincon.mail.fleet
branches: branches/*.yml
%sdefaults:
  installation: {backend: attended, ledger: l.yml}
  smtp_servers:
    - {name: HQ, mail_server: smtp.example.co.za, authenticate: true, username: hq, password: '{{ vault_hq }}'}
  user: {smtp_server: HQ, job_title: Clerk}
"""
BRANCH = "branch: %s\ninstallation: {ledger: %s.yml}\n"
COLUMNS = "user,sender_name,sender_email,username,password_variable,job_title,email_enabled,state\n"
THANDI = "thandi,Thandi Nkosi,thandi@example.co.za,thandi@example.co.za,vault_thandi,,yes,\n"
JOHAN = "JOHAN,Johan Smit,johan@example.co.za,,,Driver,n,Absent\n"


@pytest.fixture
def fleet(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "branches").mkdir()

    def load(files, more=""):
        (tmp_path / "fincon.yml").write_text(FLEET % more)
        for name, content in files.items():
            (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return load_fleet("fincon.yml", lambda path: Path(path).read_text("utf-8-sig"))

    return load


def of_branch(text, more="users_from: users.csv\n"):
    return {"branches/a.yml": BRANCH % ("a", "a") + more, "users.csv": text}


def lines(loaded):
    return [str(finding) for finding in loaded.findings]


def test_rows_become_users_with_the_defaults_where_a_cell_is_empty(fleet):
    loaded = fleet(of_branch(COLUMNS + THANDI + JOHAN))
    assert lines(loaded) == []
    thandi, johan = loaded.branches[0].data["users"]
    assert thandi == {
        "smtp_server": "HQ", "job_title": "Clerk", "user": "thandi", "sender_name": "Thandi Nkosi",
        "sender_email": "thandi@example.co.za", "username": "thandi@example.co.za", "password": "{{ vault_thandi }}",
        "email_enabled": True,
    }  # fmt: skip
    assert (johan["job_title"], johan["email_enabled"], johan["state"]) == ("Driver", False, "absent")
    assert loaded.branches[0].user_files == ("users.csv",)


def test_the_variable_of_a_password_is_a_template_with_its_place(fleet):
    (user,) = fleet(of_branch(COLUMNS + THANDI)).branches[0].data["users"]
    assert isinstance(user["password"], Template)
    assert user["password"].place == "users.csv:2:5"


def test_users_of_yaml_and_of_both_kinds_of_csv_files_add_up(fleet):
    more = "users_from: own.csv\nusers:\n  - {user: A, sender_name: A, sender_email: a@example.co.za}\n"
    columns = "branch;user;sender_name;sender_email\n"
    loaded = fleet(
        {
            "branches/a.yml": BRANCH % ("a", "a") + more,
            "branches/b.yml": BRANCH % ("b", "b"),
            "branches/c.yml": BRANCH % ("c", "c"),
            "own.csv": "user,sender_name,sender_email\nB,B,b@example.co.za\n",
            "users.csv": f"sep=;\r\n{columns}a;C;C;c@example.co.za\nb;A;A;a@example.co.za\n",
        },
        "users_from: users.csv\n",
    )
    assert lines(loaded) == []
    names = {
        branch.name: branch.data["users"] and [user["user"] for user in branch.data["users"]]
        for branch in loaded.branches
    }
    assert names == {"a": ["A", "B", "C"], "b": ["A"], "c": None}, "who is in no file says nothing of the users"
    assert [branch.user_files for branch in loaded.branches] == [
        ("own.csv", "users.csv"),
        ("users.csv",),
        ("users.csv",),
    ]


def test_a_user_that_is_declared_twice_is_told_with_both_places(fleet):
    yaml = "users_from: own.csv\nusers:\n  - {user: THANDI, sender_name: T, sender_email: t@example.co.za}\n"
    loaded = fleet(
        {
            "branches/a.yml": BRANCH % ("a", "a") + yaml,
            "own.csv": COLUMNS + THANDI + JOHAN + JOHAN.lower(),
            "users.csv": "branch,user\na,Johan\n",
        },
        "users_from: users.csv\n",
    )
    assert lines(loaded) == [
        "own.csv:2:1: mail_user thandi: is declared twice; the first is at branches/a.yml:5:5",
        "own.csv:4:1: mail_user johan: is declared twice; the first is at own.csv:3:1",
        "users.csv:2:2: mail_user Johan: is declared twice; the first is at own.csv:3:1",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["users.csv:1:1: the file is empty; its first row names the columns"]),
        ("\n\n", ["users.csv:1:1: the file is empty; its first row names the columns"]),
        (COLUMNS, [
            "users.csv:1:1: no user is below the row of columns; a branch without users has users: [] in its own file"
        ]),
        (THANDI, ["users.csv:1:1: the first row must name the columns, but most of its cells are not column names"]),
        (COLUMNS.replace("sender_name", "sendername") + THANDI,
         ["users.csv:1:2: column sendername: is not the name of a column; did you mean 'sender_name'?"]),
        (COLUMNS.replace("sender_name", "user") + THANDI, ["users.csv:1:2: column user: appears twice"]),
        ("sender_name\nThandi\n", ["users.csv:1:1: needs a column user"]),
        (f"user,sender_name\nTHANDI,Thandi,{CANARY}\n",
         ["users.csv:2:3: has more cells than there are columns; put a text with commas in quotes"]),
        (f"user,sender_name,job_title\nTHANDI,{CANARY}\n",
         ["users.csv:2:2: has fewer cells than there are columns; is the end of the row, or of the file, missing?"]),
        (f'user,sender_name\nTHANDI,"{CANARY}\n', ["users.csv:2:1: this is not CSV: unexpected end of data"]),
        (f"user,sender_name\nTHANDI,{CANARY}\0\n", ["users.csv:2:1: this is not CSV: line contains NUL"]),
        (b"user,sender_name\nJOS\xc9,x\n",
         ["users.csv:2:1: this is not UTF-8; save it as 'CSV UTF-8 (comma delimited)'"]),
        (b'user;sender_name\n"A\nB";"x;\xe9"\n',
         ["users.csv:2:2: this is not UTF-8; save it as 'CSV UTF-8 (comma delimited)'"]),
        (b"user,username\nthan\0di,Zo\xeb\n",
         ["users.csv:2:1: this is not UTF-8; save it as 'CSV UTF-8 (comma delimited)'"]),
        (b"sep=;\xeb\n",
         ["users.csv:1:1: this is not UTF-8; save it as 'CSV UTF-8 (comma delimited)'"]),
        ("branch,user\na,THANDI\n", [
            "users.csv:1:1: only the CSV file of the whole fleet may have a column branch; name the file in users_from "
            "of the fleet file"
        ]),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_understood_is_told_with_its_row(fleet, text, expected):
    assert lines(fleet(of_branch(text))) == expected


@pytest.mark.parametrize("column", ["password", "Password", "SMTP server password", "old password"])
def test_a_column_with_passwords_is_refused_and_no_cell_is_repeated(fleet, column):
    (line,) = lines(fleet(of_branch(f"user,sender_name,{column}\nTHANDI,Thandi,{CANARY}\n")))
    assert line.startswith(f"users.csv:1:3: column {column.casefold().replace(' ', '_')}: passwords do not belong")
    assert CANARY not in line


@pytest.mark.parametrize(
    ("column", "cell", "words"),
    [
        ("user", f"{CANARY} x", "must be a user name without spaces"),
        ("user", "", "must not be empty"),
        ("sender_email", CANARY, "must be one e-mail address"),
        ("sender_email", "t\u200b@example.co.za", "has a zero width space (U+200B) as character 2"),
        ("email_enabled", CANARY, "must be yes or no"),
        ("state", CANARY, "must be present or absent"),
        ("job_title", "2.76E+10", "is what a spreadsheet makes of a long number"),
        ("job_title", "=c4nary-Row7", "is what a spreadsheet makes of a long number or a formula"),
        ("job_title", "#NAME?", "is what a spreadsheet makes"),
        ("job_title", "2.76e+10", "is what a spreadsheet makes"),
        ("job_title", "#SPILL!", "is what a spreadsheet makes"),
        ("job_title", "#NULL!", "is what a spreadsheet makes"),
        ("job_title", "Err:502", "is what a spreadsheet makes"),
        ("job_title", "#####", "is what a spreadsheet makes"),
        ("job_title", "'0215550100", "is what a spreadsheet makes"),
        ("job_title", "{{ lookup('pipe', 'id') }} c4nary-Row7", "must be the value itself: templates"),
        ("job_title", f"$ANSIBLE_VAULT;1.1;AES256 {CANARY}", "must be the value itself: templates"),
        ("password_variable", CANARY, "must be the name of a variable"),
        ("password_variable", "c4naryRow7", "must be the name of a variable"),
        ("password_variable", "C4nary_Row7", "must be the name of a variable"),
        ("password_variable", "_c4naryRow7", "must be the name of a variable"),
        ("password_variable", "{{ vault_thandi }}", "must be the name of a variable"),
        ("password_variable", "vault_thandi }}{{ x", "must be the name of a variable"),
    ],
)  # fmt: skip
def test_a_cell_that_is_wrong_is_told_once_with_row_and_column_and_never_repeated(fleet, column, cell, words):
    row = dict(zip(COLUMNS.strip().split(","), THANDI.strip().split(","), strict=True))
    row[column] = cell
    (line,) = lines(fleet(of_branch(COLUMNS + JOHAN + '"' + '","'.join(row.values()) + '"\n')))
    who = "mail_user" if column == "user" else "mail_user thandi"
    assert line.startswith(f"users.csv:3:{list(row).index(column) + 1}: {who}, {column}: {words}")
    assert "c4nary" not in line


def test_empty_columns_that_a_spreadsheet_adds_are_none(fleet):
    assert not lines(fleet(of_branch(COLUMNS.strip() + ",,\n" + JOHAN.strip() + ",,\n")))
    (line,) = lines(fleet(of_branch(COLUMNS.strip() + ",,\n" + JOHAN.strip() + f",,{CANARY}\n")))
    assert "has more cells than there are columns" in line
    assert CANARY not in line


def test_a_column_without_a_name_is_to_be_named(fleet):
    (line,) = lines(fleet(of_branch(f",{COLUMNS}{CANARY},{JOHAN}")))
    assert line == "users.csv:1:1: a column without a name: name it, or delete it with all of its cells"


def test_a_row_is_numbered_as_the_spreadsheet_numbers_it(fleet):
    text = (
        f'sep=,\r\n{COLUMNS}\r\n"JOHAN",Johan,j@example.co.za,,,"two\nlines",,\r\n{THANDI.replace("thandi@", "@", 1)}'
    )
    assert [line.split(": ")[0] for line in lines(fleet(of_branch(text)))] == ["users.csv:3:6", "users.csv:4:3"]


def test_a_rule_across_records_is_told_at_the_cell_even_where_it_is_empty(fleet):
    files = of_branch("user,username,smtp_server\nTHANDI,,Own\nKGOSI,,HR\n")
    files["branches/a.yml"] += "smtp_servers: [{name: Own, mail_server: o.example.co.za, authenticate: true}]\n"
    first, second = sorted(lines(fleet(files)))
    assert first.startswith("users.csv:2:2: mail_user THANDI, username: is needed, here or at 'Own'")
    assert second.startswith("users.csv:3:3: mail_user KGOSI, smtp_server: ")


def test_users_of_the_fleets_file_name_their_branch(fleet):
    files = {"branches/durban.yml": BRANCH % ("durban", "d"), "users.csv": f"branch,user\ndurbn,A\n,B\n{CANARY},C\n"}
    found = fleet(files, "users_from: users.csv\n").findings
    assert [str(finding) for finding in found] == [
        "users.csv:2:1: mail_user A, branch: is the name of no branch; did you mean 'durban'?",
        "users.csv:3:1: mail_user B, branch: must be given",
        "users.csv:4:1: mail_user C, branch: is the name of no branch",
    ]
    assert {finding.branch for finding in found} == {""}


def test_what_is_wrong_in_the_fleets_file_belongs_to_the_branch_of_the_row(fleet):
    files = {
        "branches/a.yml": BRANCH % ("a", "a"),
        "users.csv": f"branch,user,state\na,A,{CANARY}\n{CANARY},B,x\na,C\n",
    }
    found = fleet(files, "users_from: users.csv\n").findings
    assert [(finding.line, finding.column, finding.branch) for finding in found] == [
        (2, 3, "a"), (3, 1, ""), (3, 3, ""), (4, 2, "")
    ]  # fmt: skip


def test_a_branch_file_that_cannot_be_read_makes_no_branch_unknown(fleet):
    files = {"branches/durban.yml": "branch: [\n", "users.csv": "branch,user\ndurban,A\n"}
    assert all(line.startswith("branches/durban.yml:") for line in lines(fleet(files, "users_from: users.csv\n")))


def test_the_fleets_file_needs_the_column(fleet):
    files = {"branches/a.yml": BRANCH % ("a", "a"), "users.csv": "user\nA\n"}
    (line,) = lines(fleet(files, "users_from: users.csv\n"))
    assert line.startswith("users.csv:1:1: needs a column branch")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("no/such.csv", "no/such.csv cannot be read: No such file or directory"),
        ("$FINCON_NOT_SET/users.csv", "FINCON_NOT_SET"),
        ("'{{ folder }}/users.csv'", "must be the path itself"),
        ("''", "must not be empty"),
    ],
)
def test_a_path_that_leads_to_no_file_is_told_where_it_is_written(fleet, path, words):
    (line,) = lines(fleet(of_branch("", f"users_from: {path}\n")))
    assert line.startswith("branches/a.yml:3:1: users_from: ")
    assert words in line


def test_a_path_may_begin_with_a_home_or_a_variable(fleet, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("FINCON_FILES", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    for path in ("~/u.csv", "$FINCON_FILES/u.csv"):
        loaded = fleet({**of_branch("", f"users_from: {path}\n"), "home/u.csv": COLUMNS + THANDI})
        assert [len(branch.data["users"]) for branch in loaded.branches] == [1]


def test_a_finding_on_rendering_is_placed_in_the_csv_file(fleet):
    files = {"branches/a.yml": BRANCH % ("a", "a"), "branches/b.yml": BRANCH % ("b", "b")}
    columns, row = f"branch,{COLUMNS}", f"b,{JOHAN}b,{THANDI}"
    loaded = fleet({**files, "users.csv": f"{columns}a,{THANDI}{row}"}, "users_from: users.csv\n")
    assert lines(loaded) == []
    raw = {name: loaded.branches[1].data[name] for name in ("installation", "smtp_servers", "users")}
    rendered = {**raw, "users": [{**user, "password": "***"} if "password" in user else user for user in raw["users"]]}
    places = {"branch": "branches/b.yml", "fleet": "fincon.yml", "users": ["users.csv"]}
    (line,) = map(str, rendered_findings(rendered, places, raw))
    assert line.startswith("users.csv:4:6: mail_user thandi, password: ")
    problem = (("users", 1, "password"), "cannot be rendered: the variable vault_thandi is not defined")
    users = [{name: value for name, value in user.items() if name != "password"} for user in raw["users"]]
    (line,) = map(str, rendered_findings({**raw, "users": users}, places, raw, [problem]))
    assert line.startswith("users.csv:4:6: mail_user thandi, password: cannot be rendered: the variable vault_thandi")
