# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of diagnoses: complete, unambiguous, and the most specific diagnosis wins."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import generate_provider_docs
import generate_smtp_docs
import pytest
import yaml
from ansible_collections.fincon.mail.plugins.module_utils._smtp import providers
from ansible_collections.fincon.mail.plugins.module_utils._smtp.circumstances import CIRCUMSTANCES
from ansible_collections.fincon.mail.plugins.module_utils._smtp.diagnose import TABLE, diagnose, find_diagnosis
from ansible_collections.fincon.mail.plugins.module_utils._smtp.diagnosis import BARE, Diagnosis, Match
from ansible_collections.fincon.mail.plugins.module_utils._smtp.observation import Observation
from collection import ROOT

#: Playbooks rely on these names: a change here breaks them.
PROMISED = {
    "bad_settings",
    "missing_login",
    "name_not_found",
    "dns_unavailable",
    "private_address",
    "refused",
    "timeout_port_25",
    "timeout",
    "ipv6_broken",
    "no_banner",
    "not_smtp",
    "busy",
    "blocked",
    "inspected",
    "ehlo_refused",
    "no_esmtp",
    "no_starttls",
    "tls_down",
    "starttls_injection",
    "tls_mode_mismatch",
    "tls_too_old",
    "tls_failed",
    "cert_name",
    "cert_expired",
    "cert_self_signed",
    "cert_unknown_issuer",
    "cert_no_key_id",
    "cert_expiring",
    "auth_needs_tls",
    "auth_not_offered",
    "auth_no_password_mechanism",
    "auth_wants_tls",
    "google_app_password",
    "google_browser",
    "wrong_password",
    "m365_smtp_auth_off",
    "m365_policy",
    "basic_auth_off",
    "auth_throttled",
    "account_unusable",
    "mail_needs_auth",
    "sender_not_owned",
    "too_big",
    "greylisted",
    "relay_denied",
    "no_such_recipient",
    "rate_limited",
    "send_as_denied",
    "closed",
    "quit_ignored",
}


def test_every_promised_diagnosis_has_a_row():
    assert len(PROMISED) == 50
    assert {entry.id for entry in TABLE} >= PROMISED


def test_an_id_has_one_row():
    assert len({entry.id for entry in TABLE}) == len(TABLE)


def _texts(entry):
    """Every cause and hint of a row."""
    words = [text for words in entry.words for text in (words.cause, words.hint)]
    return list(filter(None, [entry.cause, entry.hint, *words]))


def _matches(entry):
    return [*entry.matches, *(words.when for words in entry.words)]


def test_every_row_is_met_by_a_test():
    folder = Path(__file__).parent
    tests = "".join(path.read_text(encoding="utf-8") for path in folder.glob("test_*.py"))
    tests = tests.replace(Path(__file__).read_text(encoding="utf-8"), "")
    cases = yaml.safe_load((folder / "replies.yml").read_text(encoding="utf-8"))
    met = {diagnosis for case in cases for diagnosis in (case["says"], *case.get("warns", ()))}
    assert [entry.id for entry in TABLE if f'"{entry.id}"' not in tests and entry.id not in met] == []


def test_every_circumstance_that_a_row_asks_for_exists():
    asked = {name for entry in TABLE for match in _matches(entry) for name in match.needs}
    assert asked <= set(CIRCUMSTANCES)
    assert set(CIRCUMSTANCES) - asked <= {f"provider_{key}" for key in providers.PROVIDERS}


def test_no_row_names_a_code_that_servers_use_for_many_things_without_asking_for_its_words():
    many = {"421", "450", "451", "452", "550", "552", "553"}
    alone = [
        (entry.id, match.codes)
        for entry in TABLE
        for match in entry.matches
        if many & set(match.codes) and not (match.text or match.wordless or match.enhanced)
    ]
    assert alone == []


def test_only_greylisting_passes_where_a_recipient_is_put_off():
    greylisted = next(entry for entry in TABLE if entry.id == "greylisted")
    assert all(match.text and match.codes == ("4",) for match in greylisted.matches)


def test_every_placeholder_is_one_that_observations_can_fill():
    known = {
        "host",
        "port",
        "detail",
        "command",
        "names",
        "issuer",
        "not_before",
        "not_after",
        "days",
        "urgency",
        "mechanisms",
        "address",
        "size",
        "ehlo_name",
        "expired",
        "expired_on",
        "m365_end",
        "mechanism",
        "message_id",
        "other_ports",
        "provider_login",
        "reply",
        "seconds",
        "suite",
    }
    used = {name for entry in TABLE for text in _texts(entry) for name in re.findall(r"{(\w+)}", text)}
    assert used == known


