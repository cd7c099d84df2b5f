# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The example for branches' Windows machines runs as it is written, with stand-ins for ansible.windows."""

from __future__ import annotations

import json
import sys

import build_probe
from collection import ROOT

from ..conftest import PASSWORDS, Site

EXAMPLE = ROOT / "examples" / "probe" / "probe-windows.yml"

HEAD = "import os, shutil, subprocess\nfrom ansible.module_utils.basic import AnsibleModule\n"
#: What the modules do of what their documentation says, on this machine. A backslash is a part of a name here.
MODULES = {
    "win_file": """
module = AnsibleModule({"path": {"required": True}, "state": {"choices": ["directory"]}})
os.makedirs(module.params["path"], exist_ok=True)
module.exit_json(changed=True)
""",
    "win_copy": """
module = AnsibleModule({"src": {"required": True}, "dest": {"required": True}})
shutil.copy(module.params["src"], module.params["dest"])
module.exit_json(changed=True)
""",
    "win_command": """
module = AnsibleModule({"argv": {"type": "list", "elements": "str"}, "stdin": {}})
done = subprocess.run(module.params["argv"], input=module.params["stdin"], capture_output=True, text=True)
module.exit_json(changed=True, rc=done.returncode, stdout=done.stdout, stderr=done.stderr)
""",
}


def with_windows(site: Site) -> dict[str, str]:
    """Give the site a Windows machine of Cape Town; return the variables of the example."""
    modules = site.folder / "more" / "ansible_collections" / "ansible" / "windows" / "plugins" / "modules"
    modules.mkdir(parents=True)
    for name, text in MODULES.items():
        (modules / f"{name}.py").write_text(HEAD + text)
    site.collections.append(site.folder / "more")
    machine = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    (site.folder / "windows.yml").write_text(json.dumps({"windows": {"hosts": {"cape-town-pc": machine}}}))
    build_probe.build(site.folder / "fincon-probe.pyz")
    return {
        "fincon_windows_folder": str(site.folder / "probe"),
        "fincon_windows_python": sys.executable,
        "fincon_probe_program": str(site.folder / "fincon-probe.pyz"),
        "fincon_probe_reports": str(site.folder / "reports"),
    }


def test_the_example_probes_from_the_branch_and_judges_the_report(site: Site) -> None:
    variables = with_windows(site)
    # A private authority is given to the probe by the machine that it runs on; here it is that of the tests.
    records = "'users': fincon_users"
    text = EXAMPLE.read_text("utf-8").replace(records, f"{records}, 'ca_path': fincon_smtp_ca_path")
    # The command names the two playbooks one after the other.
    text += "\n- ansible.builtin.import_playbook: fincon.mail.verify\n"
    book = site.folder / "probe-windows.yml"
    book.write_text(text, "utf-8")
    options = ("-i", "windows.yml", "--limit", "cape-town,cape-town-pc", "-vvv")
    run = site.playbook(str(book), *options, **variables)
    assert run.status == 0, run.output
    assert "2 of 2 logins passed" in run.output
    assert "of cape-town, reported" in run.output
    assert sum(site.mail.logins_tried.values()) == 2, "each login is tried once, at the branch"
    assert not any(password in run.output for password in PASSWORDS.values())

    site.write_fleet(cape_town=[site.user("THANDI", password="c4nary-not-it")])
    run = site.playbook(str(book), *options, **variables)
    assert run.status != 0
    assert "1 x wrong_password at localhost" in run.output
    assert "c4nary" not in run.output


def test_the_example_has_no_errors_as_it_is(site: Site) -> None:
    with_windows(site)
    run = site.playbook(str(EXAMPLE), "-i", "windows.yml", "--syntax-check")
    assert run.status == 0, run.output
