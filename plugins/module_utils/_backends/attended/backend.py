# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The ``attended`` backend: a ledger of what is set, and work orders that a person types into Fincon's windows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._backends.attended import ledger as ledgers
from ansible_collections.fincon.mail.plugins.module_utils._backends.attended.combined import CombinedFile
from ansible_collections.fincon.mail.plugins.module_utils._backends.attended.ledger_file import LedgerFile
from ansible_collections.fincon.mail.plugins.module_utils._backends.attended.ledger_text import YAML_ERROR
from ansible_collections.fincon.mail.plugins.module_utils._backends.attended.orders import Ledger, with_changes
from ansible_collections.fincon.mail.plugins.module_utils._backends.attended.seen import Mark, Memory, mark_of
from ansible_collections.fincon.mail.plugins.module_utils._backends.base import (
    Applied,
    Backend,
    Description,
    Prepared,
    Session,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError, UncertainError
from ansible_collections.fincon.mail.plugins.module_utils._core.state import Change


def _today() -> str:
    return date.today().isoformat()


@dataclass(frozen=True)
class AttendedSession(Session):
    """A ledger as it was read.

    :param ledger: its content.
    :param today: today's date, ``CCYY-MM-DD``.
    """

    ledger: Ledger
    today: str
    _file: LedgerFile
    _content: bytes | None = field(repr=False)
    _memory: Memory
    _mark: Mark | None
    _run: str

    def prepare(self, changes: Sequence[Change]) -> Prepared:
        # The same ledger is returned and written: a second one would have other salts.
        goes_on = self._memory.is_of_run(self.ledger, self._mark, self._run)
        ledger = with_changes(self.ledger, changes, self.today, goes_on)
        work_order = ledger.order.as_dict() if ledger.order else None
        result = {"work_order": work_order, "pending": self.ledger.pending()}
        return Prepared(result, partial(self._order, ledger, tuple(changes)))

    def further_facts(self) -> dict[str, Any]:
        return {"last_confirmation": self.ledger.last_confirmation()}

    def keep(self, ledger: Ledger) -> None:
        """Write a ledger, unless it is the same object that was read. It is the last step of a call.

        :raises UncertainError: when it was written, but may be lost in a crash of the machine.
        :raises FinconError: when it cannot be written; then the file is as it was.
        """
        if ledger is not self.ledger:
            text = ledgers.render(ledger, ledgers.text_of(self._content))
            self._file.replace(text.encode("utf-8"), self._content)
            self._memory.note(ledger, self._mark, self._run)

    def _order(self, ledger: Ledger, changes: tuple[Change, ...]) -> Applied:
        try:
            self.keep(ledger)
        except UncertainError as exc:
            return Applied((), (), str(exc), not_known=changes)
        except FinconError as exc:
            return Applied((), changes, str(exc))
        return Applied(changes)


class AttendedBackend(Backend):
    """An installation at which a person types in the ordered changes.

    :param installation: the settings of ``installation.py``, complete.
    :param today: returns today's date, ``CCYY-MM-DD``.
    :raises FinconError: when a library is missing.
    """

    def __init__(self, installation: Mapping[str, Any], today: Callable[[], str] = _today) -> None:
        if YAML_ERROR is not None:
            raise FinconError(
                f"the attended backend needs PyYAML where the module runs ({YAML_ERROR}); install it there, for "
                "example by: pip install PyYAML"
            )
        self._file = LedgerFile(Path(installation["ledger"]).expanduser())
        self._memory = Memory(self._file.path)
        self._combined = CombinedFile(self._memory.path)
        self._lock_wait = float(installation["lock_wait"])
        self._today = today

    @property
    def notes(self) -> Path:
        return self._memory.path

    @contextmanager
    def open(self, writing: bool = False) -> Iterator[AttendedSession]:
        try:
            if writing:
                self._file.lock(self._lock_wait)
            memory = self._memory
            # Read before the ledger: if another run writes both in between, the ledger does not seem to have gone back.
            mark = memory.recall()
            content = self._file.read()
            ledger = ledgers.parse(content, self._file.name, self._file.backup)
            memory.refuse_step_back(ledger, mark, self._file.name, self._file.backup, content is not None)
            if writing:
                memory.note(ledger, mark, mark.run if mark and mark_of(ledger, mark.run) == mark else "")
            fingerprints = ledger.known_passwords
            fingerprints.combined = self._combined.read()
            yield AttendedSession(
                Description("attended"),
                ledger.state,
                ledger.confirmed,
                fingerprints,
                ledger,
                self._today(),
                self._file,
                content,
                memory,
                mark,
                self.run,
            )
            if writing and fingerprints.combine():
                self._combined.write(fingerprints.combined)
        finally:
            self._file.unlock()
