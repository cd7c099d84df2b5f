# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Passwords of every awkward shape, through every module, playbook and page: none shows, and none damages a value."""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._module.modules import MODULES
from ansible_collections.fincon.mail.tests.integration.conftest import Run
from collection import ROOT

from .awkward import AUDIT, COMMON, DISTINCT, INNOCUOUS, USERS, AwkwardSite, spellings

SERVER, FINCON, NEW = "c4nX-server-Pk5", "c4nFinc8", "c4nN-new-{}-Lm3"
#: Files in which Ansible keeps the arguments of a module process when it is told to keep remote files.
KEPT = re.compile(r"/remote-tmp/.*/AnsiballZ_\w+\.py$")
ONE = {"user": "U01", "smtp_server": "HQ relay"}


def module(action: str, /, **options: Any) -> dict[str, Any]:
    """A task."""
    return {f"fincon.mail.{action}": options}


def run_playbooks(site: AwkwardSite) -> None:
    """Run the playbooks that leave pages, reports and ledgers behind."""
    site.all("apply")
    site.all("drift")


def run_other_playbooks(site: AwkwardSite) -> None:
    """Run all others, and check mode."""
    reports = ["fincon-report/drift-report.json"]
    site.all("confirm", "--limit", "durban", fincon_order=1, fincon_items=[1, 2, 3])
    site.all("confirm", fincon_replies={"durban": {"order": 1, "except": [9]}})
    site.all("status", fincon_status_file="status.json")
    site.all("show")
    site.all("evidence", fincon_evidence_wait=1)
    site.all("adopt", fincon_adopt_dir="adopted")
    site.all("merge_reports", fincon_reports=reports, fincon_report_dir="merged")
    site.all("conformance", "--check", "--limit", "polokwane", fincon_conformance_user="U15")
    verified = site.all("verify", "--limit", "cape-town")
    assert verified.status == 0, verified.output
    site.all("import", "--limit", "durban", "--check")


def run_modules(site: AwkwardSite, way: str, *numbers: int) -> Run:
    """Run every module, or those tasks, in the worker or as a process."""
    chosen = [task for number, task in enumerate(tasks(site)) if not numbers or number in numbers]
    site.way = way
    run = site.tasks(*chosen, options=site.options, defaults={})
    site.way = "worker"
    assert len(run.results) == len(chosen), run.output
    return run


def tasks(site: AwkwardSite) -> list[dict[str, Any]]:
    """Tasks of every module: some do their work, some are refused, some fail."""
    records = site.records("Sales Desk")
    server, user = records["smtp_servers"][1], records["users"][1]
    switch = user.pop("email_enabled")
    # In the text of a mail server a password of one letter hides the text, so that none of those is verified here.
    some = {**records, "users": records["users"][:3]}
    attended = {"installation": site.installation("durban")}
    login = {"mail_server": "localhost", "port": site.mail.starttls_port, "ca_path": site.mail.ca_path}
    wrong = {"username": "u01@example.co.za", "password": f"{site.password(2)}x"}
    command = site.installation("polokwane")["command"]
    return [
        module("fincon_smtp_server", **server, verify="none", update_password="always"),
        module("fincon_mail_user", **user, verify="none", update_password="always"),
        module("fincon_mail_enabled", users=[user["user"]], enabled=not switch),
        module("fincon_mail_branch", **some, verify_failure="warn", ca_path=site.mail.ca_path),
        module("fincon_mail_branch", smtp_servers=[{**server, "port": 99999}]),
        module("fincon_mail_branch", smtp_servers=[{**server, "prot": 1}], users=[user, user]),
        module("fincon_smtp_probe", **login, **{**wrong, "password": site.password(1)}, fail_on_error=False),
        module("fincon_smtp_probe", **login, **wrong),
        module("fincon_mail_confirm", order=1, **attended),
        module("fincon_mail_import", users=[user], **attended),
        {**module("fincon_adapter_check", command=command, user="U15"), "check_mode": True},
        module("fincon_mail_user", **ONE, job_title="x", installation={**site.installation(""), "password": "c4nX"}),
        module("fincon_mail_info"),
    ]


