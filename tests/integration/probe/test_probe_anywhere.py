# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The probe as one file: built, run where there is no collection, and its report taken by the playbook verify."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import build_probe
import env
import pytest
from collection import ROOT

from ..conftest import PASSWORDS, Site
from .windows import WindowsPython

#: The oldest Python that the program needs, and the one that runs the tests.
PYTHONS = ("3.9", "tests")


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("dist") / "fincon-probe.pyz"
    build_probe.build(path)
    return path


def interpreter(name: str) -> str:
    python = sys.executable if name == "tests" else env.find_python(name)
    if python is None:
        pytest.skip(f"there is no Python {name} on this machine")
    return python


def run(command: list[str], given: Mapping[str, Any], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the program in an empty folder and with nothing of ours in its environment."""
    done = subprocess.run(
        [*command, "--settings", "-", "--json"], input=json.dumps(given), capture_output=True, text=True, timeout=120,
        cwd=folder, env={"PATH": os.defpath}, check=False,
    )  # fmt: skip
    assert not any(password in done.stdout + done.stderr for password in PASSWORDS.values())
    assert "Traceback" not in done.stderr
    return done


def records_of(site: Site, **relay: Any) -> dict[str, Any]:
    """The records of Cape Town, as the fleet's files declare them."""
    users = [{**site.user(name), "smtp_server": "HQ relay"} for name in ("THANDI", "PIETER")]
    return {"smtp_servers": [site.relay(**relay)], "users": users, "ca_path": site.mail.ca_path}


def test_the_same_tree_makes_the_same_bytes(program: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.pyz"
    environment = {**os.environ, "TZ": "Africa/Johannesburg", "PYTHONHASHSEED": "7"}
    subprocess.run(
        [sys.executable, str(ROOT / "tools" / "build_probe.py"), str(again)], env=environment, check=True, timeout=60
    )
    assert again.read_bytes() == program.read_bytes()


@pytest.mark.parametrize("name", PYTHONS)
def test_the_program_needs_nothing_but_python(site: Site, program: Path, tmp_path: Path, name: str) -> None:
    done = run([interpreter(name), "-I", str(program)], records_of(site), tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [login["verification"]["ok"] for login in json.loads(done.stdout)["logins"]] == [True, True]


def test_a_python_that_is_too_old_is_told_so(program: Path) -> None:
    done = subprocess.run([interpreter("3.8"), str(program)], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "fincon-probe: needs Python 3.9 or newer\n")


def report_of(site: Site, program: Path, **changes: Any) -> Path:
    """The file with a report about Cape Town, with changes to its top level."""
    done = run([sys.executable, "-I", str(program)], records_of(site), site.folder)
    path = site.folder / "report.json"
    path.write_text(json.dumps({**json.loads(done.stdout), **changes}), "utf-8")
    return path


def verify(site: Site, report: Path, **variables: Any) -> tuple[int, str]:
    tried = dict(site.mail.logins_tried)
    done = site.playbook(
        "fincon.mail.verify", "--limit", "cape-town", fincon_verification_file=str(report), **variables
    )
    assert site.mail.logins_tried == tried, "nothing is tried from the controller"
    assert not any(password in done.output for password in PASSWORDS.values())
    return done.status, done.output


def test_verify_takes_the_report_of_a_branch_and_says_where_it_is_from(site: Site, program: Path) -> None:
    status, output = verify(site, report_of(site, program, host="CT-PC1"))
    assert status == 0, output
    assert "2 of 2 logins passed" in output
    assert "tried from CT-PC1: 2 logins of cape-town, reported 20" in output


def test_verify_fails_when_a_report_is_of_other_settings_or_too_old(site: Site, program: Path) -> None:
    report = report_of(site, program, host="CT-PC1", created="2020-01-01T00:00:00Z")
    status, output = verify(site, report)
    assert status != 0
    assert "2 x report_old at localhost" in output
    report = report_of(site, program, host="CT-PC1")
    site.write_fleet(cape_town=[site.user("THANDI", password="c4nary-changed"), site.user("PIETER")])
    status, output = verify(site, report)
    assert status != 0
    assert "1 of 2 logins passed" in output
    assert "1 x report_differs at localhost" in output
    assert "cape-town (THANDI) from CT-PC1" in output
    assert "the password was not the one that is declared" in re.sub(r'[",\s]+', " ", output)


def test_nothing_in_a_report_is_rendered_and_one_of_another_shape_is_refused(site: Site, program: Path) -> None:
    witness = site.folder / "witness"
    hostile = f"{{{{ lookup('pipe', 'touch {witness}') }}}}"
    status, output = verify(site, report_of(site, program, host=hostile, created="2020-01-01T00:00:00Z"))
    assert status != 0
    assert "lookup('pipe'" in output, "the text is shown as it is"
    status, output = verify(site, report_of(site, program, logins=hostile))
    assert status != 0
    assert "report.json: is not a report of fincon-probe: logins must be a list" in output
    status, output = verify(site, site.folder / "missing.json")
    assert status != 0
    assert "missing.json: the report cannot be read on the controller: No such file or directory" in output
    assert not witness.exists()


@pytest.fixture(scope="module")
def windows() -> WindowsPython:
    python = WindowsPython()
    if python.missing():
        pytest.skip(python.missing())
    return python


def test_windows_own_python_tells_a_pass_a_wrong_password_and_a_closed_port(
    site: Site, program: Path, windows: WindowsPython, tmp_path: Path
) -> None:
    with windows:
        passed = windows.run(program, records_of(site))
        report = tmp_path / "windows.json"
        report.write_text(passed[1], "utf-8")
        assert (passed[0], json.loads(passed[1])["ok"]) == (0, True), passed
        wrong = records_of(site, password="c4nary-wrong")
        wrong["users"] = [{"user": "KGOSI", "smtp_server": "HQ relay"}]
        status, said, _errors = windows.run(program, wrong)
        assert (status, ids(said)) == (1, ["wrong_password"])
        status, said, _errors = windows.run(program, {"mail_server": "127.0.0.1", "port": 1, "authenticate": False})
        assert (status, ids(said)) == (1, ["refused"])
        assert "Connection refused" in said
        status, said, errors = windows.run(program, {"mail_server": "127.0.0.1", "username": "thandi"})
        assert (status, "there is no terminal to ask for it" in errors) == (2, True), said + errors
    status, output = verify(site, report)
    assert status == 0, output


def ids(said: str) -> list[str]:
    return [login["verification"]["diagnosis"]["id"] for login in json.loads(said)["logins"]]
