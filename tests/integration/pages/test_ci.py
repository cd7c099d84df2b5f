# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pipelines of examples/ci do what docs/ci.md says, and the units of examples/systemd are ones.

Their commands run as they are, except those that install.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from collection import ROOT

from ..conftest import Site

EXAMPLES = ROOT / "examples"
INSTALLS = ("pip install", "ansible-galaxy collection install", "python3 -m venv")
#: What validate runs: without a vault password, that is all it can.
CHECK = "fincon.mail.check_files"


def github() -> dict[str, list[str]]:
    """The commands of each job of the GitHub workflow."""
    jobs = load("ci/github.yml")["jobs"]
    return {name: [step["run"] for step in job["steps"] if "run" in step] for name, job in jobs.items()}


def gitlab() -> dict[str, list[str]]:
    """The commands of each job of the GitLab pipeline, those of one job in one shell."""
    jobs = {name: job for name, job in load("ci/gitlab-ci.yml").items() if name != "default"}
    return {name: ["\n".join(job["script"])] for name, job in jobs.items()}


def load(name: str) -> Any:
    return yaml.safe_load((EXAMPLES / name).read_text("utf-8"))


class Runner:
    """A checkout of an attended fleet, on a machine that has what the jobs install."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "home").mkdir()
        (folder / "home" / "ansible.cfg").touch()
        (folder / ".venv").mkdir()
        self.programs = Path(sys.executable).parent
        (folder / ".venv" / "bin").symlink_to(self.programs)
        relay = {"name": "HQ relay", "mail_server": "smtp.example.co.za", "authenticate": False}
        defaults = {"smtp_servers": [relay], "user": {"smtp_server": "HQ relay"}}
        fleet = {"plugin": "fincon.mail.fleet", "branches": "branches/*.yml", "defaults": defaults}
        self.write("fleet/fincon.yml", fleet)
        user = {"user": "THANDI", "sender_name": "{{ vault_name }}", "sender_email": "thandi@example.co.za"}
        installation = {"backend": "attended", "ledger": "../ledgers/durban.yml"}
        self.write("fleet/branches/durban.yml", {"branch": "durban", "installation": installation, "users": [user]})
        self.write("fleet/group_vars/fincon/vault.yml", {"vault_name": "Thandi Nkosi"})
        self.write("password", "grey wagons never rust")
        encrypt = "ansible-vault encrypt --vault-password-file password fleet/group_vars/fincon/vault.yml"
        assert self.run(encrypt).returncode == 0

    def write(self, name: str, content: Any) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else yaml.safe_dump(content), "utf-8")

    def run(self, command: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a command of a job."""
        environment = {**Site.environment(self.folder), "PATH": f"{self.programs}:/usr/bin:/bin", **variables}
        return subprocess.run(
            ["bash", "-eo", "pipefail", "-c", command], env=environment, cwd=self.folder, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, timeout=120, check=False,
        )  # fmt: skip


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(tmp_path)


def work(commands: list[str]) -> list[str]:
    """The commands of a job that do not install."""
    return [command for command in commands if not any(words in command for words in INSTALLS)]


def test_the_check_of_a_change_needs_no_secret_and_is_red_for_an_error(runner: Runner) -> None:
    (command,) = work(github()["validate"])
    assert [command] == gitlab()["validate"]
    assert command.endswith(CHECK)
    done = runner.run(command)
    assert done.returncode == 0, done.stdout
    text = (runner.folder / "fleet" / "branches" / "durban.yml").read_text("utf-8")
    runner.write("fleet/branches/durban.yml", text.replace("sender_name", "sender_nmae"))
    done = runner.run(command)
    assert done.returncode == 4
    assert "did you mean 'sender_name'" in done.stdout


def test_the_nightly_job_is_red_for_drift_and_keeps_the_report_and_not_the_password(runner: Runner) -> None:
    (compare, *after) = work(github()["drift"])
    secrets = {"FINCON_VAULT_PASSWORD": "grey wagons never rust", "RUNNER_TEMP": str(runner.folder)}
    summary = runner.folder / "summary.md"
    done = runner.run(compare, **secrets)
    assert done.returncode == 2
    assert ": 1 drift" in done.stdout, done.stdout
    for command in after:
        assert runner.run(command, GITHUB_STEP_SUMMARY=str(summary), **secrets).returncode == 0
    assert "durban" in summary.read_text("utf-8")
    assert not (runner.folder / "vault-password").exists()
    shutil.rmtree(runner.folder / "reports")
    (commands,) = gitlab()["drift"]
    assert runner.run(commands, VAULT_PASSWORD_FILE=str(runner.folder / "password")).returncode == 2
    assert (runner.folder / load("ci/gitlab-ci.yml")["drift"]["artifacts"]["reports"]["junit"]).is_file()


def test_the_history_of_drift_is_kept_when_the_job_is_red() -> None:
    steps = load("ci/github.yml")["jobs"]["drift"]["steps"]
    (saved,) = [step for step in steps if step.get("uses", "").startswith("actions/cache/save@")]
    (restored,) = [step for step in steps if step.get("uses", "").startswith("actions/cache/restore@")]
    assert saved["if"] == "always()"
    assert saved["with"] == {key: restored["with"][key] for key in ("path", "key")}
    cache = load("ci/gitlab-ci.yml")["drift"]["cache"]
    assert cache["when"] == "always"
    assert cache["paths"] == [saved["with"]["path"]]


def test_the_systemd_units_run_the_script_that_cron_runs() -> None:
    units = EXAMPLES / "systemd"
    script = EXAMPLES / "cron" / "fincon-daily.sh"
    service = (units / "fincon-daily.service").read_text("utf-8")
    assert f"ExecStart=/srv/fincon/{script.name}\n" in service
    assert {line.partition("=")[2].partition("=")[0] for line in service.splitlines() if line.startswith("Env")} <= {
        line.partition("=")[0] for line in script.read_text("utf-8").splitlines()
    }, "the script has no such setting"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="not installed: systemd-analyze (package systemd)")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    script = tmp_path / "fincon-daily.sh"
    shutil.copy(EXAMPLES / "cron" / script.name, script)
    for unit in (EXAMPLES / "systemd").iterdir():
        text = unit.read_text("utf-8").replace("/srv/fincon/fincon-daily.sh", str(script))
        (tmp_path / unit.name).write_text(text, "utf-8")
    units = [str(tmp_path / f"fincon-daily.{kind}") for kind in ("service", "timer")]
    done = subprocess.run(
        ["systemd-analyze", "verify", *units], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, [line for line in done.stderr.splitlines() if "fincon-daily" in line]) == (0, [])