def findings(site: AwkwardSite, secrets: list[str], asked_for: tuple[Path, ...]) -> tuple[list[str], int]:
    """Search everything that a site left behind, and return what shows where, and how many searches that were."""
    texts = {f"output {number}": output for number, output in enumerate(site.outputs)}
    texts |= {f"command line {number}": text for number, text in enumerate(sorted(site.commands))}
    kept, found = set(), []
    for path in site.written():
        if KEPT.search(str(path)):
            kept.add(path)
        elif path not in asked_for:
            texts[str(path.relative_to(site.folder))] = path.read_text("utf-8", "replace")
    for secret in secrets:
        forms = spellings(secret)
        for place, text in texts.items():
            shown = next((form for form in forms if form in text), None)
            if shown is not None:
                at = text.index(shown)
                found.append(f"{secret!r} shows in {place}: {text[max(0, at - 200) : at + 60]!r}")
    open_to_others = {path.parent for path in kept if stat.S_IMODE(path.parent.stat().st_mode) & 0o077}
    found += [f"{folder} can be read by others" for folder in open_to_others]
    return found, len(secrets) * len(texts)


def tracebacks(site: AwkwardSite) -> list[str]:
    """The outputs that hold a traceback of Python."""
    return [output[-600:] for output in site.outputs if "Traceback (most recent call last)" in output]


def test_the_runs_reach_every_module_and_playbook() -> None:
    text = Path(__file__).read_text("utf-8")
    missing = [name for name in MODULES if f'"{name}"' not in text]
    # The playbooks run these, which need the variables of all hosts. What apply and confirm do with the last one is
    # searched by tests/integration/work_order/test_passwords.py, and metrics by tests/integration/test_output.py.
    assert set(missing) <= {
        "fincon_adopt_fleet", "fincon_confirm_replies", "fincon_drift_report", "fincon_mail_evidence",
        "fincon_message", "fincon_metrics",
        "fincon_work_order_passwords",
    }  # fmt: skip
    # apply begins with the play of validate, as each playbook does with that of check_files. The tests of a new site
    # search its secret themselves.
    playbooks = {path.stem for path in (ROOT / "playbooks").glob("*.yml")} - {"check_files", "init", "validate"}
    assert [name for name in sorted(playbooks) if f'"{name}"' not in text] == []


def test_no_password_of_any_shape_shows_in_anything_that_runs_leave_behind(
    tmp_path: Path, tally: Callable[..., None]
) -> None:
    changed = [NEW.format(number) for number in range(len(USERS))]
    secrets = [*DISTINCT.values(), *changed, SERVER, FINCON, AUDIT]
    logs = tmp_path / "site" / "logs"
    with AwkwardSite(tmp_path / "site", list(DISTINCT.values()), (SERVER, FINCON)) as site:
        site.settings = {
            "ANSIBLE_LOG_PATH": str(logs / "ansible.log"),
            "ANSIBLE_KEEP_REMOTE_FILES": "1",
            "ANSIBLE_CALLBACKS_ENABLED": "junit,tree,fincon.mail.drift_report",
            "JUNIT_OUTPUT_DIR": str(logs / "junit"),
            "ANSIBLE_CALLBACK_TREE_DIR": str(logs / "tree"),
            "ANSIBLE_RETRY_FILES_ENABLED": "1",
            "ANSIBLE_RETRY_FILES_SAVE_PATH": str(logs / "retry"),
            "ANSIBLE_CACHE_PLUGIN": "jsonfile",
            "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(logs / "facts"),
            "FINCON_REPORT_DIRECTORY": str(logs / "report"),
        }
        logs.mkdir()
        site.all("apply", "--check", "--limit", "cape-town")
        run_playbooks(site)
        run_other_playbooks(site)
        # The junit callback repeats the arguments as the text of a play has them. Here they are in clear in that text,
        # which no playbook of the collection does.
        site.settings["ANSIBLE_CALLBACKS_ENABLED"] = "tree,fincon.mail.drift_report"
        run_modules(site, "worker")
        # Each module once: to send one costs seconds.
        run_modules(site, "process", 0, 1, 2, 3, 5, 7, 8, 9, 11)
        for number, user in enumerate(USERS):
            assert site.standin.password_is("CAPETOWN", "user", user, site.password(number)), user
        site.passwords = changed
        site.write_fleet()
        site.settings["ANSIBLE_CALLBACK_RESULT_FORMAT"] = "yaml"
        refused = site.all("apply", fincon_verify="auth")
        assert refused.status != 0, "the mail server does not know the new passwords"
        pages = site.folder / "ledgers" / "work-orders"
        # These pages are about to be replaced by others.
        site.outputs += [path.read_text("utf-8") for path in pages.glob("durban.*")]
        # The one place where passwords may stand, for whoever asks for them.
        asked = site.all("apply", fincon_work_order_secrets=True)
        assert asked.status == 0, asked.output
        own = tuple(sorted(pages.glob("durban.*")))
        assert all(changed[0] in path.read_text("utf-8") for path in own)
        assert {stat.S_IMODE(path.stat().st_mode) for path in own} == {0o600}
        shown, number = findings(site, secrets, own)
        damage = tracebacks(site)
    assert list((logs / "tree").iterdir())
    assert list((logs / "junit").iterdir())
    assert (logs / "ansible.log").stat().st_size > 10_000
    tally("canary searches", number, leaked=shown, tracebacks=damage)


