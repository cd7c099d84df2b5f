# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""How changes are sent, for every backend that keeps fingerprints of the passwords that it sends.

A fingerprint is doubtful from before the request until an answer shows the result. So if it is unknown whether a
password is set, the next run sends it again, rather than assuming that it is set.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ansible_collections.fincon.mail.plugins.module_utils._backends.base import Applied
from ansible_collections.fincon.mail.plugins.module_utils._backends.fingerprints import Fingerprinted
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._core.state import Change

#: ``send(changes)`` asks the other side to make some changes and returns their results. It raises nothing.
Send = Callable[["tuple[Change, ...]"], Applied]


def send_in_steps(kept: Fingerprinted | None, steps: Iterable[tuple[Change, ...]], send: Send) -> Applied:
    """Send changes step by step, up to the first step that is not completely done.

    :param kept: the fingerprints of the installation; ``None`` where passwords can be read back.
    :param steps: the changes, in groups that are sent together.
    """
    waiting = list(steps)
    applied: tuple[Change, ...] = ()
    warnings: tuple[str, ...] = ()
    while waiting:
        made = _send(kept, waiting.pop(0), send)
        applied, warnings = applied + made.applied, warnings + made.warnings
        if made.error:
            remaining = made.remaining + tuple(change for step in waiting for change in step)
            return Applied(applied, remaining, made.error, made.not_known, warnings)
    return Applied(applied, warnings=warnings)


def _send(kept: Fingerprinted | None, step: tuple[Change, ...], send: Send) -> Applied:
    if kept is None:
        return send(step)
    try:
        known = kept.doubt(step)
    except FinconError as exc:
        # If it were sent now, an old fingerprint could match a password that is no longer set.
        return Applied((), step, f"{exc}; nothing was sent")
    made = send(step)
    try:
        kept.settle(made.applied, made.remaining, known)
    except FinconError as exc:
        warning = f"{exc}; the next run sends these passwords again"
        return Applied(made.applied, made.remaining, made.error, made.not_known, (*made.warnings, warning))
    return made
