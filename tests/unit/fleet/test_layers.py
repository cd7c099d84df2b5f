# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Layers of a fleet: what comes of them, what can be taken back, and each finding once and at its place."""

from __future__ import annotations

import pytest
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.effective import effective, lines
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.fleet import load_branch, load_fleet
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.layers import takes_back
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.rendered import rendered_findings

FLEET = """\
plugin: fincon.mail.fleet
branches: branches/*.yml
defaults:
  installation: {backend: attended, ledger: "{{ inventory_hostname }}.yml"}
  smtp_servers:
    - {name: HQ relay, mail_server: hq.example.co.za, port: 25, bcc: all@example.co.za}
  user: {smtp_server: HQ relay, job_title: all, password: "{{ p }}", username: u}
  vars: {who: all, only_all: 1}
regions:
  cape:
    smtp_servers:
      - {name: hq RELAY, port: 26}
    user: {job_title: region}
    vars: {who: region, where: cape}
tags:
  second: {user: {job_title: second}, vars: {who: second}}
  first: {user: {job_title: first}, vars: {who: first}}
"""
THANDI = "  - {user: THANDI, sender_name: T, sender_email: t@example.co.za%s}\n"


@pytest.fixture
def fleet(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "branches").mkdir()

    def load(text=FLEET, **branches):
        (tmp_path / "fincon.yml").write_text(text)
        for name, content in branches.items():
            (tmp_path / "branches" / f"{name}.yml").write_text(f"branch: {name}\n{content}")
        return load_fleet("fincon.yml", read)

    def read(path):
        return (tmp_path / path).read_text("utf-8")

    load.read = read
    return load


def told(loaded):
    return [str(finding) for finding in loaded.findings]


def head(region="cape", tags="[first, second]"):
    return f"region: {region}\ntags: {tags}\n"


def test_a_nearer_layer_replaces_one_further_off_field_by_field(fleet):
    loaded = fleet(a=head(tags="[]") + "users:\n" + THANDI % "", b=head() + "vars: {who: b}\nusers:\n" + THANDI % "")
    assert told(loaded) == []
    a, b = loaded.branches
    assert a.data["smtp_servers"] == [
        {"name": "HQ relay", "mail_server": "hq.example.co.za", "port": 26, "bcc": "all@example.co.za"}
    ]
    assert a.data["vars"] == {"who": "region", "only_all": 1, "where": "cape"}
    assert [branch.data["users"][0]["job_title"] for branch in (a, b)] == ["region", "first"]
    assert b.data["vars"]["who"] == "b"


def test_tags_follow_each_other_in_the_order_of_the_fleet_file_and_not_in_that_of_the_branch(fleet):
    for tags in ("[first, second]", "[second, first]"):
        (branch,) = fleet(a=head(tags=tags)).branches
        assert branch.data["vars"]["who"] == "first"


def test_a_region_with_another_backend_drops_the_settings_of_the_one_before(fleet):
    text = FLEET.replace("  cape:\n", "  cape:\n    installation: {backend: command, command: [/a]}\n")
    (branch,) = fleet(text, a=head()).branches
    assert branch.data["installation"] == {"backend": "command", "command": ["/a"]}


def test_a_region_or_tag_of_the_fleet_file_that_no_branch_has_is_a_warning_with_the_likeliest_one(fleet):
    loaded = fleet(a=head("caep", "[first, secnod]"))
    assert told(loaded) == [
        "fincon.yml:10:3: regions.cape: no branch has this region; did you mean 'caep'?",
        "fincon.yml:16:3: tags.second: no branch has this tag; did you mean 'secnod'?",
    ]
    assert {finding.severity for finding in loaded.findings} == {"warning"}


def test_nothing_is_said_of_unused_layers_where_a_branch_cannot_be_read(fleet):
    loaded = fleet(a=head("caep", "[first, second]"), b="region: [\n")
    assert not [line for line in told(loaded) if "no branch has" in line]


