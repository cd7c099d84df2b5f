# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records rendered value by value, and the places of what is wrong with them."""

from __future__ import annotations

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import EncryptedString
from ansible.template import Templar, trust_as_template
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.rendered import rendered_findings
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.rendering import Renderer
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.source import Source

BRANCH = """\
branch: b
installation: {backend: attended, ledger: l.yml}
users:
  - user: THANDI
    sender_name: A Name
    sender_email: "{{ address }}"
"""


def rendered(data, **variables):
    known = {"present": "here", "address_of_thandi": "x", **variables}
    renderer = Renderer(Templar(loader=DataLoader(), variables=known).template, known)
    return renderer.render(data), renderer.problems


def trusted(text):
    return trust_as_template(text)


def test_every_value_that_cannot_be_rendered_is_found_and_the_others_are_rendered():
    data = {
        "users": [{"user": "A", "a": trusted("{{ no_a }}"), "b": trusted("{{ present }}"), "c": trusted("{{ no_c }}")}]
    }
    made, problems = rendered(data)
    assert made == {"users": [{"user": "A", "b": "here"}]}
    assert problems == [
        (("users", 0, "a"), "cannot be rendered: the variable no_a is not defined"),
        (("users", 0, "c"), "cannot be rendered: the variable no_c is not defined"),
    ]


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"a": "1", "b": [1, {"c": True}]}, {"x": "1", "y": [1, {"c": True}], "z": "1"}),
        ({"a": trusted("{{ b }}"), "b": trusted("{{ present }}")}, {"x": "here", "y": "here", "z": "here"}),
        ({"a": trusted("{{ omit }}"), "b": trusted("{{ [present] }}")}, {"y": ["here"]}),
        (
            {"a": "{{ present }}", "b": {"c": trusted("{{ present }}")}},
            {"x": "{{ present }}", "y": {"c": "here"}, "z": "{{ present }}"},
        ),
        ({"a": "{", "b": "{% raw %}"}, {"x": "{", "y": "{% raw %}", "z": "{"}),
    ],
)
def test_plain_references_are_rendered_as_by_themselves(variables, expected):
    data = {"x": trusted("{{ a }}"), "y": trusted("{{b}}"), "z": trusted("{{ a }}")}
    assert rendered(data, **variables) == (expected, [])


def test_a_reference_into_a_mapping_is_rendered_as_by_itself():
    data = {"x": trusted("{{ vault.thandi }}"), "y": trusted("{{ vault.items }}"), "z": trusted("{{ vault.nobody }}")}
    vault = {"thandi": trusted("{{ present }}"), "items": "CANARY"}
    made, problems = rendered(data, vault=vault)
    # ``items`` is the method of the mapping, as in any template.
    assert made["x"] == "here"
    assert "CANARY" not in str(made)
    assert [path for path, _text in problems if path == ("z",)] == [("z",)]


def test_a_plain_reference_needs_no_template_to_be_compiled():
    given = []
    renderer = Renderer(lambda value: given.append(value) or value, {"vault_thandi": "secret", "port": 587})
    data = {"x": trusted("{{ vault_thandi }}"), "y": trusted("{{ port }}")}
    assert renderer.render(data) == {"x": "secret", "y": 587}
    assert given == []


def test_a_reference_that_nobody_trusts_stays_a_text():
    data = {"x": "{{ present }}", "y": trusted("{{ present }}"), "z": trusted("{{ address_of_thandi }}")}
    assert rendered(data) == ({"x": "{{ present }}", "y": "here", "z": "x"}, [])


def test_a_misspelt_variable_is_told_with_the_likeliest_one():
    _made, ((_path, message),) = rendered({"x": trusted("{{ adress_of_thandi }}")})
    assert message.endswith("the variable adress_of_thandi is not defined; did you mean 'address_of_thandi'?")


def test_what_is_missing_behind_a_variable_is_told_with_its_name():
    _made, ((_path, message),) = rendered({"x": trusted("{{ present.nothing }}")}, present="CANARY")
    assert message == "cannot be rendered: an attribute, an item or a variable behind present is not defined"


@pytest.mark.parametrize(
    "text",
    ["{{ present.nothing }}", "{{ present | no_such_filter }}", "{{ lookup('ansible.builtin.file', '/CANARY') }}"],
)
def test_any_other_failure_is_told_without_any_value(text):
    _made, ((path, message),) = rendered({"x": trusted(text)}, present="CANARY")
    assert path == ("x",)
    assert message.startswith("cannot be rendered: ")
    assert "CANARY" not in message


