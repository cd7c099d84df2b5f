# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The program fincon-probe: its options and settings, what it prints, and what it never prints."""

from __future__ import annotations

import io
import json
import sys
from types import SimpleNamespace

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._core.records import MAIL_USER, SMTP_SERVER
from ansible_collections.fincon.mail.plugins.module_utils._probe_cli import main as program
from ansible_collections.fincon.mail.plugins.module_utils._probe_cli.lines import use_colours
from ansible_collections.fincon.mail.plugins.module_utils._probe_cli.settings import LIMIT
from ansible_collections.fincon.mail.plugins.module_utils._smtp import followup
from scripted_smtp import Script, ScriptedServer

PASSWORD = "c4nary-Zq8"
LOGIN = {"mail_server": "127.0.0.1", "username": "alice", "password": PASSWORD, "use_tls": False}


@pytest.fixture(autouse=True)
def no_usual_ways(monkeypatch):
    """It is not known what listens at the ports 587 and 465 of the machine that runs the tests."""
    monkeypatch.setattr(followup, "USUAL_WAYS", ())


@pytest.fixture
def run(monkeypatch, capsys):
    """Run the program; return its status, output and error output. ``given`` is standard input."""

    def start(*arguments, given=b"", terminal=False):
        content = given if isinstance(given, bytes) else json.dumps(given).encode()
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(content), isatty=lambda: terminal))
        status = program.main("1.2.3", arguments)
        said = capsys.readouterr()
        assert PASSWORD not in said.out + said.err
        assert "Traceback" not in said.err
        return status, said.out, said.err

    return start


@pytest.fixture
def server():
    """A server without TLS that knows alice."""
    script = Script(before_tls="250-mail\r\n250 AUTH PLAIN", accounts={"alice": PASSWORD})
    with ScriptedServer(script) as running:
        yield running


def test_a_login_that_passes_ends_with_0_and_one_line_for_people(run, server):
    status, said, errors = run("--settings", "-", "--port", str(server.port), given=LOGIN)
    assert (status, errors) == (0, "")
    assert said.splitlines()[0] == f"127.0.0.1:{server.port} passed the level auth."
    assert "Warning: The password was sent without TLS" in said or "Warning:" in said


def test_a_refused_login_ends_with_1_and_says_what_why_and_what_to_do(run, server):
    server.script.accounts["alice"] = "another"
    status, said, errors = run("--settings", "-", "--port", str(server.port), given=LOGIN)
    assert (status, errors) == (1, "")
    what, why, do = said.splitlines()[:3]
    assert "failed at the stage auth: 535" in what
    assert why.startswith("Likely cause: The server refuses this user name and password.")
    assert do.startswith("What to do: ")
    assert server.logins == 1


def test_the_json_is_a_versioned_report_with_the_settings_and_without_the_password(run, server):
    status, said, _errors = run("--settings", "-", "--json", "--port", str(server.port), given=LOGIN)
    report = json.loads(said)
    assert status == 0
    assert (report["format"], report["version"], report["release"], report["ok"]) == ("fincon-probe", 1, "1.2.3", True)
    assert report["host"]
    assert report["created"].endswith("Z")
    (login,) = report["logins"]
    assert login["settings"]["username"] == "alice"
    assert login["settings"]["port"] == server.port
    assert login["password_fingerprint"].startswith("scrypt$")
    assert login["verification"]["ok"]


def test_the_report_is_written_to_a_file_too(run, server, tmp_path):
    path = tmp_path / "report.json"
    status, said, _errors = run("--settings", "-", "--output", str(path), "--port", str(server.port), given=LOGIN)
    assert status == 0
    assert "passed" in said
    assert PASSWORD not in path.read_text()
    assert json.loads(path.read_text())["ok"]