@pytest.mark.parametrize(
    ("layer", "place"),
    [
        ("  cape:\n    user: {prt: 1}\n", "fincon.yml:11:12: regions.cape.user.prt: is not a known key"),
        ("  cape:\n    usr: {}\n", "fincon.yml:11:5: regions.cape.usr: is not a known key; did you mean 'user'?"),
        (
            "  cape:\n    smtp_servers: [{name: X, port: 0}]\n",
            "fincon.yml:11:30: regions.cape.smtp_servers[0].port (smtp_server X): must be a whole number",
        ),
        (
            "  cape:\n    smtp_servers: [{name: X}, {name: x}]\n",
            "fincon.yml:11:31: regions.cape.smtp_servers[1] (smtp_server x): is declared twice; the first is at "
            "fincon.yml:11:20",
        ),
    ],
)
def test_a_fault_of_a_layer_shows_once_at_its_place(fleet, layer, place):
    text = FLEET.split("  cape:\n", maxsplit=1)[0] + layer
    found = told(fleet(text, a=head(tags="[]"), b=head(tags="[]"), c="region: north\n"))
    assert len(found) == 1
    assert found[0].startswith(place)


def test_a_fault_across_layers_shows_once_at_the_layer_that_has_the_field(fleet):
    text = FLEET.replace("job_title: region}", "smtp_server: HQ reley}")
    users = "users:\n" + THANDI % ""
    found = told(fleet(text, a=head() + users, b=head() + users))
    assert [line.split(": ")[:2] for line in found] == [
        ["fincon.yml:13:12", "regions.cape.user.smtp_server (mail_user THANDI)"]
    ]
    assert found[0].endswith("did you mean 'HQ relay'?")


def test_a_password_is_not_repeated_wherever_it_slips_to(fleet):
    text = FLEET.replace("{job_title: region}", "{job_title: region, password: pw, Canary9x!}")
    assert "anary9x" not in "\n".join(told(fleet(text, a=head())))


def test_a_branch_and_a_layer_take_back_what_earlier_layers_say(fleet):
    text = FLEET.replace("  second: {", "  second: {without: {vars: [where], user: [username]}, ")
    own = "without: {installation: [ledger], smtp_servers: [hq relay], user: [job_title], vars: [only_all]}\n"
    loaded = fleet(text, a=head() + own + "users:\n" + THANDI % "")
    (branch,) = loaded.branches
    assert branch.data["installation"] == {"backend": "attended"}
    assert branch.data["smtp_servers"] == []
    assert branch.data["vars"] == {"who": "first"}
    user = branch.data["users"][0]
    assert set(user) == {"user", "sender_name", "sender_email", "smtp_server", "password"}
    # What is missing now is told where it has to be written, not where it was taken back.
    ledger, link = told(loaded)
    assert ledger.startswith("branches/a.yml:")
    assert "installation.ledger: is needed by the attended backend" in ledger
    assert link.startswith("fincon.yml:7:10: defaults.user.smtp_server (mail_user THANDI): is 'HQ relay', which is not")


def test_one_record_takes_back_fields_for_itself_alone(fleet):
    own = "smtp_servers:\n  - {name: HQ relay, without: [bcc]}\n"
    users = "users:\n" + THANDI % ", without: [username, password]" + (THANDI % "").replace("THANDI", "PIETER")
    loaded = fleet(a=head() + own + users)
    assert told(loaded) == []
    (branch,) = loaded.branches
    assert branch.data["smtp_servers"] == [{"name": "HQ relay", "mail_server": "hq.example.co.za", "port": 26}]
    thandi, pieter = branch.data["users"]
    assert {"username", "password", "without"}.isdisjoint(thandi)
    assert pieter["username"] == "u"


def test_a_definition_that_is_taken_back_can_be_declared_anew(fleet):
    own = "without: {smtp_servers: [HQ relay]}\nsmtp_servers:\n  - {name: HQ RELAY, mail_server: own.example.co.za}\n"
    (branch,) = fleet(a=head() + own).branches
    assert branch.data["smtp_servers"] == [{"name": "HQ RELAY", "mail_server": "own.example.co.za"}]


