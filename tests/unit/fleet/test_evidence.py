# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a fleet file says of its audit mailbox, and the BCC that its definitions get."""

from __future__ import annotations

import pytest
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.effective import effective, lines
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.fleet import load_branch, load_fleet
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.rendered import rendered_findings

FLEET = """\
plugin: fincon.mail.fleet
branches: branches/*.yml
defaults:
  installation: {backend: attended, ledger: "{{ inventory_hostname }}.yml"}
  smtp_servers:
    - {name: HQ, mail_server: mail.example.co.za, authenticate: false, unlinked: keep}
evidence:
"""
MAILBOX = """\
  mailbox:
    kind: imap
    host: imap.example.co.za
    username: audit
    password: "{{ vault_audit }}"
    servers: [mx.example.co.za]
"""
BCC = "  bcc: audit@example.co.za\n"
BRANCH = "branch: soweto\nusers: []\n"


@pytest.fixture
def load(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "branches").mkdir()

    def read(path):
        return (tmp_path / path).read_text("utf-8")

    def made(evidence, branch=BRANCH, fleet=FLEET):
        (tmp_path / "fincon.yml").write_text(fleet + evidence)
        (tmp_path / "branches" / "soweto.yml").write_text(branch)
        return load_fleet("fincon.yml", read)

    made.shown = lambda: lines(effective(*load_branch("branches/soweto.yml", "fincon.yml", read)))
    return made


def told(loaded):
    return [str(finding) for finding in loaded.findings]


def test_each_definition_without_a_bcc_gets_that_of_the_fleet(load):
    more = "smtp_servers:\n  - {name: Own, mail_server: own.example.co.za, bcc: AUDIT@example.co.za}\n"
    more += "  - {name: Old, state: absent}\n"
    loaded = load(BCC, BRANCH + more)
    assert told(loaded) == []
    (branch,) = loaded.branches
    found = {server["name"]: server.get("bcc") for server in branch.data["smtp_servers"]}
    assert found == {"HQ": "audit@example.co.za", "Own": "AUDIT@example.co.za", "Old": None}


def test_the_effective_records_name_the_line_of_the_fleet_file_that_gives_the_bcc(load):
    taking_back = "smtp_servers:\n  - {name: HQ, without: [bcc]}\n"
    fleet = FLEET.replace("authenticate", "bcc: old@example.co.za, authenticate")
    load(MAILBOX + BCC, BRANCH + taking_back, fleet)
    shown = load.shown()
    assert "  bcc: audit@example.co.za   fincon.yml:14:3" in shown
    assert "evidence.bcc: audit@example.co.za   fincon.yml:14:3" in shown
    assert "evidence.mailbox.password: set   fincon.yml:12:5" in shown
    assert not [line for line in shown if "vault_audit" in line]


@pytest.mark.parametrize("other", ["archive@example.co.za", '""'])
def test_another_bcc_is_an_error_at_the_place_where_it_is_written(load, other):
    fleet = FLEET.replace("authenticate", f"bcc: {other}, authenticate")
    (text,) = told(load(BCC, fleet=fleet))
    assert text.startswith("fincon.yml:6:51: defaults.smtp_servers[0].bcc (smtp_server HQ): must be left out")
    assert other not in text
    (text,) = told(load(BCC, f"{BRANCH}smtp_servers:\n  - name: hq\n    bcc: {other}\n"))
    assert text.startswith("branches/soweto.yml:5:5: smtp_servers[0].bcc (smtp_server HQ): must be left out")


def test_a_bcc_that_is_a_template_is_judged_once_it_is_rendered(load):
    fleet = FLEET.replace("authenticate", 'bcc: "{{ x }}", authenticate')
    assert told(load('  bcc: "{{ audit }}"\n', fleet=fleet)) == []
    record = {"name": "HQ", "mail_server": "mail.example.co.za", "authenticate": False, "bcc": "b@example.co.za"}
    branch = {"installation": {"backend": "attended", "ledger": "l.yml"}, "smtp_servers": [record], "users": []}
    files = {"branch": "branches/soweto.yml", "fleet": "fincon.yml"}
    assert rendered_findings({**branch, "evidence": {"bcc": "b@example.co.za"}}, files) == []
    (found,) = rendered_findings({**branch, "evidence": {"bcc": "a@example.co.za"}}, files)
    assert (found.file, found.line, found.column, found.field) == ("fincon.yml", 6, 51, "bcc")


def test_a_fleet_without_evidence_leaves_every_definition_alone(load):
    loaded = load("  {}\n")
    assert told(loaded) == []
    assert "bcc" not in loaded.branches[0].data["smtp_servers"][0]
    assert loaded.branches[0].data["evidence"] == {}