@pytest.mark.parametrize("entry", TABLE, ids=lambda entry: entry.id)
def test_a_diagnosis_is_written_for_people(entry):
    for text in _texts(entry):
        assert text.endswith((".", ".)", "{urgency}", "{detail}"))
        assert len(text) < 200
    assert entry.matches


WEIGHTS = [
    (Match(codes=("535",), text="x"), Match(codes=("5",), text="x")),
    (Match(codes=("5",), text="x"), Match(codes=("535",), enhanced=("5.7.139",))),
    (Match(codes=("5",), enhanced=("5.7.1",)), Match(codes=("5",), enhanced=("5.7",))),
    (Match(codes=("5",), enhanced=("5.7",)), Match(codes=("535",))),
    (Match(codes=("5",), enhanced=(BARE,)), Match(codes=("535",))),
    (Match(codes=("535",)), Match(codes=("5",))),
    (Match(codes=("535",), port=25), Match(codes=("535",))),
]


@pytest.mark.parametrize(("heavier", "lighter"), WEIGHTS)
def test_a_text_weighs_more_than_an_enhanced_code_and_that_more_than_a_code(heavier, lighter):
    assert heavier.weight > lighter.weight


def test_a_diagnosis_for_the_stage_beats_one_for_any_stage():
    anywhere = Diagnosis("anywhere", (), (Match(codes=("5",)),), "", "")
    here = Diagnosis("here", ("auth",), (Match(codes=("5",)),), "", "")
    seen = Observation(stage="auth", code=500)
    assert here.weight(seen) > anywhere.weight(seen)
    assert here.weight(Observation(stage="mail", code=500)) is None


def test_enhanced_codes_match_by_whole_numbers():
    match = Match(enhanced=("5.7.1",))
    assert match.fits(Observation(code=550, enhanced="5.7.1"))
    assert not match.fits(Observation(code=550, enhanced="5.7.139"))
    assert Match(enhanced=(BARE,)).fits(Observation(code=550))
    assert not Match(enhanced=(BARE,)).fits(Observation(code=550, enhanced="5.0.0"))


@pytest.mark.parametrize("stage", ["banner", "ehlo", "starttls", "auth", "mail", "rcpt", "send"])
def test_every_reply_code_has_a_diagnosis(stage):
    found = {code: find_diagnosis(Observation(stage=stage, code=code)).id for code in range(200, 600)}
    assert [code for code, diagnosis_id in found.items() if diagnosis_id == "unknown"] == []


@pytest.mark.parametrize("code", [400, 452, 499])
def test_a_temporary_refusal_can_be_tried_again(code):
    assert find_diagnosis(Observation(stage="mail", code=code)).retryable


def test_what_nobody_thought_of_is_said_to_be_unknown():
    assert diagnose(Observation(event="flying saucer"), str)["id"] == "unknown"


def test_braces_of_a_server_are_not_placeholders():
    seen = Observation(stage="connect", event="unreachable", text="{port} {0} {")
    assert "{port} {0} {" in diagnose(seen, str)["cause"]


@pytest.mark.parametrize(
    ("host", "today", "words"),
    [
        ("smtp.office365.com", date(2026, 1, 26), ""),
        ("smtp.office365.com", date(2026, 1, 27), "switches SMTP logins by password off on 2026-12-31"),
        ("SMTP.Office365.com.", date(2026, 12, 30), "switches SMTP logins by password off on 2026-12-31"),
        ("smtp.office365.com", date(2026, 12, 31), "switched SMTP logins by password off on 2026-12-31"),
        ("smtp.example.test", date(2026, 6, 1), ""),
        ("smtp.office365.com.example.test", date(2026, 6, 1), ""),
    ],
)
def test_the_advisory_about_microsoft_365_shows_from_its_announcement(host, today, words):
    advisory = providers.password_retirement(host, today)
    assert words in advisory
    assert bool(advisory) is bool(words)


@pytest.mark.parametrize(
    ("page", "render"),
    [("smtp-diagnosis.md", generate_smtp_docs.render), ("smtp-providers.md", generate_provider_docs.render)],
)
def test_the_pages_about_diagnoses_and_providers_are_up_to_date(page, render):
    assert (ROOT / "docs" / page).read_text(encoding="utf-8") == render()
