# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several controllers at once: what they leave is true, whole, and what one of them declared."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._core import passwords
from ansible_collections.fincon.mail.plugins.module_utils._core.records import MAIL_USER, SMTP_SERVER
from ansible_collections.fincon.mail.plugins.module_utils._core.state import DesiredRecord
from ansible_collections.fincon.mail.plugins.module_utils._module.result import ModuleResult
from ansible_collections.fincon.mail.plugins.plugin_utils._report.files import read_reports
from ansible_collections.fincon.mail.plugins.plugin_utils._report.junit import to_junit
from ansible_collections.fincon.mail.plugins.plugin_utils._report.markdown import to_markdown
from ansible_collections.fincon.mail.plugins.plugin_utils._report.page import to_html
from ansible_collections.fincon.mail.tests.faults import child
from ansible_collections.fincon.mail.tests.faults.model import PASSWORDS, Wish, a_branch, expected, key_of, unlike
from ansible_collections.fincon.mail.tests.faults.sites import (
    AttendedSite,
    CommandSite,
    RestSite,
    left_over,
    rest_settings,
    stored_fingerprints,
    vouching,
)
from ansible_collections.fincon.mail.tests.standin import StandIn

ROUNDS = 3
RENDERED = {"drift-report.html": to_html, "drift-report.md": to_markdown, "drift-report.xml": to_junit}
SERVER = key_of("smtp_server", "HQ Relay")
#: What each of four controllers declares: no two agree in a password and in a field.
WISHES = tuple(
    a_branch(PASSWORDS[number % 3], own=PASSWORDS[(number + 1) % 3], port=587 + number) for number in range(4)
)


@pytest.fixture(scope="module")
def controllers() -> Iterator[ProcessPoolExecutor]:
    with ProcessPoolExecutor(4, mp_context=child.PROCESSES) as pool:
        yield pool


@pytest.fixture(autouse=True)
def quick_fingerprints(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "fingerprint", passwords.fingerprint)
    child.quick_fingerprints()


@pytest.fixture(params=[2, 4], ids=["two", "four"])
def number(request: pytest.FixtureRequest) -> int:
    return request.param


def at_once(controllers: ProcessPoolExecutor, jobs: list[tuple[dict[str, object], Wish]]) -> list[ModuleResult]:
    return [job.result() for job in [controllers.submit(child.apply, *job) for job in jobs]]


def judge(site: RestSite | CommandSite, files: list[Path], wrong: list[str]) -> None:
    """Whatever a file of fingerprints vouches for is installed."""
    held = site.held()
    for path in files:
        for key, password in vouching(stored_fingerprints(path)).items():
            if held.passwords.get(key) != password:
                wrong.append(f"{path.name} vouches for another password of {key} than the one that is set")


def converge(site: RestSite | CommandSite, wishes: list[Wish], lost: list[str]) -> None:
    """Each of them gets what it declares, one after the other, and leaves a combined fingerprint that says so."""
    for wish in wishes:
        found = child.apply(site.settings, wish)
        differences = unlike(site.held(), expected(site.held(), wish, {}).held)
        if found.failure or differences:
            lost.append(f"a run alone ended {found.outcome} {found.failure}, and {differences}")
        if not json.loads(site.fingerprints.read_text("utf-8")).get("combined"):
            lost.append("a run alone left no combined fingerprint")
        again = child.apply(site.settings, wish)
        if again.outcome != "unchanged":
            lost.append(f"the run after it ended {again.outcome} {again.failure}")


@pytest.mark.parametrize("shared", ["file", "link"])
def test_controllers_that_share_the_fingerprints_leave_what_one_of_them_declared(
    controllers: ProcessPoolExecutor, tmp_path: Path, tally: Callable[..., None], number: int, shared: str
) -> None:
    lost: list[str] = []
    wrong: list[str] = []
    with StandIn(max_sessions=1000) as standin:
        site = RestSite(standin, "SHARED", tmp_path)
        names = [site.fingerprints]
        for one in range(1, number):
            link = tmp_path / f"link-{one}.json"
            names.append(link if shared == "link" else site.fingerprints)
            if shared == "link":
                link.symlink_to(site.fingerprints)
        jobs = [
            (rest_settings(standin, "SHARED", path, total_timeout=60.0), wish)
            for path, wish in zip(names, WISHES, strict=False)
        ]
        for turn in range(1, ROUNDS + 1):
            found = at_once(controllers, jobs)
            wrong += [f"round {turn}: {one.failure}" for one in found if one.failure]
            held = site.held()
            if all(unlike(held, expected(held, wish, {}).held) for _settings, wish in jobs):
                lost.append(f"round {turn}: what is left is a mixture: {held}")
            judge(site, list(dict.fromkeys(names)), wrong)
        converge(site, [wish for _settings, wish in jobs], lost)
        judge(site, [site.fingerprints], wrong)
        wrong += [one["what"] for one in standin.offences]
    wrong += [f"left over: {name}" for name in left_over(tmp_path)]
    tally("controllers", ROUNDS, lost=lost, wrong=wrong)


