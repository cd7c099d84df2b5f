# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The output of the demonstration: its steps, the output of playbooks, and checks of that output."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

RULE = "=" * 110
_HEADINGS = ("PLAY [", "TASK [", "PLAY RECAP")


class UnexpectedError(Exception):
    """The demonstration did not go as expected; the text says what was expected and what happened."""


def expect(condition: bool, what: str) -> None:
    """Stop the demonstration if a step does not have its expected result.

    :raises UnexpectedError: unless the condition holds.
    """
    if not condition:
        raise UnexpectedError(what)


def show(text: str) -> None:
    """Print a text after an empty line, below the step that it belongs to."""
    print(f"\n{textwrap.indent(text.rstrip(), '   ')}", flush=True)


def heading(number: int, title: str, why: str) -> None:
    """Print what comes next, and why."""
    print(f"\n{RULE}\n{number}. {title}\n{textwrap.indent(textwrap.fill(why, 106), '   ')}", flush=True)


def short(output: str) -> str:
    """Remove what is not useful here: empty lines, tasks without a result, and all of an error except its message."""
    lines = list(_telling(output))
    kept = [
        line
        for line, following in zip(lines, [*lines[1:], ""], strict=True)
        if not (line.startswith("TASK [") and following.startswith(_HEADINGS))
    ]
    return "\n".join(kept)


def unchanged(output: str) -> bool:
    """Whether a run changed nothing at any branch, from its recap."""
    recap = re.findall(r"^\S+\s+: ok=\d+\s+changed=(\d+)", output, re.M)
    return bool(recap) and set(recap) == {"0"}


def _telling(output: str) -> Iterator[str]:
    """Yield the lines of headings and results. Ansible prints an error twice: with its place, and as a result."""
    hidden = failed = False
    for line in output.splitlines():
        if line.startswith("skipping:"):
            # What follows belongs to another host.
            hidden = failed = False
            continue
        if line.startswith("[ERROR]"):
            hidden = True
        elif line.startswith((*_HEADINGS, "fatal:", "ok:", "changed:", "failed:")):
            hidden, failed = False, line.startswith(("fatal:", "failed:"))
        elif failed and re.match(r" {4}\S", line):
            # A list belongs to the key above it.
            hidden = hidden if line.startswith("    -") else not line.startswith("    msg:")
        if line.strip() and not hidden:
            yield line.rstrip("* ") if line.startswith(_HEADINGS) else line.rstrip()
