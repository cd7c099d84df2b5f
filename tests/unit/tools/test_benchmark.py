# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The benchmark: what it generates is the same everywhere, and what it measures is what it says."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import run_benchmark
import yaml
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.fleet import load_fleet
from ansible_collections.fincon.mail.tests.standin import StandIn
from benchmark.audited import imap_missing
from benchmark.figures import Figure
from benchmark.fleets import DEFINITION, Fleet, installed, relay_login, write_fleet, write_host_vars
from benchmark.lab import Lab, changed_hosts
from benchmark.measure import FailedRun, Sample, cpu, extended, interleaved, median, run, wall
from benchmark.sizes import Sizes
from benchmark.standin import stand_in

FLEETS = [Fleet(3, 4), Fleet(2, 3, own_logins=True, prefix="P")]


@pytest.mark.parametrize("fleet", FLEETS)
def test_both_kinds_of_inventory_hold_the_same(fleet: Fleet, tmp_path: Path) -> None:
    file = write_fleet(fleet, tmp_path / "fleet", "http://127.0.0.1:9")
    loaded = load_fleet(str(file), lambda path: Path(path).read_text("utf-8"))
    assert loaded.findings == ()
    assert [branch.name for branch in loaded.branches] == fleet.names()

    hosts = write_host_vars(fleet, tmp_path / "plain", "http://127.0.0.1:9")
    assert list(yaml.safe_load(hosts.read_text())["fincon"]["hosts"]) == fleet.names()
    shared = yaml.safe_load((hosts.parent / "group_vars" / "fincon.yml").read_text())
    for branch in loaded.branches:
        own = yaml.safe_load((hosts.parent / "host_vars" / f"{branch.name}.yml").read_text())
        assert own["fincon_users"] == branch.data["users"]
        assert len(own["fincon_users"]) == fleet.users
        assert own["fincon_installation"] == branch.data["installation"]
        assert shared["fincon_smtp_servers"] == branch.data["smtp_servers"]
        assert branch.data["vars"].items() <= shared.items()


@pytest.mark.parametrize("fleet", FLEETS)
def test_what_is_installed_is_what_is_declared(fleet: Fleet) -> None:
    with StandIn(installed(fleet)["companies"]) as server:
        assert server.companies() == fleet.names()
        for branch in fleet.names():
            state = server.state(branch)
            for record in fleet.records(branch):
                user = state["users"][record["user"]]
                assert (user["SMTPName"], user["SenderEmail"], user["MailEnabled"]) == (
                    DEFINITION, record["sender_email"], "Y"
                )  # fmt: skip
                assert user["SMTPPasswordSet"] == ("Y" if fleet.own_logins else "N")
            assert state["smtp_servers"][DEFINITION]["PasswordSet"] == ("N" if fleet.own_logins else "Y")


def python(code: str, folder: Path) -> Sample:
    return run([sys.executable, "-c", code], dict(os.environ), folder)


def test_a_run_is_measured_with_the_processes_that_it_starts(tmp_path: Path) -> None:
    busy = "import time\nwhile time.process_time() < 0.3: pass\nkept = bytes(range(256)) * 400_000"
    sample = python(f"import subprocess, sys; print('out'); subprocess.run([sys.executable, '-c', {busy!r}])", tmp_path)
    assert sample.output == "out\n"
    assert sample.cpu >= 0.3
    assert sample.wall >= 0.3
    assert sample.peak > 100_000_000, "the memory is that of the largest process"


def test_a_run_that_fails_is_no_measurement(tmp_path: Path) -> None:
    with pytest.raises(FailedRun, match=r"status 3:\nwhy"):
        python("print('why'); raise SystemExit(3)", tmp_path)


def test_cases_take_turns() -> None:
    order = []

    def case(name: str, seconds: float) -> Sample:
        order.append(name)
        return Sample(seconds * len(order), seconds, 0, "")

    samples = interleaved({"a": lambda: case("a", 1), "b": lambda: case("b", 10)}, 3)
    assert order == ["a", "b", "a", "b", "a", "b"]
    assert median(samples["a"], wall) == 3
    assert median(samples["b"], cpu) == 10


def test_what_a_loop_takes_for_all_branches_follows_from_two_numbers_of_them() -> None:
    (sample,) = extended([Sample(3, 2, 5, "")], [Sample(5, 4, 7, "")], (4, 8), 50)
    assert (sample.wall, sample.cpu, sample.peak) == (26, 25, 7)


