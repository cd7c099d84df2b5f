# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The file of mode 0600 that keeps the fingerprints of an installation's passwords."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._core.passwords import Fingerprints
from ansible_collections.fincon.mail.plugins.module_utils._core.records import RESOURCES, normal_key
from ansible_collections.fincon.mail.plugins.module_utils._core.state import DELETE, Change
from ansible_collections.fincon.mail.plugins.module_utils._io import files

_FOLDER = "~/.ansible/fincon_mail"


class FingerprintFile:
    """The fingerprints of one installation, kept in step with the passwords that are sent to it.

    :param given: the file that the user names; empty for the default one.
    :param identity: what tells the installation from every other.
    :raises FinconError: when the file cannot be read.
    """

    def __init__(self, given: str | None, identity: str) -> None:
        self._path = Path(given).expanduser() if given else default_path(identity)
        self.fingerprints = load(self._path)

    def doubt(self, changes: Sequence[Change]) -> dict[str, str]:
        """Forget the passwords that are about to be sent, and return what was known: if the answer is lost, nobody
        knows which are set."""
        before = dict(self.fingerprints.stored)
        for change in changes:
            if change.secrets:
                self.fingerprints.forget(*_record(change))
        self._save_unless(before)
        return before

    def trust(self, changes: Sequence[Change], known: Mapping[str, str]) -> None:
        """Know again of changes that were certainly not made what was known before :meth:`doubt`."""
        before = dict(self.fingerprints.stored)
        record_keys = {Fingerprints.key(*_record(change)) for change in changes}
        self.fingerprints.stored.update(
            {record_key: made for record_key, made in known.items() if record_key in record_keys}
        )
        self._save_unless(before)

    def remember(self, change: Change) -> None:
        """Keep the fingerprint as soon as a password was sent, so that a run that ends midway loses none."""
        before = dict(self.fingerprints.stored)
        if change.action == DELETE:
            self.fingerprints.forget(*_record(change))
        for password in change.secrets.values():
            self.fingerprints.remember(*_record(change), password)
        self._save_unless(before)

    def _save_unless(self, before: dict[str, str]) -> None:
        if self.fingerprints.stored != before:
            save(self._path, self.fingerprints)


def _record(change: Change) -> tuple[str, str]:
    return change.resource, normal_key(RESOURCES[change.resource], change.name)


def default_path(identity: str) -> Path:
    """Return the file of the installation with this identity (its address and company)."""
    readable = re.sub(r"[^A-Za-z0-9.-]+", "-", identity).strip("-.")[:80]
    # The readable part alone could be the same for two installations.
    return Path(_FOLDER).expanduser() / f"{readable}-{hashlib.sha256(identity.encode('utf-8')).hexdigest()[:8]}.json"


def load(path: Path) -> Fingerprints:
    """Return what the file keeps; nothing when it does not exist.

    :raises FinconError: when it cannot be read or is not one of ours.
    """
    try:
        stored = json.loads(path.read_text("utf-8"))["fingerprints"]
    except FileNotFoundError:
        return Fingerprints()
    except OSError as exc:
        raise FinconError(f"{path}: the fingerprints cannot be read ({exc.strerror}); check its rights") from exc
    except (ValueError, KeyError, TypeError) as exc:
        raise FinconError(
            f"{path}: this is not a file of fingerprints; remove it, and the passwords will be sent once more"
        ) from exc
    return Fingerprints(stored)


def save(path: Path, fingerprints: Fingerprints) -> None:
    """Replace the file in one step, readable by its owner only.

    :raises FinconError: when it cannot be written.
    """
    text = json.dumps({"fingerprints": fingerprints.stored}, indent=2, sort_keys=True) + "\n"
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        files.replace(path, text.encode(), 0o600)
    except OSError as exc:
        raise FinconError(f"{path}: the fingerprints cannot be written ({exc.strerror}); check its rights") from exc
