# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people read of a run, besides the headings and host lines of Ansible: a summary, and each error once."""

from __future__ import annotations

import json
import re

import pytest

from .conftest import BRANCHES, COMPANIES, Site

REFUSED = "THANDI: localhost:PORT failed at the stage auth: 535 5.7.8 Authentication credentials invalid"
ADVICE = (
    "Likely cause: The server refuses this user name and password.",
    "What to do: Check both. The probe tried only once.",
)
CHECKED = "3 of 3 branches checked: no errors"

_ANSIBLES = re.compile(
    r"(PLAY|TASK|NO MORE HOSTS LEFT|skipping: |included: |(ok|changed): \[[\w-]+\]( => \(item=\w+\))? *$|\S+ +: ok=)"
)
_FATAL = re.compile(r"fatal: \[([\w-]+)\]: FAILED! => (\{.*\})$")


def said(site: Site, output: str) -> list[str]:
    """What was printed besides headings, host lines and the recap; of a failed host, its message."""
    found = []
    for line in output.splitlines():
        fatal = _FATAL.match(line)
        if fatal:
            result = json.loads(fatal[2])
            assert result.pop("changed") is False
            assert set(result) == {"msg"}, "a failure is its message alone"
            found += [f"FAILED {fatal[1]}: {result['msg']}"]
        elif line.strip() and not _ANSIBLES.match(line):
            found.append(line)
    return [line.replace(str(site.folder), "SITE").replace(str(site.mail.starttls_port), "PORT") for line in found]


def attended(site: Site) -> None:
    """Make all branches attended ones."""
    for branch, company in BRANCHES.items():
        users = [site.user(name) for name in COMPANIES[company]]
        site.write_branch(branch, installation={"backend": "attended", "ledger": f"l/{branch}.yml"}, users=users)


def test_a_green_run_says_a_line_for_the_fleet_and_a_refused_login_says_its_three_lines_once(site: Site) -> None:
    assert said(site, site.playbook("fincon.mail.verify").output)[:2] == [CHECKED, "4 of 4 logins passed at 3 branches"]
    users = ["  cape-town: PIETER, THANDI", "  durban: LERATO", "  polokwane: KGOSI"]
    again = ["Must log out of Fincon and in again:", *users]
    planned = site.playbook("fincon.mail.apply", "--check", fincon_verify="none")
    assert said(site, planned.output) == [CHECKED, "3 branches: 3 would change; 7 changes", *again]
    applied = site.playbook("fincon.mail.apply", fincon_verify="none")
    assert said(site, applied.output) == [CHECKED, "3 branches: 3 changed; 7 changes", *again]

    site.write_fleet(cape_town=[site.user("THANDI", password="c4nary-not-it"), site.user("PIETER")])
    refused = site.playbook("fincon.mail.apply")
    assert said(site, refused.output) == [
        CHECKED, "3 branches: 2 as declared, 1 failed; 0 changes", f"FAILED cape-town: {REFUSED}\n" + "\n".join(ADVICE),
    ]  # fmt: skip
    verified = said(site, site.playbook("fincon.mail.verify").output)
    assert verified[1] == "3 of 4 logins passed at 3 branches"
    assert verified[3:] == [
        "1 x wrong_password at localhost:PORT",
        "  The server refuses this user name and password.",
        "  do: Check both. The probe tried only once.",
        "  at: cape-town (THANDI)",
        "FAILED cape-town: THANDI at localhost:PORT: wrong_password (535 5.7.8 Authentication credentials invalid)",
    ]


