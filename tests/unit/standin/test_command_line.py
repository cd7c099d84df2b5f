# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line, in a process of its own: it says where it serves, and ends cleanly."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

PROGRAM = Path(__file__).resolve().parents[2] / "standin"


def run(*arguments):
    """Run it to its end, for what must not serve at all."""
    return subprocess.run(
        [sys.executable, PROGRAM, *arguments], capture_output=True, text=True, timeout=20, check=False
    )


@pytest.fixture
def serve(tmp_path):
    """Starts it, waits for its ready file, and ends it by a signal; returns what the file says and the process."""
    started = []

    def start(*arguments):
        ready = tmp_path / f"ready-{len(started)}.json"
        process = subprocess.Popen(
            [sys.executable, PROGRAM, "--ready-file", ready, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        deadline = time.monotonic() + 20
        while not ready.exists():
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.01)
        return json.loads(ready.read_text()), process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def get(url):
    with urllib.request.urlopen(url, timeout=5) as response:
        return json.load(response)


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_the_demonstration_until_a_signal_ends_it(serve, tmp_path, ending):
    ready, process = serve()
    assert ready["pid"] == process.pid
    assert get(f"{ready['admin_url']}/companies") == ["CAPETOWN", "DURBAN", "POLOKWAN"]
    process.send_signal(ending)
    output, errors = process.communicate(timeout=10)
    assert (process.returncode, errors) == (0, "")
    assert "not a Fincon server" in output
    assert ready["url"] in output
    assert list(tmp_path.iterdir()) == []


def test_it_generates_branches_and_users(serve):
    ready, _process = serve("--branches", "3", "--users", "2")
    assert get(f"{ready['admin_url']}/companies") == ["B0001", "B0002", "B0003"]
    assert sorted(get(f"{ready['admin_url']}/state/B0003")["users"]) == ["ANSIBLE", "PASSME", "U001", "U002"]


def test_it_starts_with_tls_and_a_mail_server_and_leaves_no_file_behind(serve):
    pytest.importorskip("aiosmtpd")
    ready, process = serve("--tls", "--smtp")
    assert ready["url"].startswith("https://")
    authorities = [Path(ready["ca_path"]), Path(ready["smtp"]["ca_path"])]
    assert all("BEGIN CERTIFICATE" in path.read_text() for path in authorities)
    assert ready["smtp"]["starttls_port"] != ready["smtp"]["tls_port"]
    process.terminate()
    assert process.communicate(timeout=10)[1] == ""
    assert not any(path.parent.exists() for path in authorities)


def test_a_database_file_outlives_the_process(serve, tmp_path):
    database = tmp_path / "standin.sqlite"
    ready, process = serve("--db", str(database))
    body = json.dumps({"company": "DURBAN", "user": "JOHAN", "fields": {"JobTitle": "Driver"}}).encode()
    urllib.request.urlopen(f"{ready['admin_url']}/tamper", body, timeout=5).close()
    process.terminate()
    process.communicate(timeout=10)
    ready, _process = serve("--db", str(database))
    assert get(f"{ready['admin_url']}/state/DURBAN")["users"]["JOHAN"]["JobTitle"] == "Driver"


def test_its_help_names_every_limit_and_says_what_it_is():
    finished = run("--help")
    assert finished.returncode == 0
    assert "not a Fincon server" in " ".join(finished.stdout.split())
    for option in ("--max-sessions", "--user-timeout", "--page-cap", "--published", "--contract"):
        assert option in finished.stdout


@pytest.mark.parametrize(
    ("site", "reason"),
    [
        ("{", "not JSON"),
        ("[]", "a JSON object expected"),
        ('{"companies": [{}]}', "companies[0]: data_id is missing"),
        ('{"companies": [{"data_id": "A", "users": [{"user": "TOOLONGNAME"}]}]}', "at most 8 characters"),
        ('{"companies": [{"data_id": "A", "smtp_servers": [{"SMTPName": "X", "Host": "h"}]}]}', "no field 'Host'"),
        ('{"window": {"from": "late", "to": "03:00"}}', "window"),
        ('{"contract": {"methods": {"GetUsers": "X"}}}', "no 'GetUsers'"),
        ('{"contract": {"methods": {"GetMailUsers": "Login"}}}', "same name"),
        ('{"contract": {"fields": {"SmtpDefinitions": {"Hosts": "X"}}}}', "no 'Hosts'"),
    ],
)
def test_a_site_file_that_cannot_be_used_is_one_clear_line(tmp_path, site, reason):
    path = tmp_path / "site.json"
    path.write_text(site)
    finished = run("--site", str(path))
    assert finished.returncode == 2
    assert finished.stderr.startswith("standin: ")
    assert finished.stderr.count("\n") == 1
    assert reason in finished.stderr


@pytest.mark.parametrize(
    "arguments",
    [("--port", "70000"), ("--branches", "0"), ("--site", "/nonexistent.json"), ("--cert", "only.pem")],
)
def test_a_bad_option_ends_with_status_2_and_no_traceback(arguments):
    finished = run(*arguments)
    assert finished.returncode == 2
    assert "Traceback" not in finished.stderr


def test_a_port_that_is_taken_is_reported(serve):
    ready, _process = serve()
    finished = run("--port", ready["url"].rpartition(":")[2])
    assert finished.returncode == 2
    assert finished.stderr.startswith("standin: ")
    assert "Traceback" not in finished.stderr