def test_controllers_with_fingerprints_of_their_own_get_what_they_declare_when_they_always_send_it(
    controllers: ProcessPoolExecutor, tmp_path: Path, tally: Callable[..., None], number: int
) -> None:
    lost: list[str] = []
    wrong: list[str] = []
    with StandIn(max_sessions=1000) as standin:
        site = RestSite(standin, "APART", tmp_path)
        child.apply(site.settings, WISHES[0])
        files = [tmp_path / f"{one}.json" for one in range(number)]
        jobs = [(rest_settings(standin, "APART", path), wish) for path, wish in zip(files, WISHES, strict=False)]
        for turn in range(1, ROUNDS + 1):
            found = at_once(controllers, jobs)
            wrong += [f"round {turn}: {one.failure}" for one in found if one.failure]
            for path, (_settings, wish) in zip(files, jobs, strict=True):
                told = vouching(stored_fingerprints(path))
                if told != wish.passwords():
                    wrong.append(
                        f"round {turn}: {path.name} vouches for what its controller never sent: {sorted(told)}"
                    )
            for settings, wish in jobs:
                child.apply(settings, Wish(wish.desired, "always"))
                differences = unlike(site.held(), expected(site.held(), wish, {}).held)
                lost += [f"round {turn}: {one}" for one in differences]
    tally("controllers", ROUNDS, lost=lost, wrong=wrong)


def test_controllers_that_share_an_adapter_leave_what_one_of_them_declared(
    controllers: ProcessPoolExecutor, tmp_path: Path, tally: Callable[..., None], number: int
) -> None:
    lost: list[str] = []
    wrong: list[str] = []
    site = CommandSite(tmp_path, "site", readback=False)
    wishes = list(WISHES[:number])
    for turn in (1, 2):
        found = at_once(controllers, [(site.settings, wish) for wish in wishes])
        wrong += [f"round {turn}: {one.failure}" for one in found if one.failure]
        held = site.held()
        if all(unlike(held, expected(held, wish, {}).held) for wish in wishes):
            lost.append(f"round {turn}: what is left is a mixture: {held}")
        judge(site, [site.fingerprints], wrong)
    converge(site, wishes[:1], lost)
    wrong += [f"left over: {name}" for name in left_over(tmp_path)]
    tally("controllers", 2, lost=lost, wrong=wrong)


def test_what_controllers_order_in_one_ledger_is_all_there_and_what_they_confirm_stays_confirmed(
    controllers: ProcessPoolExecutor, tmp_path: Path, tally: Callable[..., None], number: int
) -> None:
    lost: list[str] = []
    wrong: list[str] = []
    site = AttendedSite(tmp_path / "l.yml")
    ordered: set[str] = set()
    for turn in range(1, ROUNDS + 1):
        wishes = [_a_user(f"U{turn}{one}") for one in range(number)]
        before = site.data()["last_order"]
        found = at_once(controllers, [(site.settings, wish) for wish in wishes])
        wrong += [f"round {turn}: {one.failure}" for one in found if one.failure]
        names = {wish.desired[-1].name for wish in wishes}
        ordered |= names
        open_items = {item["name"] for item in site.items()}
        lost += [f"round {turn}: {name} is not ordered" for name in names - open_items]
        if site.data()["last_order"] != before + number:
            wrong.append(f"round {turn}: {number} orders, and the number is {site.data()['last_order']} after {before}")
        # Each of them confirms an item of its own.
        order, items = site.data()["ordered"]["number"], [item["item"] for item in site.items()]
        jobs = [controllers.submit(child.confirm, site.settings, order, [item]) for item in items]
        wrong += [f"round {turn}: {job.result().failure}" for job in jobs if job.result().failure]
        confirmed = {name for kind, name in site.confirmed().records if kind == "mail_user"}
        lost += [f"round {turn}: {name} is not confirmed" for name in ordered - confirmed]
        if site.data()["ordered"]:
            wrong.append(f"round {turn}: all items are confirmed, and the work order is open")
    wrong += [f"left over: {name}" for name in left_over(tmp_path)]
    tally("controllers", ROUNDS, lost=lost, wrong=wrong)


def _a_user(name: str) -> Wish:
    server = {"mail_server": "smtp.example.co.za", "username": "hq", "password": PASSWORDS[0]}
    user = {"smtp_server": "HQ Relay", "sender_name": name, "sender_email": "n@example.co.za"}
    return Wish((DesiredRecord(SMTP_SERVER, "HQ Relay", server), DesiredRecord(MAIL_USER, name, user)))


def test_reports_that_are_written_into_one_folder_at_once_are_those_of_one_run(
    controllers: ProcessPoolExecutor, tmp_path: Path, tally: Callable[..., None], number: int
) -> None:
    wrong: list[str] = []
    dest = tmp_path / "report"
    for turn in range(1, 7):
        branches = [f"branch-{turn}-{one}" for one in range(number)]
        jobs = [controllers.submit(child.report, str(dest), one, "2026-11-23T04:00:00Z") for one in branches]
        wrong += [f"round {turn}: {job.result()}" for job in jobs if job.result()]
        [document] = read_reports([str(dest / "drift-report.json")])
        for name, render in RENDERED.items():
            if (dest / name).read_text("utf-8") != render(document):
                wrong.append(f"round {turn}: {name} is not of the same report as drift-report.json")
        if [entry["branch"] for entry in document["branches"]] not in [[one] for one in branches]:
            wrong.append(f"round {turn}: the report is of none of the runs")
    wrong += [f"left over: {one.name}" for one in dest.iterdir() if one.name not in {*RENDERED, "drift-report.json"}]
    tally("controllers", 6, wrong=wrong)
