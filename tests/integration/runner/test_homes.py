# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where nothing can be written to the home directory, and under ansible-navigator."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import env
import pytest

from ..conftest import PASSWORDS, Site
from .conftest import HERE

#: No user, not even root, can make a folder there.
NO_HOME = "/proc/1/no-home"


def playbook(site: Site, name: str, *options: str, home: str) -> str:
    """Run a playbook with another home; Ansible's own folder is elsewhere, as Ansible itself needs it."""
    environment = {**Site.environment(site.folder, site.collections), "HOME": home}
    extra = json.dumps({"fincon_smtp_ca_path": site.mail.ca_path})
    done = subprocess.run(
        [HERE / "ansible-playbook", "-i", site.fleet, name, "--limit=cape-town", "-e", extra, *options],
        env=environment, cwd=site.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_a_home_that_cannot_be_written_is_no_obstacle(site: Site) -> None:
    kept = {"fingerprints": str(site.folder / "volume" / "{{ inventory_hostname }}.json")}
    users = [site.user("THANDI"), site.user("PIETER")]
    site.write_branch("cape-town", installation={**site.installation("CAPETOWN"), **kept}, users=users)
    assert "changed=1" in playbook(site, "fincon.mail.apply", home=NO_HOME)
    again = playbook(site, "fincon.mail.apply", home=NO_HOME)
    assert "changed=0" in again, again
    playbook(site, "fincon.mail.drift", home=NO_HOME)


def test_ansible_navigator_runs_a_playbook_of_the_installed_collection(site: Site, installed: Path) -> None:
    try:
        program = env.build("ecosystem") / "bin" / "ansible-navigator"
    except env.MissingPython as exc:
        pytest.skip(str(exc))
    environment = Site.environment(site.folder, [installed])
    # Navigator runs the ansible-core beside it.
    environment["PATH"] = f"{program.parent}{os.pathsep}{environment['PATH']}"
    del environment["ANSIBLE_PYTHON_INTERPRETER"]
    arguments = ["run", "fincon.mail.apply", "-i", site.fleet, "--mode=stdout", "--execution-environment=false"]
    files = [f"--playbook-artifact-save-as={site.folder / 'artifact.json'}", f"--log-file={site.folder / 'log'}"]
    extra = json.dumps({"fincon_smtp_ca_path": site.mail.ca_path})
    done = subprocess.run(
        [program, *arguments, *files, "--limit=cape-town", "-e", extra],
        env=environment, cwd=site.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert "changed=1" in done.stdout
    artifact = (site.folder / "artifact.json").read_text("utf-8")
    assert json.loads(artifact)["status"] == "successful"
    told = artifact + (site.folder / "log").read_text("utf-8") + done.stdout
    assert not [secret for secret in PASSWORDS.values() if secret in told]
