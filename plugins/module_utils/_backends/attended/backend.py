# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The ``attended`` backend: a ledger of what is set, and orders for a person to type in at Fincon's windows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._backends.attended import ledger as ledgers
from ansible_collections.fincon.mail.plugins.module_utils._backends.attended.ledger_file import LedgerFile
from ansible_collections.fincon.mail.plugins.module_utils._backends.attended.ledger_text import YAML_ERROR
from ansible_collections.fincon.mail.plugins.module_utils._backends.attended.orders import Ledger, with_changes
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

    :param ledger: what it says.
    :param today: the day, ``CCYY-MM-DD``.
    """

    ledger: Ledger
    today: str
    _file: LedgerFile
    _content: bytes | None = field(repr=False)

    def prepare(self, changes: Sequence[Change]) -> Prepared:
        # The ledger of the result is the one that is written: another would have other salts.
        ledger = with_changes(self.ledger, changes, self.today)
        work_order = ledger.order.as_dict() if ledger.order else None
        result = {"work_order": work_order, "pending": self.ledger.pending()}
        return Prepared(result, partial(self._order, ledger, tuple(changes)))

    def further_facts(self) -> dict[str, Any]:
        return {"last_confirmation": self.ledger.last_confirmation()}

    def keep(self, ledger: Ledger) -> None:
        """Write a ledger, unless it is the very one that was read. It is the last step of a call.

        :raises UncertainError: when it was written, and may be lost with the machine.
        :raises FinconError: when it cannot be written; then the file is as it was.
        """
        if ledger is not self.ledger:
            text = ledgers.render(ledger, ledgers.text_of(self._content))
            self._file.replace(text.encode("utf-8"), self._content)

    def _order(self, ledger: Ledger, changes: tuple[Change, ...]) -> Applied:
        try:
            self.keep(ledger)
        except UncertainError as exc:
            return Applied((), (), str(exc), not_known=changes)
        except FinconError as exc:
            return Applied((), changes, str(exc))
        return Applied(changes)


class AttendedBackend(Backend):
    """An installation at which a person types in what is ordered.

    :param installation: the settings of ``installation.py``, complete.
    :param today: returns the day, ``CCYY-MM-DD``.
    :raises FinconError: when a library is missing.
    """

    def __init__(self, installation: Mapping[str, Any], today: Callable[[], str] = _today) -> None:
        if YAML_ERROR is not None:
            raise FinconError(
                f"the attended backend needs PyYAML where the module runs ({YAML_ERROR}); install it there, for "
                "example by: pip install PyYAML"
            )
        self._file = LedgerFile(Path(installation["ledger"]).expanduser())
        self._lock_wait = float(installation["lock_wait"])
        self._today = today

    @contextmanager
    def open(self, writing: bool = False) -> Iterator[AttendedSession]:
        try:
            if writing:
                self._file.lock(self._lock_wait)
            content = self._file.read()
            ledger = ledgers.parse(content, self._file.name, self._file.backup)
            yield AttendedSession(
                Description("attended"),
                ledger.state,
                ledger.confirmed,
                ledger.known_passwords,
                ledger,
                self._today(),
                self._file,
                content,
            )
        finally:
            self._file.unlock()
