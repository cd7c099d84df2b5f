# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""How far each ledger had progressed when it was last seen here: a ledger only goes back by mistake.

After ``git checkout`` of an old state, or with a restored backup, a ledger would contain an old state of Fincon and
would assign numbers of work orders a second time. So each run that may write keeps a note outside of any repository,
with the last order and a digest of the history, for each ledger by its path on this machine. A ledger without a note
is accepted as it is.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._backends.attended.orders import Confirmation, Ledger
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._io import files

#: The folder of the notes, in the home of the user who runs the modules, next to the fingerprints of other backends.
FOLDER = "~/.ansible/fincon_mail/ledgers"

_LARGEST = 4096
_HELP = (
    "Bring the newest ledger back, from git (git log --all -- {name}), from the machine that wrote it, or from "
    "{backup}, and change the declared files instead (docs/rollback.md). If this ledger is the right one, remove "
    "{note}."
)


@dataclass(frozen=True)
class Mark:
    """How far a ledger had progressed.

    :param last_order: the number that was assigned last.
    :param confirmations: how many confirmations its history had.
    :param digest: of these confirmations. It holds no secret, since a history does not.
    :param run: the play that wrote the ledger last; empty when no play wrote it, or another machine did.
    """

    last_order: int
    confirmations: int
    digest: str
    run: str = ""


def mark_of(ledger: Ledger, run: str = "") -> Mark:
    """Return how far a ledger has progressed.

    :param run: the play that wrote it, if one did.
    """
    return Mark(ledger.last_order, len(ledger.history), _digest(ledger.history), run)


def step_back(ledger: Ledger, mark: Mark) -> str:
    """Return in what a ledger is behind a mark, as the end of a sentence; empty when it is not behind."""
    if ledger.last_order < mark.last_order:
        last = f"its last work order is {ledger.last_order}" if ledger.last_order else "it has no work order"
        return f"{last}, and work order {mark.last_order} was seen here"
    if len(ledger.history) < mark.confirmations:
        were = "was" if mark.confirmations == 1 else "were"
        return f"its history has {_confirmations(len(ledger.history))}, and {mark.confirmations} {were} seen here"
    if _digest(ledger.history[: mark.confirmations]) != mark.digest:
        return f"its history does not continue the {_confirmations(mark.confirmations)} that were seen here"
    return ""


class Memory:
    """The note about one ledger.

    :param path: the ledger, with links resolved.
    """

    def __init__(self, path: str) -> None:
        identity = f"{os.uname().nodename}:{path}"
        readable = re.sub(r"[^A-Za-z0-9.-]+", "-", os.path.basename(path)).strip("-.")[:80]
        # Ledgers of several fleets may have the same name, and a home may belong to several machines.
        name = f"{readable}-{hashlib.sha256(os.fsencode(identity)).hexdigest()[:16]}.json"
        self._path = Path(os.path.join(os.path.expanduser(FOLDER), name))

    @property
    def path(self) -> Path:
        """The file of the note."""
        return self._path

    def recall(self) -> Mark | None:
        """Return how far the ledger had progressed; ``None`` when unknown. Call this before the ledger is read.

        A note that cannot be read counts as missing.
        """
        try:
            data: Any = json.loads(files.read(self._path, _LARGEST))
            mark = Mark(data["last_order"], data["confirmations"], data["digest"], str(data.get("run", "")))
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None
        numbers = (mark.last_order, mark.confirmations)
        # A bool is also an int.
        are_numbers = all(isinstance(number, int) and not isinstance(number, bool) for number in numbers)
        return mark if are_numbers and isinstance(mark.digest, str) else None

    def refuse_step_back(self, ledger: Ledger, mark: Mark | None, name: str, backup: str, is_there: bool) -> None:
        """Make sure that a ledger is not behind its note.

        :param name: the ledger as the user names it.
        :param is_there: whether there is a file. A new ledger has none.
        :raises FinconError: when it is.
        """
        behind = step_back(ledger, mark) if mark else ""
        if behind:
            older, missing = "the ledger is older than the one last used here", "the ledger is not there any more"
            help_text = _HELP.format(name=name, backup=backup, note=self._path)
            raise FinconError(f"{name}: {older if is_there else missing}: {behind}. {help_text}")

    @staticmethod
    def is_of_run(ledger: Ledger, mark: Mark | None, run: str) -> bool:
        """Whether a ledger is unchanged since this play wrote it."""
        return bool(run) and mark_of(ledger, run) == mark

    def note(self, ledger: Ledger, known: Mark | None, run: str = "") -> None:
        """Note how far the ledger has progressed. A failure is ignored: then only this guard is missing.

        :param run: the play that wrote it, if one did.
        """
        mark = mark_of(ledger, run)
        # A ledger without any order cannot go back.
        if mark == known or (known is None and not mark.last_order and not mark.confirmations):
            return
        data = asdict(mark)
        with suppress(OSError):
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            files.replace(self._path, f"{json.dumps(data)}\n".encode(), 0o600, durable=False)


def _digest(history: Sequence[Confirmation]) -> str:
    # These fields say which work was confirmed. A name or a remark may be corrected by hand.
    facts = [(entry.order, entry.date, entry.items, entry.remaining) for entry in history]
    text = json.dumps(facts)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _confirmations(number: int) -> str:
    return f"{number} confirmation{'' if number == 1 else 's'}"
