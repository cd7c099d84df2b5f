# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each way in which an adapter can fail, and what must never show of a secret."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._backends.registry import backend_of
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError, UnreachableError
from ansible_collections.fincon.mail.plugins.module_utils._core.records import MAIL_USER, SMTP_SERVER
from ansible_collections.fincon.mail.plugins.module_utils._core.state import DesiredRecord

from .conftest import ABOUT, EXAMPLE, LATER, RECORDS, SECRET, desired_records, go

# Each way to fail.

FAILURES = {
    "it ended with exit status 3; on standard error it said: first / no window": (
        "echo first >&2; echo no window >&2; exit 3", FinconError,
    ),
    "it ended with exit status 4; on standard error it said nothing": ("exit 4", FinconError),
    "it ended with exit status 255; on standard error it said: ssh: no route": (
        "echo ssh: no route >&2; exit 255", UnreachableError,
    ),
    "it ended with exit status 69": ("exit 69", UnreachableError),
    "it was killed by SIGSEGV": ("kill -SEGV $$", FinconError),
    "it did not answer within 0.3 seconds (installation.command_timeout) and was stopped": (
        "exec sleep 60", UnreachableError,
    ),
    "it printed more than 200000 bytes (installation.output_limit) and was stopped": ("cat /dev/zero", FinconError),
    "nothing was printed on standard output": ("echo; echo", FinconError),
    "standard output is not JSON (line 1, column 1)": ("echo hello", FinconError),
    "standard output is not JSON (line 2, column 1)": ("echo {}; echo {}", FinconError),
    "standard output is not UTF-8 (byte 1)": (r"printf '\377'", FinconError),
    "standard output is JSON that is nested too deeply": ("head -c 150000 /dev/zero | tr '\\0' '['", FinconError),
    "standard output holds a number that JSON does not know": ("echo '{\"protocol\": NaN}'", FinconError),
    "the answer is JSON, but not an object": ("echo '[1]'", FinconError),
    "the answer has no member protocol": ("echo {}", FinconError),
    "protocol must be the number 1": ("echo '{\"protocol\": true}'", FinconError),
    "the adapter speaks version 2 of the protocol, this collection version 1": (
        "echo '{\"protocol\": 2}'", FinconError,
    ),
    "error must be an object": ("echo '{\"protocol\": 1, \"error\": \"x\"}'", FinconError),
    "error.message must be text": ("echo '{\"protocol\": 1, \"error\": {}}'", FinconError),
    "the company is closed": (
        "echo '{\"protocol\": 1, \"error\": {\"message\": \"the company is closed\"}}'", FinconError,
    ),
    "the machine is off": (
        "echo '{\"protocol\": 1, \"error\": {\"code\": \"unreachable\", \"message\": \"the machine is off\"}}'",
        UnreachableError,
    ),
    "name must be text that is not empty": ("echo '{\"protocol\": 1, \"capabilities\": {}}'", FinconError),
    "capabilities must be an object": ("echo '{\"protocol\": 1, \"name\": \"x\", \"version\": \"1\"}'", FinconError),
    "capabilities.delete must be true or false": (
        "echo '{\"protocol\": 1, \"name\": \"x\", \"capabilities\": {\"delete\": 1}}'", FinconError,
    ),
}  # fmt: skip


@pytest.mark.parametrize("text", FAILURES)
def test_each_failure_has_its_own_sentence(script, installation, text):
    body, kind = FAILURES[text]
    adapter = script("cat > /dev/null", body)
    limits = {"command_timeout": 0.3 if "0.3 seconds" in text else 20.0, "output_limit": 200000}
    with pytest.raises(FinconError) as caught, backend_of(installation(adapter, **limits)).open():
        pass
    assert str(caught.value).startswith(f"adapter {adapter}, describe: {text}")
    assert isinstance(caught.value, UnreachableError) == (kind is UnreachableError)


def test_what_cannot_be_started_says_why(script, installation, tmp_path):
    lame = script("exit 0", name="lame")
    os.chmod(lame, 0o644)
    no_interpreter = tmp_path / "broken"
    no_interpreter.write_text("#!/no/such/sh\n")
    no_interpreter.chmod(0o755)
    no_program = tmp_path / "empty"
    no_program.write_text("echo {}\n")
    no_program.chmod(0o755)
    sentences = {
        "/no/such/adapter": "there is no such program on this machine; give its full path",
        "ssh branch adapter": "write the program and each argument as separate list items",
        lame: "it is not executable by this user; chmod +x it",
        str(no_interpreter): "the interpreter that its first line names is not there",
        str(no_program): "no script with an interpreter in its first line",
        "adap\0ter": "a character that no argument can have",
    }
    for program, sentence in sentences.items():
        with pytest.raises(FinconError, match=re.escape(sentence)), backend_of(installation(program)).open():
            pass