def comparable(text: str, site: AwkwardSite) -> str:
    """A text without what differs from run to run: folders, ports, dates, times, salts, and the warnings."""
    for pattern, mark in (
        (re.escape(str(site.folder)), "FOLDER"),
        (rf"\b({site.mail.starttls_port}|{site.standin.port})\b", "PORT"),
        (r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?(Z|\.\d+| UTC)?)?", "DATE"),
        (r"scrypt\$[\w$+/=]+", "PRINT"),
        (r'"ms": \d+|\b\d+ ms\b', "N ms"),
    ):
        text = re.sub(pattern, mark, text)
    return text


def left_behind(site: AwkwardSite, runs: dict[str, Run]) -> dict[str, str]:
    """Results, pages, reports and ledgers, comparable."""
    made = {
        str(path.relative_to(site.folder)): comparable(path.read_text("utf-8"), site)
        for path in site.written()
        if "home" not in path.relative_to(site.folder).parts and not path.name.startswith(("results-", ".lock"))
    }
    for name, run in runs.items():
        for number, result in enumerate(run.results):
            # The names of the findings' warnings are of the passwords themselves.
            text = json.dumps({key: value for key, value in result.items() if key != "warnings"}, indent=1)
            made[f"{name}, result {number}"] = comparable(text, site)
    return made


def applied_again(site: AwkwardSite, read: dict[str, Any]) -> dict[str, Any]:
    """Apply the records that info returned, without the words that stand for passwords, and return the result."""
    kept = {
        section: [{name: value for name, value in record.items() if name != "password"} for record in read[section]]
        for section in ("smtp_servers", "users")
    }
    kept["users"] = [user for user in kept["users"] if user["user"] in USERS]
    return site.tasks(module("fincon_mail_branch", **kept, verify="none"), options=("--diff",)).result


def test_a_password_that_is_a_common_word_damages_no_value_of_a_result_a_page_or_a_report(
    tmp_path: Path, tally: Callable[..., None]
) -> None:
    made, outputs, damage = {}, {}, []
    for kind, passwords, logins in (
        ("plain", [INNOCUOUS], ("plain-server", "plainlog")),
        ("common", list(COMMON), ("Sales", "smtp")),
    ):
        with AwkwardSite(tmp_path / kind, passwords, logins) as site:
            site.options = ("--diff",)
            run_playbooks(site)
            runs = {"worker": run_modules(site, "worker"), "process": run_modules(site, "process", 3, 4, 11)}
            made[kind] = left_behind(site, runs)
            outputs[kind] = site.outputs
            damage += tracebacks(site)
            # What info returned can be applied again, and is what is there already.
            if kind == "common":
                again = applied_again(site, runs["worker"].results[-1])
    assert (again["changed"], again.get("msg")) == (False, None)
    wrong = [
        f"{name}: {difference(text, made['common'].get(name, 'nothing'))}"
        for name, text in made["plain"].items()
        if text != made["common"].get(name)
    ]
    # Banners end in asterisks; nothing else has any.
    masks = re.compile(r"\*{4}(?!\**$)|VALUE_SPECIFIED_IN_NO_LOG", re.M)
    wrong += [f"masked: {output[-300:]}" for output in outputs["common"] if masks.search(output)]
    tally("canary searches", len(made["plain"]), wrong=wrong, tracebacks=damage)


def difference(one: str, other: str) -> str:
    """The first lines in which two texts differ."""
    lines, others = one.splitlines(), other.splitlines()
    for line, second in zip(lines, others, strict=False):
        if line != second:
            return f"{line[:200]!r} became {second[:200]!r}"
    return f"{len(lines)} lines became {len(others)}: {[*lines, *others][-1:]}"


@pytest.mark.parametrize("shape", DISTINCT)
def test_a_password_shows_in_each_of_its_spellings_if_it_shows_at_all(shape: str) -> None:
    secret = DISTINCT[shape]
    for text in (secret, json.dumps({"password": secret}), repr([secret]), f"<td>{secret}</td>"):
        assert any(form in text for form in spellings(secret))
