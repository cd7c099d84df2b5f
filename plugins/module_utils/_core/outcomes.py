# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The outcome of a call: the key ``outcome`` of a module's result. Reports take the state of a branch from it."""

from __future__ import annotations

UNCHANGED = "unchanged"
PLANNED = "planned"
APPLIED = "applied"
PARTLY_APPLIED = "partly_applied"
HELD_BACK = "held_back"
REFUSED = "refused"
INVALID = "invalid"
UNREACHABLE = "unreachable"
FAILED = "failed"

#: Each outcome, and what it means. The last six come with ``failed: true``.
OUTCOMES = {
    UNCHANGED: "nothing had to be changed",
    PLANNED: "check mode: what a run would change is in ``changes``, and nothing was written",
    APPLIED: "all changes are done; at an attended site they are ordered",
    PARTLY_APPLIED: "a change failed: those before it are in ``applied``, the others in ``remaining`` or ``not_known``",
    HELD_BACK: "what passed the verification is done, or planned; what did not is in ``held_back`` and ``remaining``",
    REFUSED: "the settings did not pass the verification, so nothing was written",
    INVALID: "the declared records have errors, so nothing was written",
    UNREACHABLE: "the installation could not be reached, so nothing is known about it",
    FAILED: "something else went wrong, and none of the changes is known to be done",
}