@pytest.mark.parametrize("name", ["command_timeout", "output_limit"])
def test_a_limit_has_to_be_above_zero(installation, name):
    with pytest.raises(FinconError, match=f"{name} must be more than 0"):
        backend_of(installation("x", **{name: 0}))


def test_an_adapter_that_fails_before_it_reads_is_told_by_its_own_words(script, installation, site):
    describes = f"[ $(wc -l < {site}.calls) -gt 2 ] || exec {EXAMPLE} {site}"
    picky = script(f"echo >> {site}.calls", describes, "exec <&-", "echo no licence >&2", "exit 7")
    plenty = tuple(DesiredRecord(SMTP_SERVER, f"S{n}", {"mail_server": "m" * 200}) for n in range(2000))
    assert "exit status 7; on standard error it said: no licence" in go(installation(picky), plenty).failure


# Changes that fail.

DONE = {"id": 1, "status": "done"}
BAD_RESULTS = {
    "results must be a list": ({"protocol": 1}, 0, False),
    "mail_user THANDI: the window is busy": (
        {"protocol": 1, "results": [DONE, {"id": 2, "status": "error", "message": "the window is busy"}]}, 1, True,
    ),
    "mail_user THANDI: the adapter gave no reason": (
        {"protocol": 1, "results": [DONE, {"id": 2, "status": "error"}]}, 1, True,
    ),
    "mail_user THANDI: there is no result for this change": ({"protocol": 1, "results": [DONE]}, 1, True),
    "results[1] answers a change that was not asked for here (the id must be 2)": (
        {"protocol": 1, "results": [DONE, {"id": 9, "status": "done"}]}, 1, True,
    ),
    "results[1].status must be done or error": (
        {"protocol": 1, "results": [DONE, {"id": 2, "status": "ok"}]}, 1, True,
    ),
    "results[1] must be an object": ({"protocol": 1, "results": [DONE, "done"]}, 1, True),
    "results[3] answers a change that was not asked for": (
        {"protocol": 1, "results": [DONE, {"id": 2, "status": "done"}, {"id": 3, "status": "done"}, DONE]}, 3, True,
    ),
    "standard output is not JSON": (b"done", 0, False),
}  # fmt: skip


@pytest.mark.parametrize("text", BAD_RESULTS)
def test_a_run_that_fails_midway_says_how_far_it_came(canned, installation, text):
    answer, applied, known = BAD_RESULTS[text]
    empty = {"protocol": 1, "smtp_servers": [], "users": [{"user": "THANDI", "password_set": False}]}
    settings = installation(canned(read=empty, apply=answer))
    outcome = go(settings)
    assert text in outcome.failure
    assert len(outcome.values["applied"]) == applied
    # Only what the adapter itself refuses is certainly not done.
    refused = "the adapter gave no reason" in text or "the window is busy" in text
    assert len(outcome.values["remaining" if refused else "not_known"]) == 3 - applied
    assert sum(len(outcome.values[group]) for group in ("applied", "not_known", "remaining")) == 3
    assert ("how far it came is not known" in outcome.failure) is not known
    assert "canary" not in repr(outcome)
    kept = json.loads(Path(settings["fingerprints"]).read_text())["fingerprints"] if applied else {}
    assert set(kept) == ({"smtp_server/hq relay"} if applied else set()), "what was done is remembered, and no more"


def test_an_answer_that_is_lost_leaves_a_password_in_doubt(site, installation, tmp_path):
    settings = installation(str(EXAMPLE), str(site))
    go(settings)
    crash = installation(
        "/bin/sh", "-c", f"case $(tee {tmp_path}/r) in *apply*) exit 9 ;; esac; {EXAMPLE} {site} < {tmp_path}/r"
    )
    assert "exit status 9" in go(crash, desired_records(LATER)).failure
    # The password may be the later one by now, so the first one is sent although it was sent last with success.
    assert [item["field"] for item in go(crash, check_mode=True).values["unverified"]] == ["password"]


@pytest.mark.parametrize("whole", [True, False], ids=["the request", "the change"])
def test_a_change_that_was_refused_leaves_what_was_known_of_the_password(
    site, installation, canned, whole
):  # fmt: skip
    settings = installation(str(EXAMPLE), str(site))
    go(settings)
    error = (
        {"error": {"message": "closed"}} if whole else {"results": [{"id": 1, "status": "error", "message": "closed"}]}
    )
    read = json.loads(json.dumps(RECORDS))
    read["smtp_servers"][0].update(username="hq", authenticate=True, use_tls=True, timeout=30)
    refusing = {**settings, "command": [canned(read=read, apply={"protocol": 1, **error})]}
    assert "closed" in go(refusing, desired_records(LATER)[:1]).failure
    result = go(refusing, desired_records(LATER)[:1], check_mode=True).values
    assert result["changes"]
    assert result["unverified"] == [], "it differs, as before"
    assert not go(settings).values["changed"]