@pytest.mark.parametrize(
    ("own", "place", "hint"),
    [
        ("without: {user: [pasword]}\n", "4:18: without.user[0]", "did you mean 'password'?"),
        ("without: {vars: [x, wher]}\n", "4:18: without.vars[0]", "'x'"),
        ("without: {smtp_servers: [HQ reley]}\n", "4:26: without.smtp_servers[0]", "did you mean 'HQ relay'?"),
        ("without: {installation: [url]}\n", "4:26: without.installation[0]", "'url'"),
        (
            "smtp_servers:\n  - {name: HQ relay, without: [bc]}\n",
            "5:32: smtp_servers[0].without[0] (smtp_server HQ relay)", "did you mean 'bcc'?",
        ),
        (
            "smtp_servers:\n  - {name: Own, without: [port]}\n",
            "5:27: smtp_servers[0].without[0] (smtp_server Own)", "'port'",
        ),
    ],
)  # fmt: skip
def test_what_is_taken_back_and_not_given_is_an_error_with_the_likeliest_name(fleet, own, place, hint):
    loaded = fleet(a=head() + own)
    first = told(loaded)[0]
    assert first.startswith(f"branches/a.yml:{place}: no earlier layer gives ")
    assert hint in first
    assert loaded.findings[0].severity == "error"


def test_a_layer_that_takes_back_what_none_before_gives_is_one_error(fleet):
    text = FLEET.replace("  first: {", "  first: {without: {vars: [xyz]}, ")
    found = told(fleet(text, a=head(), b=head()))
    assert found == ["fincon.yml:17:28: tags.first.without.vars[0]: no earlier layer gives 'xyz'"]


def test_what_may_not_be_taken_back_from_is_told(fleet):
    text = FLEET.replace('{backend: attended, ledger: "{{ inventory_hostname }}.yml"}', '"{{ all }}"')
    (line,) = told(fleet(text, a=head() + "without: {installation: [ledger]}\n"))
    assert line.startswith("branches/a.yml:4:26: without.installation[0]: cannot be taken back")


OTHER = "    - {name: Other, mail_server: o.example.co.za%s}\n  user:"


@pytest.mark.parametrize(
    ("statement", "own", "is_declared"),
    [
        ("", "users:\n" + THANDI % "", False),
        ("", "users: []\n", False),
        ("", "", True),
        ("", "users:\n" + THANDI % ", smtp_server: OTHER", True),
        ("", "users:\n" + THANDI % ", smtp_server: Other, state: absent", False),
        ("", "users:\n" + THANDI % ", smtp_server: '{{ link }}'", True),
        ("", "smtp_servers: [{name: oTHER}]\nusers: []\n", True),
        (", unlinked: keep", "users: []\n", True),
        (", state: absent", "users: []\n", True),
        (", state: '{{ s }}'", "users: []\n", True),
        (", renamed_from: Old", "users: []\n", False),
        (", renamed_from: Old", "users:\n" + THANDI % ", smtp_server: Other", True),
    ],
)
def test_a_shared_definition_is_declared_where_it_is_used(fleet, statement, own, is_declared):
    (branch,) = fleet(FLEET.replace("  user:", OTHER % statement, 1), a=head() + own).branches
    (other,) = [item for item in branch.data["smtp_servers"] if item["name"] == "Other"] or [None]
    assert (other is not None) is is_declared
    assert "unlinked" not in (other or {})


def test_a_fault_of_a_definition_that_no_branch_uses_is_found_all_the_same(fleet):
    text = FLEET.replace("  user:", OTHER % ", authenticate: false, username: x", 1)
    (line,) = told(fleet(text, a=head() + "users:\n" + THANDI % ""))
    assert line.startswith("fincon.yml:7:")
    assert "has a login although authenticate is false" in line


