# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""YAML files and the places in them."""

from __future__ import annotations

import pytest
import yaml
from ansible_collections.fincon.mail.plugins.module_utils._core.findings import path_text
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.marked import Marked, Template, Unsafe, Vaulted
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.source import Source
from hypothesis import given
from hypothesis import strategies as st

TEXT = """\
branch: cape-town
users:
  - user: THANDI
    sender_name: Thandi
  - {user: PIETER, job_title: Clerk}
"""


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (["branch"], (1, 1)),
        (["users"], (2, 1)),
        (["users", 0], (3, 5)),
        (["users", 0, "sender_name"], (4, 5)),
        (["users", 1, "job_title"], (5, 20)),
        (["users", 1, "telephone"], (5, 5)),
        (["users", 7], (2, 1)),
        (["nowhere"], (1, 1)),
    ],
)
def test_a_path_has_the_place_of_its_key_or_of_the_nearest_above(path, place):
    assert Source("b.yml", TEXT).place(path) == place


def test_a_path_reads_as_people_write_it():
    assert path_text(["users", 0, "port"]) == "users[0].port"


def test_the_tags_of_ansible_are_known():
    data, found = Source("b.yml", "a: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  61\nb: !unsafe '{{ x }}'\n").load()
    assert found == []
    assert isinstance(data["a"], Vaulted)
    assert data["a"].startswith("$ANSIBLE_VAULT;")
    assert isinstance(data["b"], Unsafe)


def test_a_template_knows_where_it_stands():
    data, _found = Source(
        "b.yml", "users:\n  - {user: A, password: '{{ x }}'}\n  - user: 'n{% if y %}z{% endif %}'\n"
    ).load()
    values = [data["users"][0]["password"], data["users"][1]["user"]]
    assert [(type(value), value.place) for value in values] == [(Template, "b.yml:2:25"), (Template, "b.yml:3:11")]
    assert not isinstance(data["users"][0]["user"], Marked)


def described(data):
    """Data with the types and places of everything in it, also of what Python takes for equal."""
    if isinstance(data, dict):
        return [(described(key), described(value)) for key, value in data.items()]
    if isinstance(data, list):
        return [described(item) for item in data]
    return type(data), repr(data), data.place if isinstance(data, Marked) else ""


def as_pyyaml_loads(text):
    source = Source("b.yml", text)
    data, found = source.load()
    by_pyyaml, found_by_pyyaml = source._load_by_pyyaml()
    assert found == found_by_pyyaml
    assert described(data) == described(by_pyyaml)


@pytest.mark.parametrize(
    "text",
    [
        "", "# nothing\n", "---\n", "--- a\n--- b\n", "a: 1\n...\n", "%YAML 1.1\n---\na: 1\n", "\ufeffa: 1\n",
        "a: &x 1\nb: *x\n", "a: &x {y: 1}\nb: *x\n", "&x a: 1\n*x : 2\n", "<<: {a: 1}\nb: 2\n", "'<<': {a: 1}\n",
        "? [a]\n: b\n", "? {a: 1}\n", "~: 1\n", "1: a\n", "1: a\n'1': b\n", "yes: a\n", "'yes': a\nno: b\n",
        "'{{ k }}': v\n",
        "a: 1\na: 2\n", "a: 1\n'a': 2\n", "- a\n- - b\n  -\n", "[]", "{}", "{a}", "a:\n", "a: ~\nb: null\nc: ''\n",
        "a: yes\nb: 'yes'\nc: No\nd: ON\ne: y\nf: Nkosi\n", "a: 0x1f\nb: 1_000\nc: 010\nd: +1\ne: 12:30:45\nf: 0o7\n",
        "a: .5\nb: 1e3\nc: 1.0e+3\nd: .inf\ne: -.INF\nf: 1.\n", "a: 2026-01-31\nb: 2026-01-31 10:00:00\n",
        "a: 2026-13-45\n",
        "a: =\n", "= : a\n", "a: !!str 5\nb: ! 5\nc: !!int '5'\nd: !<tag:yaml.org,2002:str> 5\n", "!!str a: 1\n",
        "a: !!map {b: 1}\nb: !!seq [1]\nc: !!set {x}\n", "a: !!binary aGk=\n", "a: !other x\n", "!vault a: 1\n",
        "a: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  61\nb: !unsafe '{{ x }}'\n",
        "c: !vault-encrypted 'x'\nd: !vault [1]\n",
        "a: |\n  {{ x }}\nb: >-\n  {% y %}\n  z\nc: x {{ y }}\nd: '{ {'\n", "a: [1\n", "a: b: c\n", "\ta: 1\n",
        "a: '\\u'\n",
        "a: \x07\n", "a: 'x\n\n  y'\nb: \"\\x41\\n\"\n", "-", "- - -", ": a", "'a", "a: *nothing\n", "a: {{ b }}\n",
    ],
)  # fmt: skip
def test_a_text_is_loaded_as_pyyaml_loads_it(text):
    as_pyyaml_loads(text)


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.dates()
    | st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]))
    | st.sampled_from(["yes", "Off", "~", "1.5", "0x1f", "{{ x }}", "<<", "=", "2026-01-31", "x: y", "- x", "#"])
)
DATA = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text("abyes{0~") | SCALARS, inner), max_leaves=12
)


@given(DATA, st.sampled_from([True, False, None]), st.sampled_from([None, "'", '"', "|"]))
def test_any_data_is_loaded_as_pyyaml_loads_it(data, flow_style, quotes):
    as_pyyaml_loads(yaml.safe_dump(data, default_flow_style=flow_style, default_style=quotes, allow_unicode=True))


def test_what_is_nested_too_deeply_is_one_finding():
    data, (finding,) = Source("b.yml", "a: " + "[" * 100_000).load()
    assert data is None
    assert str(finding) == "b.yml: this is not a file of a fleet: it is nested too deeply"


def test_a_key_that_stands_twice_is_found_where_it_stands_the_second_time():
    data, (finding,) = Source("b.yml", TEXT + "branch: durban\n").load()
    assert data is None
    assert str(finding).startswith("b.yml:6:1: ")
    assert "'branch' appears twice" in finding.message


def test_a_key_that_a_merge_brings_may_be_replaced():
    data, found = Source("b.yml", "base: &b {x: 1}\nmore:\n  <<: *b\n  x: 2\n").load()
    assert (data["more"], found) == ({"x": 2}, [])


@pytest.mark.parametrize("text", ["a: [1\n", "a: b: c\n", "\ta: 1\n", "a: !python/object:os.system x\n", "a: \x07\n"])
def test_broken_yaml_is_one_finding_and_no_exception(text):
    data, found = Source("b.yml", text).load()
    assert data is None
    assert [finding.file for finding in found] == ["b.yml"]


def test_an_empty_file_has_no_data_and_places_at_its_start():
    source = Source("b.yml", "")
    assert source.load() == (None, [])
    assert source.place(["x"]) == (1, 1)