def test_each_login_of_a_branch_is_tried_once(run, server):
    records = {
        "smtp_servers": [{"name": "HQ", "mail_server": "127.0.0.1", "port": server.port, "use_tls": False}],
        "users": [
            {"user": "THANDI", "smtp_server": "HQ", "username": "alice", "password": PASSWORD},
            {"user": "PIETER", "smtp_server": "hq", "username": "alice", "password": PASSWORD},
            {"user": "KGOSI", "smtp_server": "HQ", "username": "kgosi", "password": "c4nary-no"},
        ],
    }
    status, said, _errors = run("--settings", "-", given=records)
    assert status == 1
    assert "PIETER, THANDI: 127.0.0.1" in said
    assert "KGOSI: 127.0.0.1" in said
    assert server.logins == 2


def test_the_password_comes_from_a_file_or_from_the_keyboard(run, server, tmp_path, monkeypatch):
    options = ("--mail-server", "127.0.0.1", "--port", str(server.port), "--username", "alice", "--use-tls", "no")
    path = tmp_path / "password"
    path.write_bytes(b"\xef\xbb\xbf" + PASSWORD.encode() + b"\r\n")
    assert run(*options, "--password-file", str(path))[0] == 0
    assert run(*options, "--password-file", "-", given=PASSWORD.encode("utf-16"))[0] == 0
    monkeypatch.setattr(program.getpass, "getpass", lambda _prompt: PASSWORD)
    assert run(*options, terminal=True)[0] == 0
    monkeypatch.setattr(program.getpass, "getpass", lambda _prompt: "***")
    status, _said, errors = run(*options, terminal=True)
    assert (status, "is a mask, not a password" in errors) == (2, True)


def test_without_a_terminal_the_program_does_not_wait_for_a_password(run):
    status, said, errors = run("--mail-server", "127.0.0.1", "--username", "alice")
    assert (status, said) == (2, "")
    assert "there is no terminal to ask for it" in errors


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "mail_server: is needed (option --mail-server)"),
        (("--mail-server", "smtp://x"), "--mail-server: must be a bare host name"),
        (("--mail-server", "x", "--port", "0"), "--port: must be a whole number from 1 to 65535, not 0"),
        (("--mail-server", "x", "--port", "٥"), "--port: must be a whole number"),
        (("--mail-server", "x", "--use-tls", "maybe"), "--use-tls: must be true or false"),
        (("--mail-server", "x", "--level", "far"), "--level"),
        (("--mail-server", "x", "--mail-serve", "y"), "--mail-serve is not an option"),
        (("--password", PASSWORD), "--password is not an option; the password is never an option"),
        ((f"--password={PASSWORD}",), "the password is never an option"),
        (("--mail-server", "x", PASSWORD), "there is a word that belongs to no option"),
        (("--password-file", PASSWORD), "--password-file: the file cannot be read"),
        (("--password-file", f"{PASSWORD}\0"), "--password-file: the file cannot be read"),
        (("--settings", PASSWORD), "--settings: the file cannot be read"),
        (("--settings", "-", "--password-file", "-"), "cannot both read standard input"),
        (("--mail-server", "x", "--authenticate", "no", "--output", "/nowhere/at/all"), "--output: the file cannot"),
    ],
)  # fmt: skip
def test_wrong_options_end_with_2_and_a_sentence(run, arguments, words):
    status, said, errors = run(*arguments)
    assert (status, said) == (2, "")
    assert words in errors


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (b"{", "the settings are not JSON: line 1"),
        (b"\xff\xff\xff", "the settings are not JSON"),
        (b"[" * 100000, "the settings are not JSON"),
        (b" " * (LIMIT + 1), "more than 4 MiB"),
        (b"[]", "must be a JSON object"),
        (b'{"port": 1, "port": 2}', "port appears twice"),
        ({**LOGIN, "port": "587"}, "port: must be a whole number"),
        ({**LOGIN, "password": 12345}, "password: must be text"),
        ({**LOGIN, "password": PASSWORD + "\r\nQUIT"}, "password: must be text on one line"),
        ({**LOGIN, "sender_emial": "x"}, "sender_emial: is not a known setting; did you mean 'sender_email'?"),
        ({**LOGIN, "\x1b[31m": "x"}, "\\x1b[31m: is not a known setting"),
        ({**LOGIN, "report_content": {}}, "report_content: is not a known setting"),
        ({**LOGIN, "level": "far"}, "level: must be one of connect, tls, auth, envelope, send"),
        ({**LOGIN, "tls_mode": ["auto"]}, "tls_mode: must be text"),
        ({**LOGIN, "validate_certs": "no"}, "validate_certs: must be true or false"),
        ({**LOGIN, "use_tls": True, "tls_mode": "none", "port": 1}, ""),
        ({**LOGIN, "smtp_servers": []}, "belongs to one login"),
        ({"users": []}, "users: need smtp_servers"),
        ({"smtp_servers": []}, "there is nothing to try"),
        ({"smtp_servers": {}}, "smtp_servers: must be a list"),
        ({"smtp_servers": [[]]}, "[0] must be a record"),
        ({"smtp_servers": [{"mail_server": "x"}]}, "[0].name is missing"),
        ({"smtp_servers": [{"name": "HQ"}]}, "smtp_server HQ, mail_server: is needed"),
        ({"smtp_servers": [{"name": "HQ", "mail_server": "x", "prot": 1}]}, "[0].prot is not a known key"),
        ({"smtp_servers": [{"name": "HQ", "mail_server": "x", "port": "1"}]}, "port: must be a whole number"),
        ({"smtp_servers": [{"name": "HQ", "mail_server": "x"}], "level": "send"}, "level: send is for"),
    ],
)  # fmt: skip
def test_wrong_settings_end_with_2_and_a_sentence(run, given, words):
    status, _said, errors = run("--settings", "-", given=given)
    assert status == 2
    assert words in errors


