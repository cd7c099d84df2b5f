# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""YAML files and the places in them."""

from __future__ import annotations

import pytest
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.source import Source, Unsafe, Vaulted, path_text

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


def test_a_key_that_stands_twice_is_found_where_it_stands_the_second_time():
    data, (finding,) = Source("b.yml", TEXT + "branch: durban\n").load()
    assert data is None
    assert str(finding).startswith("b.yml:6:1: ")
    assert "'branch' stands here twice" in finding.message


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