def test_fingerprints_that_cannot_be_kept_are_a_warning(script, installation, site, tmp_path):
    folder = tmp_path / "prints"
    spoiling = script(
        f"cat > {tmp_path}/r",
        f"{EXAMPLE} {site} < {tmp_path}/r",
        f"! grep -q apply {tmp_path}/r || {{ rm -rf {folder} && touch {folder}; }}",
    )
    outcome = go(installation(spoiling, fingerprints=str(folder / "prints.json")), desired_records())
    assert outcome.outcome == "applied"
    assert "the fingerprints cannot be" in "".join(outcome.warnings)
    assert "sends these passwords again" in "".join(outcome.warnings)


def test_a_removal_is_refused_before_anything_is_done_when_the_adapter_cannot(canned, installation, tmp_path):
    settings = installation(canned(describe={**ABOUT, "capabilities": {}}))
    gone = (DesiredRecord(MAIL_USER, "THANDI", present=False), DesiredRecord(SMTP_SERVER, "HQ relay", present=False))
    for check_mode in (True, False):
        with pytest.raises(
            FinconError, match=r"canned has no capability delete, so it cannot remove mail_user THANDI, "
        ):
            go(settings, gone, check_mode)
    assert not (tmp_path / "apply.request").exists()


def test_a_removal_is_sent_without_values(canned, installation, request_for):
    both = {"protocol": 1, "results": [DONE, {"id": 2, "status": "done"}]}
    gone = (DesiredRecord(MAIL_USER, "THANDI", present=False), DesiredRecord(SMTP_SERVER, "HQ relay", present=False))
    assert not go(installation(canned(apply=both)), gone).failure
    assert [(item["action"], item["values"]) for item in request_for("apply")["changes"]] == [("delete", {})] * 2


# Secrets.


SHOUTS = (
    ("cat >&2", "exit 1"),
    ("cat >&2", "kill -9 $$"),
    ("cat >&2", "echo garbage"),
    ("cat >&2", "echo {}"),
    ("cat", "exit 0"),
    ("tr -d '\\n' | base64 -w0 >&2", "exit 1"),
    ("rev >&2", "exit 1"),
    ("head -c 20000 /dev/zero | tr '\\0' x >&2; cat >&2", "exit 1"),
    ("(cat; head -c 20000 /dev/zero | tr '\\0' '\\n') >&2", "exit 1"),
)


@pytest.mark.parametrize(("shout", "end"), SHOUTS)
def test_an_adapter_that_shouts_its_request_betrays_nothing(script, installation, site, tmp_path, shout, end):
    loud = script(
        f"cat > {tmp_path}/r",
        f"exec < {tmp_path}/r",
        f"if grep -q apply {tmp_path}/r; then {shout}; {end}; else {EXAMPLE} {site}; fi",
    )
    outcome = go(installation(loud))
    assert outcome.failure
    assert_hidden(repr(outcome))


def assert_hidden(text):
    for form in (SECRET, SECRET[::-1], SECRET[:8], "Y2FuYXJ5"):
        assert form not in text


def test_a_message_of_the_adapter_betrays_nothing(canned, installation):
    empty = {"protocol": 1, "smtp_servers": [], "users": [{"user": "THANDI", "password_set": False}]}
    message = f"cannot type {SECRET} " + "x" * 2000
    for answer in (
        {"protocol": 1, "results": [{"id": 1, "status": "error", "message": message}]},
        {"protocol": 1, "error": {"code": "failed", "message": message}},
    ):
        outcome = go(installation(canned(read=empty, apply=answer)))
        assert "cannot type (secret)" in outcome.failure
        assert len(outcome.failure) < 1000
        assert_hidden(repr(outcome))


def test_a_password_that_this_side_never_knew_is_hidden_where_it_is_named(script, installation):
    adapter = script(
        "cat >&2 << 'EOF'",
        r"""{"password": "canary \" three", x} Password=canary-4 pwd: 'canary 5' """,
        "EOF",
        "exit 1",
    )
    with pytest.raises(FinconError) as caught, backend_of(installation(adapter)).open():
        pass
    assert "canary" not in str(caught.value)
    assert "three" not in str(caught.value)
    assert "x}" in str(caught.value)


def test_a_password_that_was_read_back_is_hidden_as_well(script, installation, site, tmp_path):
    settings = installation(str(EXAMPLE), str(site), "--password-readback")
    go(settings)
    loud = script(
        f"cat > {tmp_path}/r",
        f'if grep -q apply {tmp_path}/r; then echo "it was {SECRET}" >&2; exit 1; fi', f'{EXAMPLE} "$@" < {tmp_path}/r',
    )  # fmt: skip
    outcome = go({**settings, "command": [loud, *settings["command"][1:]]}, desired_records(LATER))
    assert "it was (secret)" in outcome.failure
    assert_hidden(repr(outcome))