def test_drift_and_its_metrics_say_what_differs_and_where_the_report_is(site: Site) -> None:
    metrics = site.folder / "metrics" / "fincon.prom"
    variables = {"fincon_report_dir": str(site.folder / "r"), "fincon_metrics_file": str(metrics)}
    run = site.playbook("fincon.mail.drift", fincon_report_formats=["json"], **variables)
    lines = said(site, run.output)
    assert lines[0] == "3 branches: 3 drift"
    assert "1 x drift: KGOSI: is missing" in lines
    assert sorted(lines[-4:]) == [
        *(f"FAILED {branch}: drift: see SITE/r/drift-report.json" for branch in BRANCHES),
        "Report: SITE/r/drift-report.json",
    ]
    merged = site.playbook("fincon.mail.merge_reports", fincon_reports=[f"{site.folder}/r/*.json"], **variables)
    assert said(site, merged.output)[-1] == "FAILED localhost: not in sync: cape-town, durban, polokwane"
    site.playbook("fincon.mail.verify", "--check", **variables)
    text = metrics.read_text("utf-8")
    assert 'fincon_mail_drift_branches{state="drift"} 3' in text
    assert 'fincon_mail_verify_logins{branch="cape-town",result="passed"} 2' in text
    assert "c4nary" not in text


def test_metrics_and_evidence_say_their_errors_once(site: Site) -> None:
    taken = site.folder / "taken.prom"
    taken.write_text("not ours\n")
    refusal = "FAILED cape-town: SITE/taken.prom: is not a file of this collection's metrics"
    for playbook in ("fincon.mail.status", "fincon.mail.verify"):
        lines = said(site, site.playbook(playbook, fincon_metrics_file=str(taken)).output)
        assert [line for line in lines if "taken.prom" in line] == lines[-1:]
        assert lines[-1].startswith(refusal)
    assert said(site, site.playbook("fincon.mail.evidence").output) == [
        "FAILED cape-town: no host of this run has an audit mailbox; name it in the fleet file, as evidence.mailbox "
        "(docs/evidence.md)"
    ]


def test_an_error_of_the_files_is_named_with_its_place_and_nothing_of_ours(site: Site) -> None:
    path = site.write_branch("cape-town", users=[site.user("THANDI", sender_email="{{ address }}")])
    line = next(number for number, text in enumerate(path.read_text().splitlines(), 1) if "sender_email" in text)
    place = f"SITE/fleet/branches/cape-town.yml:{line}:3: users[0].sender_email (mail_user THANDI)"
    run = site.playbook("fincon.mail.validate")
    assert said(site, run.output) == [
        f"FAILED cape-town: {place}: cannot be rendered: the variable address is not defined"
    ]


def test_drift_says_once_what_cannot_be_rendered_and_goes_on(site: Site) -> None:
    site.write_branch("durban", users=[site.user("LERATO", password="{{ vault_lerrato }}")])
    run = site.playbook("fincon.mail.drift", vault_lerato="c4nary")
    assert "[ERROR]" not in run.output
    # The summary has lines of a width.
    cause = (
        "users[0].password (mail_user LERATO): cannot be rendered: the variable vault_lerrato is not defined; did you "
        "mean 'vault_lerato'?"
    )
    assert " ".join(run.output.split()).count(cause) == 1
    assert said(site, run.output)[0] == "3 branches: 2 drift, 1 invalid"


def test_errors_of_the_fleet_files_end_the_run_with_nothing_around_them(site: Site) -> None:
    path = site.write_branch("cape-town", users=[site.user("THANDI", sender_email="thandi at example.co.za")])
    line = next(number for number, text in enumerate(path.read_text().splitlines(), 1) if "sender_email" in text)
    run = site.playbook("fincon.mail.validate")
    assert run.status == 4
    assert said(site, run.output) == [
        "[ERROR]: errors in SITE/fleet/fincon.yml and its branch files: 1",
        f"SITE/fleet/branches/cape-town.yml:{line}:3: users[0].sender_email (mail_user THANDI): must be one e-mail "
        "address, such as name@example.co.za",
        "[ERROR]: nothing was done; the fleet files hold an error, named above",
    ]
    assert "TASK" not in run.output