def test_what_cannot_be_decrypted_is_a_finding():
    _made, ((path, message),) = rendered({"x": [EncryptedString(ciphertext="$ANSIBLE_VAULT;1.1;AES256\n6162\n")]})
    assert (path, message) == (("x", 0), "cannot be decrypted with the vault passwords that were given")


def test_a_variable_that_cannot_be_decrypted_is_told_with_its_name():
    locked = EncryptedString(ciphertext="$ANSIBLE_VAULT;1.1;AES256\n6162\n")
    behind = trusted("{{ vault_thandi }}")
    _made, problems = rendered({"x": behind, "y": trusted("{{ thandi }}")}, vault_thandi=locked, thandi=behind)
    assert problems == [
        (("x",), "cannot be rendered: vault_thandi cannot be decrypted with the vault passwords that were given"),
        (("y",), "cannot be rendered: thandi cannot be decrypted with the vault passwords that were given"),
    ]


def test_what_is_omitted_is_left_out_and_moves_nothing():
    left_out = trusted("{{ nothing | default(omit) }}")
    made, problems = rendered({"a": left_out, "b": {"c": left_out}, "d": [left_out, 1]})
    assert (made, problems) == ({"b": {}, "d": [{}, 1]}, [])


def test_a_whole_list_may_be_a_template():
    assert rendered({"x": trusted("{{ [1, present] }}")}) == ({"x": [1, "here"]}, [])


def findings(user, text=BRANCH, raw=None, **more):
    (written,) = Source("b.yml", BRANCH).load()[0]["users"]
    data = {"installation": {"backend": "attended", "ledger": "/l.yml"}, "users": [user]}
    found = rendered_findings(
        data, {"branch": "b.yml", "fleet": "f.yml"}, {**data, "users": [raw or {**written, **user}]}, read={
            "b.yml": text, "f.yml": "plugin: fincon.mail.fleet\nbranches: x\n"
        }.__getitem__, **more
    )  # fmt: skip
    return [str(finding) for finding in found]


USER = {"user": "THANDI", "sender_name": "A Name", "sender_email": "a@example.co.za"}


def test_a_value_of_the_branch_file_is_placed_there():
    (line,) = findings({**USER, "sender_email": "x"}, raw={**USER, "sender_email": "{{ address }}"})
    assert line.startswith("b.yml:6:5: users[0].sender_email (mail_user THANDI): must be one e-mail address")


def test_a_value_that_no_file_of_the_fleet_holds_is_placed_where_it_is_from_or_nowhere():
    wrong = {**USER, "sender_name": 7}
    (line,) = findings(wrong, raw=wrong, origin=lambda value: f"host_vars/b.yml:{value}")
    assert line.startswith("host_vars/b.yml:7: users[0].sender_name (mail_user THANDI): must be text")
    (line,) = findings(wrong, raw=wrong)
    assert line.startswith("users[0].sender_name (mail_user THANDI): must be text")


@pytest.mark.parametrize("text", ["branch: [", "$ANSIBLE_VAULT;1.1;AES256\n6162\n", ""])
def test_a_file_that_cannot_be_read_by_now_leaves_the_finding_without_a_place(text):
    (line,) = findings({**USER, "sender_name": 7}, text)
    assert line.startswith("users[0].sender_name (mail_user THANDI): must be text")


def test_a_value_that_cannot_be_rendered_is_not_told_to_be_missing_too():
    user = {"user": "THANDI", "sender_name": "A Name"}
    problem = (("users", 0, "sender_email"), "cannot be rendered: x")
    assert findings(user, raw={**USER, "sender_email": "{{ address }}"}, problems=[problem]) == [
        "b.yml:6:5: users[0].sender_email (mail_user THANDI): cannot be rendered: x"
    ]


def test_only_what_may_hold_a_template_is_given_to_the_templar():
    given = []
    renderer = Renderer(lambda value: given.append(value["value"]) or value, {})
    data = {"a": "plain", "b": 587, "c": None, "d": True, "e": [{"f": "{{ x }}"}, "{% if y %}"], "g": "{# z #}"}
    assert renderer.render(data) == data
    assert given == ["{{ x }}", "{% if y %}", "{# z #}"]
