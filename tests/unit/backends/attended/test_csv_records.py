# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records from a spreadsheet: what is read, and every fault with file, line and column."""

from __future__ import annotations

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._backends.attended.csv_records import decoded, read_csv
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._core.records import MAIL_USER, SMTP_SERVER

SERVERS = "name,mail_server,authenticate,username,password,port,use_tls,timeout,bcc\n"
SERVER = "HQ relay,smtp.example.co.za,yes,hq,yes,587,yes,30,\n"
USERS = "user,smtp_server,sender_name,sender_email,email_enabled\n"
USER = "thandi,hq relay,Thandi Nkosi,thandi@example.co.za,yes\n"


def read(*texts):
    return read_csv([(f"{number}.csv", text) for number, text in enumerate(texts, 1)])


def faults(*texts):
    with pytest.raises(FinconError) as caught:
        read(*texts)
    return str(caught.value).splitlines()


def test_definitions_and_users_come_from_two_files():
    state = read(SERVERS + SERVER, USERS + USER)
    assert state.records(SMTP_SERVER) == [
        {
            "name": "HQ relay", "mail_server": "smtp.example.co.za", "authenticate": True, "username": "hq",
            "password": "set", "port": 587, "use_tls": True, "timeout": 30,
        }
    ]  # fmt: skip
    (user,) = state.records(MAIL_USER)
    assert (user["user"], user["password"], user["email_enabled"]) == ("THANDI", "unset", True)


def test_both_come_from_one_file_that_says_what_each_row_is():
    columns = "resource;name;user;mail_server;authenticate;port;use_tls;timeout;smtp_server;sender_name\r\n"
    rows = 'smtp_server;HQ;;smtp.example.co.za;n;25;n;30;;\r\n;;;;;;;;;\r\nuser;;ANNA;;;;;;HQ;"Nkosi; Anna"\r\n'
    state = read(f"sep=;\r\n{columns}{rows}")
    assert [record["name"] for record in state.records(SMTP_SERVER)] == ["HQ"]
    assert state.get(MAIL_USER, "ANNA")["sender_name"] == "Nkosi; Anna"
    assert "email_enabled" not in state.get(MAIL_USER, "ANNA"), "what is left empty is unknown"


def test_columns_go_by_the_labels_of_the_window_as_well():
    columns = "SMTP Name,Mail Server,Authenticate,Port,Use TLS,Time Out (Seconds)\n"
    (server,) = read(f"{columns}HQ,smtp.example.co.za,Y,465,Y,30\n").records(SMTP_SERVER)
    assert (server["name"], server["timeout"], server["use_tls"]) == ("HQ", 30, True)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ([""], ["1.csv:1: the file is empty; its first row names the columns"]),
        ([USERS.replace("sender_name", "sendername") + USER],
         ["1.csv:1:sendername: is not the name of a column; did you mean 'sender_name'?"]),
        ([USERS.replace("sender_name", "user") + USER], ["1.csv:1:user: appears twice"]),
        (["port\n25\n"], ["1.csv:1: needs a column user for users, name for definitions, or resource for both"]),
        (["name,user\na,b\n"], ["1.csv:1: needs a column resource, since it has both name and user"]),
        (["resource,user\ncustomer,ANNA\n"], ["1.csv:2:resource: must be smtp_server or mail_user"]),
        ([USERS + "thandi,,Thandi,no address,perhaps\n"], [
            "1.csv:2:sender_email: must be one e-mail address, such as name@example.co.za, not the value 'no address'",
            "1.csv:2:email_enabled: must be yes or no, not 'perhaps'",
        ]),
        ([SERVERS + "HQ relay,,yes,hq,canary-1,70000,,x,\n"], [
            "1.csv:2:mail_server: must be given, as Fincon's window shows it",
            "1.csv:2:password: must be yes or no: whether a password is set, never the password itself",
            "1.csv:2:port: must be a whole number from 1 to 65535, not 70000",
            "1.csv:2:use_tls: must be given, as Fincon's window shows it",
            "1.csv:2:timeout: must be a whole number from 1 to 600 seconds, not the value 'x'",
        ]),
        ([SERVERS + SERVER, USERS + USER, USERS + USER], ["3.csv:2:user: 'thandi' is at 2.csv:2 already"]),
        ([SERVERS + SERVER, USERS + USER.replace("hq relay", "hq rely")],
         ["2.csv:2:smtp_server: 'hq rely' is in none of the files; did you mean 'HQ relay'?"]),
        ([USERS + "thandi,,Nkosi, Thandi,thandi@example.co.za,yes\n"],
         ["1.csv:2: has more cells than there are columns; put a text with commas in quotes"]),
        (["resource,user,port,name\nuser,ANNA,25,\n"], ["1.csv:2:port: is not a field of a mail user; leave it empty"]),
        ([USERS + ",,Thandi,,\n"], ["1.csv:2:user: must not be empty"]),
        ([USERS + 'thandi,"Thandi,,\n'], ["1.csv: this is not CSV: unexpected end of data"]),
        ([USERS + '"two\nlines",,,,\n' + "anna,,,,maybe\n"], [
            "1.csv:2:user: must be a user name without spaces or control characters, not the value 'two\\nlines'",
            "1.csv:4:email_enabled: must be yes or no, not 'maybe'",
        ]),
    ],
)  # fmt: skip
def test_every_fault_has_file_line_and_column(texts, expected):
    assert faults(*texts) == expected


def test_a_file_is_utf_8_with_or_without_a_mark_and_else_told_how_to_save_it():
    text = "user\nJOS\u00c9\n"
    assert decoded("u.csv", text.encode()) == decoded("u.csv", text.encode("utf-8-sig")) == text
    with pytest.raises(FinconError, match=r"^u\.csv:2: this is not UTF-8; save it as 'CSV UTF-8"):
        decoded("u.csv", text.encode("cp1252"))


def test_what_stands_in_the_place_of_columns_and_does_not_look_like_their_names_is_not_shown():
    assert faults(USER) == ["1.csv:1: the first row must name the columns, but most of its cells are not column names"]
    assert faults(f"{USERS.strip()},c4nary/+9\n") == ["1.csv:1:(no name): is not the name of a column"]


def test_a_fault_of_a_spreadsheet_acts_on_no_terminal_and_buries_no_sentence():
    assert faults(USERS + "\x1b[2J,,,,\n")[0].startswith("1.csv:2:user: must be a user name")
    assert not any(character in "".join(faults(USERS + "a,\x1b[2J\x9b,,,maybe\n")) for character in "\x1b\x9b")
    assert all(len(line) < 1100 for line in faults(f"user,{'x' * 90_000}\n", f"{USERS}a,{'y' * 90_000},,,\n"))


def test_a_number_of_any_length_is_a_fault_and_no_failure():
    assert faults(SERVERS + SERVER.replace("587", "9" * 5000))[0].startswith("1.csv:2:port: must be a whole number")


def test_a_character_that_ends_no_line_in_a_file_ends_no_row():
    (fault,) = faults(USERS + USER.replace("Thandi Nkosi", "Thandi\u2028Nkosi"))
    assert fault.startswith("1.csv:2:sender_name: ")


def test_a_text_with_a_nul_is_not_csv():
    assert faults(USERS + USER.replace("hq relay", "hq\0relay")) == ["1.csv: this is not CSV: line contains NUL"]
