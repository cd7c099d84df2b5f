# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From what was read to the files of a fleet, and back by the fleet plugin's own code."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._core.checks import value_problem
from ansible_collections.fincon.mail.plugins.module_utils._core.records import (
    MAIL_USER,
    SMTP_SERVER,
    USER_FIELDS,
    normal_key,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._adopt.adoption import AdoptionError, Read, adopt
from ansible_collections.fincon.mail.plugins.plugin_utils._adopt.declared import declared_servers, declared_users
from ansible_collections.fincon.mail.plugins.plugin_utils._adopt.installations import Given, copied
from ansible_collections.fincon.mail.plugins.plugin_utils._adopt.write import write
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.fleet import load_fleet
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

SERVER = {
    "name": "HQ relay", "mail_server": "smtp.example", "authenticate": True, "username": "relay", "password": "set",
    "port": 587,
}  # fmt: skip
USER = {"user": "THANDI", "smtp_server": "HQ relay", "sender_name": "Thandi", "sender_email": "t@example.co.za"}
REACHED = {"backend": "rest", "url": "https://x", "server_username": "u", "data_id": "A", "username": "u"}


def read(branch="durban", region="coast", tags=("big",), servers=(SERVER,), users=(USER,), **reached):
    installation = {name: Given(value, value) for name, value in {**REACHED, **reached}.items()}
    secrets = {name: Given("c4nary", "{{ vault_x }}") for name in ("server_password", "password")}
    return Read(branch, region, tags, {**installation, **secrets}, servers, users)


def loaded(files):
    """Fill in the passwords and load the fleet."""
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), {name: text.replace("CHANGEME-", "filled-in-") for name, text in files.items()})
        return load_fleet(f"{folder}/fincon.yml", lambda path: Path(path).read_text("utf-8"))


def test_the_files_are_a_fleet_that_is_without_fault_once_its_passwords_are_filled_in():
    made = adopt([read("a", data_id="A"), read("b", data_id="B")])
    assert made.placeholders == 1, "the definition is shared, and so is its password"
    assert made.findings == ()
    fleet = loaded(made.files)
    assert fleet.findings == ()
    assert [(branch.name, branch.region, branch.tags) for branch in fleet.branches] == [
        ("a", "coast", ("big",)),
        ("b", "coast", ("big",)),
    ]


def test_each_placeholder_is_named_with_its_place_by_the_fleet_plugin(tmp_path):
    user = {**USER, "username": "t", "password": "set"}
    write(tmp_path, adopt([read(users=[user])]).files)
    fleet = load_fleet(f"{tmp_path}/fincon.yml", lambda path: Path(path).read_text("utf-8"))
    named = [(finding.path, finding.line > 1) for finding in fleet.findings if "is a placeholder" in finding.message]
    assert named == [("smtp_servers[0].password", True), ("users[0].password", True)]
    assert len(fleet.findings) == 2


def test_what_is_wrong_with_what_is_installed_is_told_and_written_nevertheless():
    made = adopt([read(users=[{**USER, "sender_email": "nonsense"}])])
    assert len(made.findings) == 1
    assert made.findings[0].startswith("durban: users[0].sender_email (mail_user THANDI): must be one e-mail address")
    assert "sender_email: nonsense" in made.files["branches/durban.yml"]


@pytest.mark.parametrize(
    ("item", "problem"),
    [
        (read("../durban"), "../durban: branch: must be a name of letters"),
        (read(region="a b"), "durban: region: must be a name of letters"),
        (read(tags=("x/y",)), "must be a name of letters"),
        (read("b"), "b: is the name of two branches"),
    ],
)
def test_a_bad_name_is_refused_before_anything_is_made(item, problem):
    with pytest.raises(AdoptionError, match="set fincon_branch") as caught:
        adopt([read("b"), item])
    assert problem in str(caught.value)


def test_a_branch_without_region_or_tags_says_nothing_of_them():
    text = adopt([read(region="", tags=())]).files["branches/durban.yml"]
    assert "region" not in text
    assert "tags" not in text


TEXT = st.one_of(
    st.sampled_from(["", "", "Clerk", "no", "{{ x }}", "012", "a: b", "Zoë"]),
    # A value with a character that nobody sees is written and refused; then it is not loaded.
    st.text(max_size=8).filter(lambda text: value_problem(MAIL_USER.field("job_title"), text) is None),
)
NAME = st.sampled_from(["HQ relay", "hq RELAY", "Own", "{{ odd }}"])
VALUES = {
    "name": NAME,
    "host": st.sampled_from(["smtp.example", "mail.example.co.za", ""]),
    "email": st.sampled_from(["a@example.co.za", "b@example.co.za", ""]),
    "text": TEXT,
    "integer": st.sampled_from([0, 25, 587]),
    "flag": st.booleans(),
    "secret": st.sampled_from(["set", "unset"]),
}


def records(key, names, rows):
    record = st.fixed_dictionaries({row.name: VALUES[row.kind] for row in rows})
    unique = st.lists(names, max_size=3, unique_by=str.casefold)
    return unique.flatmap(
        lambda keys: st.tuples(*(record for _key in keys)).map(
            lambda made: [{key: name, **fields} for name, fields in zip(keys, made, strict=True)]
        )
    )


INSTALLATIONS = st.fixed_dictionaries(
    {"backend": st.sampled_from(["rest", "command", "attended"])},
    optional={
        "url": st.sampled_from(["https://x", "https://y"]),
        "fingerprints": st.sampled_from(["/a", "/b"]),
        "lock_wait": st.sampled_from([60.0, 5.0]),
    },
)
BRANCHES = st.tuples(
    INSTALLATIONS,
    records("name", NAME, SMTP_SERVER.fields),
    records("user", st.sampled_from(["THANDI", "PIETER", "LERATO", "KGOSI"]), USER_FIELDS),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(BRANCHES, min_size=1, max_size=5), st.booleans(), st.booleans())
def test_the_defaults_and_a_branch_file_make_exactly_the_branch_that_was_read(fleet, placeholders, blank_users):
    branches = [
        Read(f"b{number}", "", (), {name: Given(value, value) for name, value in reached.items()}, servers, users)
        for number, (reached, servers, users) in enumerate(fleet)
    ]
    made = loaded(adopt(branches, placeholders, blank_users).files).branches
    for branch, item in zip(made, branches, strict=True):
        assert branch.data["installation"] == copied({"b": item.installation})["b"]
        assert keyed(SMTP_SERVER, branch.data["smtp_servers"]) == keyed(
            SMTP_SERVER, filled(declared_servers(item.smtp_servers, placeholders))
        )
        assert branch.data["users"] == filled(declared_users(item.users, placeholders, blank_users))


def filled(items):
    """The records with their passwords filled in, as :func:`loaded` does."""
    given = [(item, item.get("password", "").replace("CHANGEME-", "filled-in-")) for item in items]
    return [{**item, "password": password} if "password" in item else item for item, password in given]


def keyed(resource, items):
    """Records by key: the shared definitions come first, and a name's case is that of the default."""
    key = resource.key.name
    return {
        normal_key(resource, item[key]): {name: value for name, value in item.items() if name != key} for item in items
    }


def test_every_field_of_the_records_table_is_adopted():
    assert {row.kind for row in (*SMTP_SERVER.fields, *USER_FIELDS)} <= set(VALUES), "or the property lacks a kind"
    assert set(MAIL_USER.fields) <= set(USER_FIELDS)
