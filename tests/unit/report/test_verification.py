# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the verify playbook says at its end."""

from __future__ import annotations

from ansible_collections.fincon.mail.plugins.plugin_utils._report.verification import probe_stages, verify_table


def target(user, ok=True, cause="The server refuses this user name and password."):
    return {
        "ok": ok, "users": [user], "smtp_server": "HQ", "mail_server": "mail.example", "port": 587,
        "diagnosis": None if ok else {"id": "wrong_password", "cause": cause, "hint": "Check both."},
        "stages": [{"stage": "dns", "ok": True, "ms": 1}, {"stage": "auth", "ok": ok, "ms": 7}],
    }  # fmt: skip


def test_one_cause_at_many_branches_is_one_finding():
    found = [{"branch": f"b{n}", "verification": {"targets": [target("U", ok=False)]}} for n in range(40)]
    found.append({"branch": "a", "verification": {"targets": [target("V")]}})
    found.append({"branch": "empty", "verification": None})
    lines = verify_table(found)
    assert lines[0] == "1 of 41 logins passed"
    assert [line for line in lines if " x " in line] == ["40 x wrong_password at mail.example:587"]
    assert "b39 (U)" in " ".join(lines)


def test_there_is_a_line_for_each_login_with_its_stages_and_times():
    lines = probe_stages({"targets": [target("U", ok=False), {**target("V"), "stages": []}]})
    assert lines == [
        "U at mail.example:587: dns 1 ms, auth FAILED 7 ms",
        "V at mail.example:587: not tried",
    ]
    assert probe_stages(None) == []