def test_attended_sites_are_told_what_to_do_next_and_each_error_once(site: Site) -> None:
    attended(site)
    imported = site.playbook("fincon.mail.import", "--limit", "durban")
    assert said(site, imported.output) == ["1 of 1 branch checked: no errors", "durban: 3 records noted in the ledger"]
    again = site.playbook("fincon.mail.import", "--limit", "durban", fincon_import_csv=["nowhere.csv"])
    assert said(site, again.output)[1:] == [
        "FAILED durban: nowhere.csv: the file cannot be read on the controller: No such file or directory"
    ]
    ordered = said(site, site.playbook("fincon.mail.apply", "--limit", "cape-town", fincon_verify="none").output)
    assert ordered[1:] == [
        "Print SITE/fleet/l/work-orders/cape-town.html, or open it on a screen, and have it typed into Fincon, then:",
        "ansible-playbook -i SITE/fleet/fincon.yml fincon.mail.confirm -e fincon_order=1 --limit cape-town",
        "1 branch: 1 ordered; 5 changes",
        "1 work order to be typed in and confirmed; fincon.mail.status lists it",
    ]
    wrong = site.playbook("fincon.mail.confirm", "--limit", "cape-town", fincon_order=7)
    assert said(site, wrong.output) == ["FAILED cape-town: there is no work order 7; the last one is 1"]
    several = said(site, site.playbook("fincon.mail.confirm", fincon_order=1).output)
    assert [line.partition(",")[0] for line in several] == [
        "FAILED cape-town: The number of a work order belongs to one branch"
    ]
    replies = {"durban": {"order": 9, "by": "Tester"}}
    assert said(site, site.playbook("fincon.mail.confirm", fincon_replies=replies).output)[-1].startswith("FAILED ")
    done = site.playbook("fincon.mail.confirm", "--limit", "cape-town", fincon_order=1)
    assert said(site, done.output) == [
        "Nothing is left of work order 1.", "PIETER, THANDI must log out of Fincon and in again"
    ]  # fmt: skip
    (site.fleet.parent / "l" / "durban.yml").write_text("nonsense: [")
    status = said(site, site.playbook("fincon.mail.status").output)
    assert status[0] == "durban: its ledger could not be read"
    place = "SITE/fleet/l/durban.yml:2:1"
    assert status[2].startswith(f"FAILED durban: durban could not be read: {place}: this is not YAML")
    assert len(status) == 3


@pytest.mark.parametrize(
    ("name", "option", "message"),
    [
        ("evidence", {"fincon_evidence_mailbox": {"kind": "mbox", "path": "{}/box", "servers": ["mx"]}},
         "the mbox {}/box cannot be read (No such file or directory); check the path and its rights"),
        ("status", {"fincon_metrics_file": "{}/x/a.prom"}, "{}/x: the metrics cannot be written (Not a directory)"),
        ("drift", {"fincon_report_dir": "{}/reports"}, "{}/reports: the report cannot be written (Not a directory)"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_or_written_is_said_once(site: Site, name: str, option: dict, message: str) -> None:
    attended(site)
    file = site.folder / "file"
    file.touch()
    nowhere = str(site.folder / "no-folder") if name == "evidence" else str(file)
    options = json.loads(json.dumps(option).replace("{}", nowhere))
    run = site.playbook(f"fincon.mail.{name}", "--limit", "cape-town", **options)
    assert run.status == 2
    shown = message.replace("{}", nowhere.replace(str(site.folder), "SITE"))
    assert [line for line in said(site, run.output) if "cannot be" in line] == [f"FAILED cape-town: {shown}"]


def test_adopt_and_conformance_say_what_to_do_next(site: Site) -> None:
    folder = {"fincon_adopt_dir": str(site.folder / "adopted")}
    assert said(site, site.playbook("fincon.mail.adopt", **folder).output)[0].startswith("Files written: SITE/adopted/")
    (site.folder / "adopted" / "fincon.yml").write_text("mine: true\n")
    refused = said(site, site.playbook("fincon.mail.adopt", **folder).output)
    assert len(refused) == 1
    assert refused[0].startswith("FAILED cape-town: nothing was written, since these files are there already: ")
    conformance = {"fincon_adapter": ["/bin/true"], "fincon_conformance_user": "PASSME"}
    verdicts = said(site, site.playbook("fincon.mail.conformance", **conformance).output)
    assert verdicts[0].startswith("fail     describe ")
    assert verdicts[-1] == "FAILED localhost: 1 of 16 rules failed: describe"
