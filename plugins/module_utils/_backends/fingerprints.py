# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The file of mode 0600 that keeps the fingerprints of an installation's passwords.

The combined fingerprint (see ``passwords.py``) is made at the end of a call that may write, while its lock is held.
Then it is known which declared passwords are set, even when nothing was changed, as in the first run after an upgrade.
It only makes the next run faster. If it cannot be written, nothing is reported, and the next run compares the single
ones; a damaged one counts as missing in the same way. A call for one record keeps it, unless that call changes a
password. Older versions of the collection drop it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._core.passwords import Fingerprints
from ansible_collections.fincon.mail.plugins.module_utils._core.records import RESOURCES, normal_key
from ansible_collections.fincon.mail.plugins.module_utils._core.state import DELETE, Change
from ansible_collections.fincon.mail.plugins.module_utils._io import files, locks

_FOLDER = "~/.ansible/fincon_mail"


#: How long a run waits for another that works on the same installation, in seconds.
_LOCK_WAIT = 60.0
_FINGERPRINT = re.compile(r"scrypt\$\S+")


class Fingerprinted:
    """The fingerprints of one installation, updated as passwords are sent to it.

    :param path: their file.
    :param refusal: why the file must not be written; empty when it may be written.
    :raises FinconError: when it cannot be read.
    """

    def __init__(self, path: Path, refusal: str = "") -> None:
        self._path = path
        self._refusal = refusal
        self.fingerprints = load(path)

    def doubt(self, changes: Sequence[Change]) -> dict[str, str]:
        """Drop the fingerprints of passwords that are about to be sent, and return them."""
        before = dict(self.fingerprints.stored)
        for change in changes:
            if change.secrets or change.action == DELETE:
                self.fingerprints.forget(*_record(change))
        self._save_unless(before)
        return before

    def settle(self, applied: Sequence[Change], undone: Sequence[Change], known: Mapping[str, str]) -> None:
        """Keep what is certain: passwords that were sent and applied, and the old ones of changes that were not made.

        :param known: what :meth:`doubt` returned.
        """
        before = dict(self.fingerprints.stored)
        keys = {Fingerprints.key(*_record(change)) for change in undone}
        self.fingerprints.stored.update({key: made for key, made in known.items() if key in keys})
        for change in applied:
            for password in change.secrets.values():
                self.fingerprints.remember(*_record(change), password)
        self._save_unless(before)

    def combine_unless(self, failure: object, *_details: object) -> None:
        """Keep a combined fingerprint for the next run, if one can be made and may be written.

        :param failure: the exception that ended the call, if there was one.
        """
        if failure is not None or self._refusal or not self.fingerprints.combine():
            return
        with contextlib.suppress(FinconError):
            # A failure to write a single fingerprint was already reported, so it is not written now.
            if load(self._path).stored == self.fingerprints.stored:
                save(self._path, self.fingerprints)

    def _save_unless(self, before: dict[str, str]) -> None:
        if self.fingerprints.stored == before:
            return
        if self._refusal:
            raise FinconError(self._refusal)
        save(self._path, self.fingerprints)


class FingerprintFile:
    """The file of an installation's fingerprints. Only one run at a time works on it.

    A symbolic link is followed, so that the file and not the link is replaced, and all its names share one lock.

    :param given: the file that the user names; empty for the default file.
    :param identity: a text that is unique to the installation.
    """

    def __init__(self, given: str | None, identity: str) -> None:
        path = Path(given).expanduser() if given else default_path(identity)
        self._path = Path(os.path.realpath(path))

    @property
    def path(self) -> Path:
        """The file itself, with links resolved."""
        return self._path

    @contextlib.contextmanager
    def open(self, writing: bool) -> Iterator[Fingerprinted]:
        """Read the fingerprints. While one run may write, no other run reads them in order to write.

        :raises FinconError: when the file cannot be read, or another run works on it for too long.
        """
        with contextlib.ExitStack() as held:
            kept = Fingerprinted(self._path, self._refusal(held) if writing else "")
            if writing:
                held.push(kept.combine_unless)
            yield kept

    def _refusal(self, held: contextlib.ExitStack) -> str:
        """Hold the lock, or return why the file must not be written."""
        try:
            held.enter_context(self._lock())
        except OSError as exc:
            # Everything else may go on. Passwords are not sent, since their old fingerprints would stay in the file.
            return f"{self._path}: the fingerprints cannot be written ({exc.strerror}); check its rights"
        return ""

    def _lock(self) -> locks.Lock:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            return locks.acquire(f"{self._path}.lock", wait=_LOCK_WAIT)
        except locks.Busy as exc:
            raise FinconError(
                f"{self._path}: another run has been working on this installation for {_LOCK_WAIT:g} seconds; "
                "let it end"
            ) from exc


def _record(change: Change) -> tuple[str, str]:
    return change.resource, normal_key(RESOURCES[change.resource], change.name)


def default_path(identity: str) -> Path:
    """Return the file of the installation with this identity (its address and company)."""
    readable = re.sub(r"[^A-Za-z0-9.-]+", "-", identity).strip("-.")[:80]
    # The readable part alone may be the same for two installations.
    return Path(_FOLDER).expanduser() / f"{readable}-{hashlib.sha256(identity.encode('utf-8')).hexdigest()[:8]}.json"


def load(path: Path) -> Fingerprints:
    """Return the content of the file; nothing when it does not exist.

    :raises FinconError: when it cannot be read or is not a file of this collection.
    """
    try:
        data = json.loads(files.read(path).decode("utf-8"))
    except FileNotFoundError:
        return Fingerprints()
    except OSError as exc:
        raise FinconError(f"{path}: the fingerprints cannot be read ({exc.strerror}); check its rights") from exc
    except (ValueError, RecursionError):
        data = None
    stored = data.get("fingerprints") if isinstance(data, dict) else None
    if not isinstance(stored, dict) or not all(_is_fingerprint(value) for value in stored.values()):
        raise FinconError(
            f"{path}: this is not a file of fingerprints; remove it, and the passwords will be sent once more"
        )
    combined = data.get("combined")
    return Fingerprints(stored, combined if _is_fingerprint(combined) else "")


def _is_fingerprint(value: object) -> bool:
    return isinstance(value, str) and _FINGERPRINT.fullmatch(value) is not None


def save(path: Path, fingerprints: Fingerprints) -> None:
    """Replace the file in one step, readable by its owner only. The caller keeps other writers out.

    :raises FinconError: when it cannot be written.
    """
    combined = {"combined": fingerprints.combined} if fingerprints.combined else {}
    text = json.dumps({**combined, "fingerprints": fingerprints.stored}, indent=2, sort_keys=True) + "\n"
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # One fixed name, since the lock keeps others away: the next writer removes what a killed run left there.
        files.replace(path, text.encode(), 0o600, temporary=f"{path}.tmp")
    except OSError as exc:
        raise FinconError(f"{path}: the fingerprints cannot be written ({exc.strerror}); check its rights") from exc
