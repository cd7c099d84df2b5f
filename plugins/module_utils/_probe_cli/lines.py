# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""What ``fincon-probe`` prints for people: for each login the lines of the module's messages. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.texts import visible
from ansible_collections.fincon.mail.plugins.module_utils._module.logins import Login
from ansible_collections.fincon.mail.plugins.module_utils._smtp.probe import message

_GREEN, _RED, _YELLOW, _PLAIN = "\x1b[32m", "\x1b[31m", "\x1b[33m", "\x1b[0m"


def lines(logins: Sequence[Login], found: Sequence[Mapping[str, Any]], colours: bool) -> list[str]:
    """Return the lines about all logins: one for a login that passed, three for one that failed, and the warnings.

    :param found: the verification of each login.
    :param colours: whether a terminal shows them.
    """
    return [line for login, verification in zip(logins, found) for line in _login_lines(login, verification, colours)]


def use_colours(is_terminal: bool, environment: Mapping[str, str], platform: str) -> bool:
    """Return whether to use colours: on a terminal that supports them, unless NO_COLOR is set (no-color.org).

    :param platform: as ``sys.platform`` names it. On Windows, only the newer console reports its capabilities.
    """
    able = "WT_SESSION" in environment if platform == "win32" else environment.get("TERM", "dumb") != "dumb"
    return is_terminal and able and not environment.get("NO_COLOR")


def _login_lines(login: Login, verification: Mapping[str, Any], colours: bool) -> list[str]:
    who = f"{', '.join(login.users)}: " if login.users else ""
    first, *rest = [visible(line) for line in message(verification).split("\n")]
    made = [_coloured(who + first, _GREEN if verification["ok"] else _RED, colours), *rest]
    if login.reduced:
        made.append(_coloured(f"Not tried further: {visible(login.reduced)}.", _YELLOW, colours))
    made += [
        _coloured(f"Warning: {visible(note['cause'])} {visible(note['hint'])}", _YELLOW, colours)
        for note in verification["warnings"]
    ]
    return made


def _coloured(text: str, colour: str, colours: bool) -> str:
    return f"{colour}{text}{_PLAIN}" if colours else text