def test_a_user_without_a_definition_is_named_since_it_is_not_tried(run, server):
    records = {
        "smtp_servers": [{"name": "HQ", "mail_server": "127.0.0.1", "port": server.port, "use_tls": False,
                          "username": "alice", "password": PASSWORD}],
        "users": [{"user": "THANDI", "smtp_server": "Head office"}],
    }  # fmt: skip
    status, _said, errors = run("--settings", "-", given=records)
    assert status == 0
    assert "warning: mail_user THANDI, smtp_server: is 'Head office', which is not declared here" in errors


def test_an_option_goes_before_the_same_setting_of_the_file(run, server):
    status, said, _errors = run("--settings", "-", "--port", str(server.port), given={**LOGIN, "port": 1})
    assert (status, f":{server.port} passed" in said) == (0, True)


def test_help_names_every_field_that_a_mail_server_sees_but_the_password(run):
    status, said, _errors = run("--help")
    assert status == 0
    for field in (*SMTP_SERVER.fields, MAIL_USER.field("sender_email")):
        if field.probed and not field.secret:
            assert f"--{field.name.replace('_', '-')} " in said
    assert "--password " not in said


def test_the_version_names_the_release_and_the_python(run):
    status, said, _errors = run("--version")
    assert status == 0
    assert said.startswith("fincon-probe 1.2.3 (Python 3.")


def test_control_characters_of_a_server_do_not_reach_the_terminal(run, server):
    server.script.accounts["alice"] = "another"
    server.script.refusal = "535 \x1b[2Jgo \u202eaway"
    _status, said, _errors = run("--settings", "-", "--port", str(server.port), given=LOGIN)
    assert "\x1b" not in said
    assert "\u202e" not in said


@pytest.mark.parametrize(
    ("terminal", "environment", "platform", "coloured"),
    [
        (True, {"TERM": "xterm"}, "linux", True),
        (True, {"TERM": "xterm", "NO_COLOR": "1"}, "linux", False),
        (True, {"TERM": "xterm", "NO_COLOR": ""}, "linux", True),
        (True, {"TERM": "dumb"}, "linux", False),
        (False, {"TERM": "xterm"}, "linux", False),
        (True, {"WT_SESSION": "1"}, "win32", True),
        (True, {}, "win32", False),
    ],
)
def test_only_a_terminal_has_colours_and_none_with_no_color(terminal, environment, platform, coloured):
    assert use_colours(terminal, environment, platform) is coloured
