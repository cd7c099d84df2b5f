# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The ``attended`` backend: a ledger of what is set, and orders for a person to type in at Fincon's windows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._backends.attended import ledger as ledgers
from ansible_collections.fincon.mail.plugins.module_utils._backends.attended.ledger_file import LedgerFile
from ansible_collections.fincon.mail.plugins.module_utils._backends.attended.ledger_text import YAML_ERROR
from ansible_collections.fincon.mail.plugins.module_utils._backends.attended.orders import Ledger, with_changes
from ansible_collections.fincon.mail.plugins.module_utils._backends.base import (
    Backend,
    Description,
    Report,
    Snapshot,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._core.passwords import Fingerprints
from ansible_collections.fincon.mail.plugins.module_utils._core.state import Change, State


def _today() -> str:
    return date.today().isoformat()


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
        self._content: bytes | None = None
        self._foretold: tuple[tuple[Change, ...], Ledger] | None = None
        self.today = today()
        self.ledger = Ledger(State(all_users_known=False))
        self.fingerprints = Fingerprints()

    def describe(self) -> Description:
        return Description("attended")

    def read(self, writing: bool = False) -> Snapshot:
        if writing:
            self._file.lock(self._lock_wait)
        self._content = self._file.read()
        self.ledger = ledgers.parse(self._content, self._file.name, self._file.backup)
        self.fingerprints = self.ledger.known_passwords
        return Snapshot(self.ledger.state, self.ledger.confirmed)

    def foretell(self, changes: Sequence[Change]) -> dict[str, Any]:
        order = self._with(tuple(changes)).order
        return {"work_order": order.as_dict() if order else None, "pending": self.ledger.pending()}

    def apply(self, changes: Sequence[Change]) -> Report:
        try:
            self.keep(self._with(tuple(changes)))
        except FinconError as exc:
            return Report((), tuple(changes), str(exc))
        return Report(tuple(changes))

    def keep(self, ledger: Ledger) -> None:
        """Write a ledger, unless it is the very one that was read. It is the last step of a call.

        :raises FinconError: when it cannot be written; then the file is as it was.
        """
        if ledger is not self.ledger:
            text = ledgers.render(ledger, ledgers.text_of(self._content))
            self._file.replace(text.encode("utf-8"), self._content)

    def close(self) -> None:
        self._file.unlock()

    def _with(self, changes: tuple[Change, ...]) -> Ledger:
        """The ledger with the changes ordered. What is foretold is what is applied: the salts too."""
        if self._foretold is None or self._foretold[0] != changes:
            self._foretold = changes, with_changes(self.ledger, changes, self.today)
        return self._foretold[1]