def test_layers_of_defaults_make_the_same_records(tmp_path: Path) -> None:
    def users(fleet: Fleet, folder: str) -> list[Any]:
        file = write_fleet(fleet, tmp_path / folder, "http://127.0.0.1:9")
        loaded = load_fleet(str(file), lambda path: Path(path).read_text("utf-8"))
        assert loaded.findings == ()
        return [sorted(record.items()) for branch in loaded.branches for record in branch.data["users"]]

    assert users(Fleet(2, 2, layers=True), "layers") == users(Fleet(2, 2), "flat")


def test_branches_share_logins_in_turn(tmp_path: Path) -> None:
    file = write_fleet(Fleet(5, 1, logins=2), tmp_path / "fleet", "http://127.0.0.1:9")
    loaded = load_fleet(str(file), lambda path: Path(path).read_text("utf-8"))
    names = [server["username"] for branch in loaded.branches for server in branch.data["smtp_servers"]]
    assert names == [relay_login(0), relay_login(1), relay_login(0), relay_login(1), relay_login(0)]


@pytest.mark.parametrize(
    ("figure", "fields"),
    [
        (Figure("a.wall", 1.23456, "s"), ["a.wall", "1.235s", "-", "-"]),
        (Figure("a.ratio", 0.25, limit=0.25), ["a.ratio", "0.25", "<=0.25", "met"]),
        (Figure("a.peak", 151, "MB", limit=150), ["a.peak", "151MB", "<=150MB", "missed"]),
    ],
)
def test_a_figure_is_a_line_of_name_value_target_and_verdict(figure: Figure, fields: list[str]) -> None:
    assert figure.line().split() == fields
    assert figure.missed == (fields[-1] == "missed")


def test_a_missed_target_ends_a_strict_run_with_a_status(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def measured(_lab: Lab, sizes: Sizes) -> Iterator[Figure]:
        yield Figure("repeats", sizes.repeats, limit=5)

    monkeypatch.setattr(run_benchmark, "MEASUREMENTS", {"check": measured})
    assert run_benchmark.main(["--repeats", "6"]) == 0
    assert "missed" in capsys.readouterr().out.splitlines()[1]
    assert run_benchmark.main(["--repeats", "6", "--strict"]) == 1
    assert run_benchmark.main(["--repeats", "5", "--strict"]) == 0


def test_the_recap_tells_which_hosts_were_changed() -> None:
    recap = "a : ok=1 changed=0 unreachable=0 failed=0 skipped=0\nb   : ok=2    changed=12   unreachable=0    failed=0 "
    assert changed_hosts(f"PLAY RECAP ***\n{recap}\n") == {"a": False, "b": True}


def test_every_way_of_comparing_notices_a_difference(tmp_path: Path) -> None:
    fleet = Fleet(1, 2)
    lab = Lab(tmp_path, forks=2)
    with stand_in(tmp_path, fleet) as server:
        inventory = write_fleet(fleet, tmp_path / "fleet", server.url)
        lab.play("branch", inventory)
        server.tamper("B0001", "U002", {"SenderName": "Somebody else"})
        lab.unchanged_play("debug", inventory, fleet.names())
        for play in ("branch", "user_loop", "uri_loop"):
            with pytest.raises(FailedRun, match="did not find all branches as declared"):
                lab.unchanged_play(play, inventory, fleet.names())


def test_a_tiny_benchmark_runs_from_end_to_end(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_benchmark.main(["--quick"]) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if not line.startswith("#")]
    shape = r"[a-z_0-9.]+ +[0-9.e+-]+(s|MB|%)? +(-|<=[0-9.]+(s|MB|%)?) +(-|met|missed)"
    assert [line for line in lines if not re.fullmatch(shape, line)] == []
    figures = {line.split()[0]: line.split() for line in lines}
    assert figures["check.requests_per_branch"][1:] == ["4", "<=4", "met"]
    with_target = {name for name, (_name, _value, target, _verdict) in figures.items() if target != "-"}
    assert with_target == {
        "check.branch_to_uri_loop", "check.branch_to_debug", "check.own_logins_to_uri_loop",
        "check.own_logins_to_debug", "check.requests_per_branch", "load.fleet_to_host_vars",
        "growth.beside_debug", "growth.1.peak_to_debug", "growth.2.peak_to_debug",
        "verify.logins", "confirm.replies_to_singles", "adopt.files.cpu",
        *(f"evidence.{name}.peak_over_debug" for name in ("read", *["imap"] * (not imap_missing()))),
    }  # fmt: skip
    assert float(figures["check.uri_loop.wall"][1][:-1]) > float(figures["check.branch.wall"][1][:-1])
