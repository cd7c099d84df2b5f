# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""A ledger as the content of a file: read with the place of every error, and written so that comments are kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ansible_collections.fincon.mail.plugins.module_utils._backends.attended import ledger_shape, ledger_text
from ansible_collections.fincon.mail.plugins.module_utils._backends.attended.orders import Ledger
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._core.findings import Finding

#: The text of a new ledger. From then on the comments belong to the people who edit the file, and are kept.
NEW_LEDGER = """\
---
# The ledger of a Fincon installation whose e-mail settings are typed in by hand (fincon.mail, backend attended).
# The playbooks apply, confirm and import write it. Keep it in git, whose history then says what was set when.
# If a person changes a setting in Fincon's window, note it under "confirmed"; apply then orders the declared value.
# Comments stay. It never holds a password, only whether one is set.
ledger: 1

# What Fincon holds, as people confirmed it. An empty text is left out.
confirmed:
  smtp_servers: []
  users: []

# Salted scrypt hashes, which tell whether a declared password is the one that was typed in. Without one this is
# unknown, and the password is ordered again.
fingerprints: {}

# The open work order. The playbook confirm moves it up.
ordered: null

last_order: 0
last_confirmed: null
"""


def parse(content: bytes | None, name: str, backup: str) -> Ledger:
    """Return the ledger that a file holds; an empty one when there is no file.

    :param name: the file as the user names it.
    :param backup: where its previous content is kept.
    :raises FinconError: when it is truncated or damaged, with file, line and column of every error.
    """
    found, ledger = _read(text_of(content)) if content is None else _decoded(content)
    if ledger is None:
        faults = "\n".join(str(replace(finding, file=name)) for finding in _by_place(found))
        raise FinconError(
            f"{faults}\nRepair the ledger by hand, or restore the last good version from git or {backup}."
        )
    return ledger


def text_of(content: bytes | None) -> str:
    """Return the text of a ledger that could be parsed; the text of a new one when there is no file."""
    return NEW_LEDGER if content is None else content.decode("utf-8-sig").replace("\r\n", "\n")


def render(ledger: Ledger, before: str) -> str:
    """Return the text of a ledger, with the comments of the previous text.

    :raises FinconError: when reading the text would not give this ledger.
    """
    data = ledger_shape.write(ledger)
    text = ledger_text.with_comments(ledger_text.dump(data), before)
    # Every later run reads it, so text that cannot be read must never be written.
    found, _ledger = _read(text)
    if found or ledger_text.parse(text).data != data:
        raise FinconError(f"the ledger would not be readable ({'; '.join(map(str, found))}); nothing was written")
    return text


def _decoded(content: bytes) -> tuple[list[Finding], Ledger | None]:
    try:
        text = text_of(content)
    except UnicodeDecodeError as exc:
        before = content[: exc.start]
        line, column = before.count(b"\n") + 1, exc.start - before.rfind(b"\n")
        return [Finding("this byte is not UTF-8", line=line, column=column)], None
    if not text.strip("\0 \n\t"):
        return [Finding("the file is empty, which a ledger never is", line=1, column=1)], None
    return _read(text)


def _read(text: str) -> tuple[list[Finding], Ledger | None]:
    parsed = ledger_text.parse(text)
    if parsed.findings:
        return parsed.findings, None
    ledger, faults = ledger_shape.read(parsed.data)
    found = []
    for path, finding in faults:
        line, column = parsed.place(path)
        found.append(replace(finding, line=line, column=column))
    return found, ledger


def _by_place(findings: Iterable[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda finding: (finding.line, finding.column))
