# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The generated schemas of fleet and branch files."""

from __future__ import annotations

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._core.installation import SETTINGS
from ansible_collections.fincon.mail.plugins.module_utils._core.records import MAIL_USER, SMTP_SERVER, USER_FIELDS
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.fleet import branch_schema, fleet_schema
from jsonschema import Draft7Validator

SCHEMAS = {"branch": branch_schema(), "fleet": fleet_schema()}
BRANCH = {"branch": "cape-town"}


@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=SCHEMAS)
def test_a_schema_is_valid_draft_7(schema):
    Draft7Validator.check_schema(schema)
    assert schema["$schema"].startswith("http://json-schema.org/draft-07/")


def test_every_row_of_the_records_table_and_every_setting_is_in_the_schema():
    definitions = SCHEMAS["branch"]["definitions"]
    servers = [*(row.name for row in (SMTP_SERVER.key, *SMTP_SERVER.fields)), "state", "renamed_from"]
    servers += ["without", "unlinked"]
    assert list(definitions["smtp_server"]["properties"]) == servers
    users = [*(row.name for row in (MAIL_USER.key, *USER_FIELDS)), "state", "without"]
    assert list(definitions["user"]["properties"]) == users
    settings = definitions["installation"]["anyOf"][0]["properties"]
    assert set(settings) == {"backend", *(row.name for row in SETTINGS)}


def test_every_property_describes_itself():
    for schema in SCHEMAS.values():
        for name in ("smtp_server", "user"):
            assert all(item["description"] for item in schema["definitions"][name]["properties"].values())


def test_the_defaults_of_all_users_name_no_user():
    validator = Draft7Validator(SCHEMAS["fleet"])
    fleet = {"plugin": "fincon.mail.fleet", "branches": "*.yml"}
    assert validator.is_valid({**fleet, "defaults": {"user": {"smtp_server": "HQ"}}})
    assert not validator.is_valid({**fleet, "defaults": {"user": {"user": "THANDI"}}})


@pytest.mark.parametrize("value", ["{{ port }}", "$ANSIBLE_VAULT;1.1;AES256\n61"])
def test_a_template_or_a_vault_text_may_stand_for_any_value(value):
    user = {row.name: value for row in (MAIL_USER.key, *USER_FIELDS)}
    server = {row.name: value for row in (SMTP_SERVER.key, *SMTP_SERVER.fields)}
    data = {**BRANCH, "installation": value, "users": [user], "smtp_servers": [server]}
    assert Draft7Validator(SCHEMAS["branch"]).is_valid(data)


@pytest.mark.parametrize(
    "extra", [{"colour": 1}, {"users": {}}, {"users": [{}]}, {"smtp_servers": [{"name": "A", "port": "25"}]}]
)
def test_what_a_branch_must_not_hold_is_refused(extra):
    assert not Draft7Validator(SCHEMAS["branch"]).is_valid({**BRANCH, **extra})