def test_paths_start_at_the_fleet_file_and_the_mailbox_has_the_audit_address(tmp_path, load):
    loaded = load(BCC + "  file: kept/evidence.json\n  mailbox: {kind: mbox, path: audit.mbox, servers: [mx]}\n")
    assert told(loaded) == []
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    loaded = load_fleet(f"{folder}/fincon.yml", lambda path: (tmp_path / "fincon.yml").read_text("utf-8"))
    assert loaded.branches == ()
    (tmp_path / "branches").rename(folder / "branches")
    loaded = load_fleet(
        f"{folder}/fincon.yml",
        lambda path: (tmp_path / "fincon.yml" if path.endswith("fincon.yml") else folder / path).read_text("utf-8"),
    )
    evidence = loaded.branches[0].data["evidence"]
    assert evidence["file"] == f"{folder}/kept/evidence.json"
    assert evidence["mailbox"]["path"] == f"{folder}/audit.mbox"
    assert evidence["mailbox"]["address"] == "audit@example.co.za"


WRONG = {
    "a password in clear text": (
        MAILBOX.replace('"{{ vault_audit }}"', "c4nary"),
        ["fincon.yml:12:5: evidence.mailbox.password: must be a vault value or a template; a password in plain "
         "text is refused"],
    ),
    "a misspelt key": (
        "  mailbox: {kind: mbox, path: x, servers: [mx], pathh: y}\n",
        ["fincon.yml:8:49: evidence.mailbox.pathh: is not a known key; did you mean 'path'?"],
    ),
    "what the kind needs": (
        "  mailbox: {kind: imap, servers: [mx], password: '{{ p }}', path: x}\n",
        [f"fincon.yml:8:3: evidence.mailbox.{name}: is needed for a mailbox of the kind imap" for name in
         ("host", "username")] +
        ["fincon.yml:8:61: evidence.mailbox.path: is not a setting of a mailbox of the kind imap"],
    ),
    "no kind": ("  mailbox: {path: x}\n", ["fincon.yml:8:3: evidence.mailbox: kind must be given"]),
    "another kind": (
        "  mailbox: {kind: pop3}\n", ["fincon.yml:8:13: evidence.mailbox.kind: must be imap or maildir or mbox"],
    ),
    "days": ("  days: 0\n", ["fincon.yml:8:3: evidence.days: must be a whole number from 1 to 3650 days, not 0"]),
    "an address": (
        "  bcc: audit\n", ["fincon.yml:8:3: evidence.bcc: must be one e-mail address, such as name@example.co.za"],
    ),
    "plus addresses of nothing": (
        "  plus_addresses: true\n",
        ["fincon.yml:8:3: evidence.plus_addresses: needs an address: give bcc, or address of mailbox, too"],
    ),
    "a flag": ("  plus_addresses: often\n", ["fincon.yml:8:3: evidence.plus_addresses: must be true or false"]),
    "a gate": ("  gate: open\n", ["fincon.yml:8:3: evidence.gate: must be confirmed or proven"]),
    "a relay": (
        "  relays: [{seen_as: [x], shared: yes please}]\n",
        ["fincon.yml:8:12: evidence.relays[0]: mail_server must be given",
         "fincon.yml:8:27: evidence.relays[0].shared: must be true or false"],
    ),
    "a list": ("  clients: 10.0.0.0/8\n", ["fincon.yml:8:3: evidence.clients: must be a list"]),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_with_its_place_and_without_its_value(load, text, expected):
    assert told(load(text)) == expected


@pytest.mark.parametrize(
    ("written", "found"),
    [
        (
            "clients: [10.1.2.300]",
            "evidence.clients[0]: must be an address or a network, such as 198.51.100.0/28",
        ),
        ("clients: [fincon.example.co.za]", "evidence.clients[0]: must be an address or a network, such as"),
        ("clients: [10.1.2.0/24, 0.0.0.0/0]", "evidence.clients[1]: stands for servers of others too"),
        ("relays: [{mail_server: m.za}, {mail_server: M.za}]", "evidence.relays[1].mail_server: is declared twice"),
        ("file: seen/", "evidence.file: ends with a slash, as a folder does; name a file"),
        ("relays: [{mail_server: m.za, seen_as: ['*.com']}]", "evidence.relays[0].seen_as[0]: stands for servers of"),
        (
            "mailbox: {kind: mbox, path: x, servers: [10.1.2.300]}",
            "evidence.mailbox.servers[0]: must be a name, an address",
        ),
    ],
)
def test_servers_and_clients_are_checked_when_the_fleet_is_loaded(load, written, found):
    (line,) = told(load(f"  {written}\n"))
    assert f": {found}" in line


@pytest.mark.parametrize(
    "written",
    [
        "clients: [10.1.2.3, '{{ x }}', '2001:db8::/32']",
        "mailbox: {kind: mbox, path: x, servers: [mx1, '*.example.co.za', '[192.0.2.1]']}",
    ],
)
def test_names_addresses_networks_and_templates_pass(load, written):
    assert not told(load(f"  {written}\n"))