def test_what_a_host_gets_may_not_have_the_statements_of_files(fleet):
    (branch,) = fleet(a=head() + "users:\n" + THANDI % "").branches
    users = [{**branch.data["users"][0], "password": "x", "without": ["bcc"]}]
    (line,) = map(str, rendered_findings({**branch.data, "users": users}, {}))
    assert "users[0].without (mail_user THANDI): is not a known key" in line


def test_a_rendered_value_is_placed_in_the_layer_that_it_is_from(fleet):
    text = FLEET.replace("{job_title: region}", '{sender_email: "{{ mail }}"}')
    own = head() + "users:\n  - {user: THANDI, sender_name: T}\n"
    (branch,) = fleet(text, a=own).branches
    data = {**branch.data, "users": [{**branch.data["users"][0], "sender_email": "nonsense", "password": "x"}]}
    found = [str(item) for item in rendered_findings(data, {"branch": "branches/a.yml", "fleet": "fincon.yml"}, None,
                                                     (), fleet.read)]  # fmt: skip
    assert [line.split(": ")[:2] for line in found] == [
        ["fincon.yml:13:12", "regions.cape.user.sender_email (mail_user THANDI)"]
    ]


def test_each_effective_value_is_shown_with_the_place_where_it_was_written(fleet):
    own = "users:\n" + THANDI % ", job_title: '', without: [username]"
    fleet(a=head() + own)
    branch, places = load_branch("branches/a.yml", "fincon.yml", fleet.read)
    assert lines(effective(branch, places)) == [
        "installation.backend: attended   fincon.yml:4:18",
        "installation.ledger: {{ inventory_hostname }}.yml   fincon.yml:4:37",
        "smtp_servers: HQ relay   fincon.yml:12:9",
        "  mail_server: hq.example.co.za   fincon.yml:6:24",
        "  port: 26   fincon.yml:12:26",
        "  bcc: all@example.co.za   fincon.yml:6:65",
        "users: THANDI   branches/a.yml:5:5",
        "  smtp_server: HQ relay   fincon.yml:7:10",
        '  job_title: ""   branches/a.yml:5:67',
        "  password: set   fincon.yml:7:49",
        "  sender_name: T   branches/a.yml:5:20",
        "  sender_email: t@example.co.za   branches/a.yml:5:36",
    ]
    assert lines(effective(branch, places), "thandi")[0].startswith("users: THANDI")
    assert lines(effective(branch, places), "TANDI") == ["there is no user 'TANDI' here; did you mean 'THANDI'?"]


def test_no_secret_and_no_vault_text_is_shown(fleet):
    text = FLEET.replace('"{{ p }}"', "c4nary-layers")
    vault = "!vault |\n      $ANSIBLE_VAULT;1.1;AES256\n      6162\n"
    own = f"smtp_servers:\n  - {{name: HQ relay, password: ''}}\nusers:\n  - user: THANDI\n    job_title: {vault}"
    fleet(text, a=head() + own)
    shown = "\n".join(lines(effective(*load_branch("branches/a.yml", "fincon.yml", fleet.read))))
    assert "password: set " in shown
    assert "password: not set " in shown
    assert "(a vault value)" in shown
    assert "c4nary" not in shown
    assert "6162" not in shown


@pytest.mark.parametrize("ending", ["yaml", "json", "yml"])
def test_a_branch_file_may_have_any_ending_that_a_pattern_names(fleet, tmp_path, ending):
    (tmp_path / "branches" / f"a.{ending}").write_text('{"branch": "a", "region": "cape", "tags": ["first"]}')
    loaded = fleet(FLEET.replace("*.yml", f"*.{ending}").replace("  second: {", "  first_: {"))
    assert [branch.data["vars"]["who"] for branch in loaded.branches] == ["first"]


@pytest.mark.parametrize("name", ["ZOË", "zoë", "ZOE\u0308"])
def test_a_record_takes_back_under_each_spelling_of_its_name(name):
    layer = {"users": [{"user": "Zoë", "without": ["password"]}]}
    assert takes_back(layer, "users", name, "password")
    assert not takes_back(layer, "users", name, "username")
    assert not takes_back(layer, "installation", name, "password")
