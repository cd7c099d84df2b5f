# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with the settings of an installation, before anything is connected."""

from __future__ import annotations

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._core import urls
from ansible_collections.fincon.mail.plugins.module_utils._core.installation import SETTINGS, findings

REST = {
    "backend": "rest", "url": "https://10.1.2.3:4090", "server_username": "s", "server_password": "canary-1",
    "data_id": "A", "username": "u", "password": "canary-2",
}  # fmt: skip


def found(**settings):
    return [str(finding) for finding in findings({**REST, **settings})]


def test_complete_settings_are_right():
    assert found() == []


@pytest.mark.parametrize("url", ["http://127.0.0.1:4090", "http://localhost", "http://[::1]:4090", "http://127.1.2.3"])
def test_plain_http_within_this_machine_is_allowed(url):
    assert found(url=url) == []


@pytest.mark.parametrize("url", ["http://10.1.2.3:4090", "http://fincon.example.co.za", "http://[2001:db8::1]:4090"])
def test_plain_http_to_another_machine_has_to_be_allowed(url):
    (text,) = found(url=url)
    assert "all passwords can be read on the way" in text
    assert found(url=url, allow_http=True) == []


@pytest.mark.parametrize(
    "url",
    [
        "http://a..b:1",
        f"https://{'a' * 64}.example",
        "https://fin\u202econ.example",
        "https://fincon.example/p\u00e4th",
        "https://fincon.example:0",
        "https://fincon.example:99999",
        "https://user:canary-3@fincon.example",
        "ftp://fincon.example",
        "fincon.example:4090",
        "https://",
        "https://a b",
        "https://[::g]",
        "https://fincon.example/?q=canary-4",
    ],
)
def test_what_is_no_address_is_a_finding_that_does_not_repeat_it(url):
    (text,) = found(url=url)
    assert text == f"installation.url: {urls.PROBLEM}"


@pytest.mark.parametrize(
    "url", ["https://b\u00fcro.example", "https://fin_con:4090/datasnap/rest/FinconAPI", "https://10.1.2.3/"]
)
def test_unusual_addresses_are_right(url):
    assert found(url=url) == []


NUMBERS = [setting.name for setting in SETTINGS if setting.minimum is not None]


def test_every_number_has_a_minimum():
    assert [setting.name for setting in SETTINGS if setting.type in ("int", "float")] == NUMBERS


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("value", [-1, float("nan"), float("inf"), 2**30 + 1, 1e300], ids=str)
def test_a_number_out_of_range_is_a_finding(name, value):
    texts = [str(finding) for finding in findings({**REST, name: value})]
    assert any(text.startswith(f"installation.{name}: must be ") for text in texts)


def test_a_wait_is_at_most_a_day():
    assert found(timeout=86_400) == []
    assert str(found(timeout=86_401)[0]) == "installation.timeout: must be more than 0 and at most 86400"


def test_no_finding_repeats_a_secret():
    assert "canary" not in str(findings({**REST, "url": "x", "timeout": -1, "colour": "canary-5"}))
