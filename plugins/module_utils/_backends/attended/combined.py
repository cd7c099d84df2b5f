# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The combined fingerprint of the passwords that a ledger knows (see ``_core/passwords.py``).

It is next to the note about the ledger, and not in the ledger: people keep that in git, and it changes only when
something is ordered or confirmed. It matches only the single fingerprints that it was made for, so it cannot outlive
them, and without it the single ones are compared.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from ansible_collections.fincon.mail.plugins.module_utils._io import files

_LARGEST = 1024


class CombinedFile:
    """The file of the combined fingerprint.

    :param note: the note about the ledger.
    """

    def __init__(self, note: Path) -> None:
        self._path = note.with_suffix(".passwords")

    def read(self) -> str:
        """Return the combined fingerprint; empty when there is none, or when it cannot be read."""
        try:
            return files.read(self._path, _LARGEST).decode("ascii").strip()
        except (OSError, ValueError):
            return ""

    def write(self, combined: str) -> None:
        """Keep it. A failure is ignored: then the next call compares the single fingerprints again."""
        with suppress(OSError):
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            files.replace(self._path, f"{combined}\n".encode("ascii"), 0o600, durable=False)
