# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options with wrong values are found where they are written."""

from __future__ import annotations

import pytest
import yaml
from ansible_collections.fincon.mail.plugins.module_utils._module.modules import REPORT_FORMATS
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet import names
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.fleet import load_fleet
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.options import ANY, OPTIONS, option_problem
from collection import ROOT

SPECS = yaml.safe_load((ROOT / "roles/fincon/meta/argument_specs.yml").read_text("utf-8"))["argument_specs"]
DOCUMENTED = {name: option for spec in SPECS.values() for name, option in spec["options"].items()}
KINDS = {"bool": "flag", "int": "number", "str": "text", "path": "text", "list": "list", "dict": "mapping", "raw": ANY}


@pytest.mark.parametrize("name", DOCUMENTED)
def test_the_role_and_the_table_describe_an_option_alike(name):
    option, documented = OPTIONS[name], DOCUMENTED[name]
    if not name.startswith("fincon_evidence_"):  # checked in the fleet file that it comes from
        assert option.kind == KINDS[documented["type"]]
        assert option.choices == tuple(documented.get("choices", ()))


def _sample(documented):
    return {"bool": "yes", "int": 3, "str": "x", "path": "~/x", "list": [], "dict": {}, "raw": 5}[documented["type"]]


@pytest.mark.parametrize("name", DOCUMENTED)
def test_every_option_takes_what_the_role_says(name):
    documented = DOCUMENTED[name]
    for value in (*documented.get("choices", [_sample(documented)]), documented.get("default"), "{{ later }}"):
        assert option_problem(name, value) is None


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("work_order_due_days", "soon", "must be a whole number from 0 to 365"),
        ("work_order_due_days", -1, "must be a whole number from 0 to 365"),
        ("work_order_due_days", 1.5, "must be a whole number from 0 to 365"),
        ("work_order_due_days", True, "must be a whole number from 0 to 365"),
        ("purge_limit", float("nan"), "must be a whole number from 0 to 1000000"),
        ("purge_limit", "9" * 5000, "must be a whole number from 0 to 1000000"),
        ("purge_limit", [5], "must be a whole number from 0 to 1000000"),
        ("verification_max_age", 10**12, "must be a whole number from 0 to 1000000"),
        ("order", 0, "must be a whole number from 1 to 1000000"),
        ("hosts", ["a"], "must be text"),
        ("purge", "maybe", "must be true or false"),
        ("purge", 2, "must be true or false"),
        ("purge", [], "must be true or false"),
        ("undeclared", False, "must be drift, warning or ignore"),
        ("verify_failure", "Skip", "must be fail, warn or skip; did you mean 'skip'?"),
        ("verify_failure", "c4nary", "must be fail, warn or skip"),
        ("title", ["Soweto"], "must be text"),
        ("purge_protect", {"ALICE": None}, "must be a list"),
        ("work_order_contact", ["Thandi"], "must be a mapping of names to values"),
    ],
)
def test_a_wrong_value_has_a_sentence_without_it(name, value, problem):
    assert option_problem(f"fincon_{name}", value) == problem


@pytest.mark.parametrize("name", sorted(OPTIONS))
def test_a_number_too_long_to_be_shown_is_judged_like_others(name):
    assert option_problem(name, 16**5000) in (None, option_problem(name, 10**7))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("purge", "off"), ("purge", 1), ("purge", " True "), ("purge_limit", "5"), ("purge_limit", 5.0),
        ("purge_protect", "ALICE,THANDI"), ("title", 12), ("due_soon", "of somebody else"), ("wave", [1, 2]),
        ("work_order_contact", "name=Thandi"), ("purge", None),
    ],
)  # fmt: skip
def test_what_ansible_converts_is_right(name, value):
    assert option_problem(f"fincon_{name}", value) is None


def test_a_list_of_formats_may_be_one_text():
    assert option_problem("fincon_report_formats", ",".join(REPORT_FORMATS)) is None


def _load(tmp_path, fleet="{}", branch="{}"):
    texts = {
        "fincon.yml": f"plugin: fincon.mail.fleet\nbranches: soweto.yml\ndefaults:\n  vars: {fleet}\n",
        "soweto.yml": f"branch: soweto\ninstallation: {{backend: attended, ledger: l}}\nvars: {branch}\n",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    return load_fleet(str(tmp_path / "fincon.yml"), lambda path: (tmp_path / path).read_text("utf-8"))


def test_a_wrong_value_in_a_branch_file_is_an_error_of_that_branch_at_its_place(tmp_path):
    fleet = _load(tmp_path, branch="{fincon_fail_on_pending_days: c4nary}")
    (finding,) = fleet.findings
    assert (finding.line, finding.column, finding.severity) == (3, 8, "error")
    assert str(finding).endswith(
        "soweto.yml:3:8: vars.fincon_fail_on_pending_days: must be a whole number from 0 to 1000000"
    )
    assert set(fleet.faulty) == {"soweto"}


def test_a_wrong_value_in_the_defaults_is_one_error_of_all_branches(tmp_path):
    fleet = _load(tmp_path, fleet="{fincon_purge: perhaps, fincon_work_order_company: '{{ x }}'}")
    (finding,) = fleet.findings
    assert (finding.line, finding.column, finding.severity) == (4, 10, "error")
    assert set(fleet.faulty) == {"soweto"}


def test_a_host_has_the_errors_of_its_other_variables():
    assert names.option_errors({"fincon_purge": "perhaps", "other": 1, "fincon_verify": "auth"}) == [
        "fincon_purge: must be true or false (set in host_vars, group_vars, a play or with -e)"
    ]


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("contact", "{nme: CANARY}", "has a key that is not known; did you mean 'name'?"),
        ("contact", "{CANARY: x}", "has a key that is not known; known are name, telephone, email"),
        ("contact", "{name: N, email: CANARY}", "email must be one e-mail address, such as name@example.co.za"),
        ("labels", "{sender_nme: CANARY}", "has a key that is not known; did you mean 'sender_name'?"),
        ("due_days", "366", "must be a whole number from 0 to 365"),
    ],
)
def test_an_option_that_no_page_can_show_is_found_before_anything_is_ordered(tmp_path, name, value, problem):
    (finding,) = _load(tmp_path, fleet=f"{{fincon_work_order_{name}: {value}}}").findings
    assert str(finding).endswith(f"vars.fincon_work_order_{name}: {problem}")


@pytest.mark.parametrize("value", ["{name: N, telephone: '{{ x }}', email: '{{ y }}'}", "{}", "'{{ z }}'"])
def test_a_contact_that_is_right_or_not_known_yet_passes(tmp_path, value):
    assert not _load(tmp_path, fleet=f"{{fincon_work_order_contact: {value}}}").findings
