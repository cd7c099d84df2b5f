# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""What the probes of one run share about one host: consecutive refused logins, and recent results.

The notes are a JSON file that only this user can read. It holds no secret: a login is identified by a keyed digest.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import time
from contextlib import suppress
from dataclasses import asdict, replace
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._io import files
from ansible_collections.fincon.mail.plugins.module_utils._smtp.settings import ProbeSettings
from ansible_collections.fincon.mail.plugins.module_utils._smtp.slots import digest, locked, run_path

#: Number of consecutive refused logins after which no more are tried: servers block an address after a few.
MAX_REFUSALS = 2

#: How long a result is valid for the same settings elsewhere in the run.
RESULT_SECONDS = 120.0

#: How long a refusal counts.
REFUSAL_SECONDS = 900.0


class RunNotes:
    """The notes of one run about one host."""

    def __init__(self, directory: str, run_id: str, host: str) -> None:
        self._directory = directory
        self._run_id = run_id
        self._path = run_path(directory, run_id, digest(host) + ".json")

    def login_lock(self, settings: ProbeSettings, level: str) -> str:
        """The path of the lock that keeps two processes from trying one login at the same time."""
        return run_path(self._directory, self._run_id, self._key(settings, level) + ".lock")

    def refusals(self) -> list[list[str]]:
        """The consecutive refused logins: the labels of each."""
        return [entry["label"] for entry in self._refusals(self._read())]

    def result(self, settings: ProbeSettings, level: str) -> dict[str, Any] | None:
        """A recent verification of these settings, or of their server if no login was reached."""
        results = self._read()["results"]
        for key in (self._key(settings, level), self._key(_server_of(settings), level)):
            entry = results.get(key)
            if entry and time.time() - entry["at"] < RESULT_SECONDS:
                return dict(entry["verification"])
        return None

    def add_result(self, settings: ProbeSettings, level: str, verification: dict[str, Any], of_server: bool) -> None:
        """Note a verification; ``of_server`` means that it is valid for every login at this server."""
        subject = _server_of(settings) if of_server else settings
        key = self._key(subject, level)
        with locked(self._path + ".lock"):
            notes = self._read()
            notes["results"][key] = {"at": time.time(), "verification": verification}
            self._write(notes)

    def add_refusal(self, label: tuple[str, ...], count: int = 1) -> None:
        """Note that a login was refused; ``count`` is how many refusals it counts as."""
        with locked(self._path + ".lock"):
            notes = self._read()
            entry = {"label": list(label), "at": time.time()}
            notes["refused"] = [*self._refusals(notes), *[entry] * count]
            self._write(notes)

    def clear_refusals(self) -> None:
        """Note that a login was accepted: the series has ended."""
        with locked(self._path + ".lock"):
            notes = self._read()
            if notes["refused"]:
                self._write({**notes, "refused": []})

    def _refusals(self, notes: dict[str, Any]) -> list[dict[str, Any]]:
        return [entry for entry in notes["refused"] if time.time() - entry["at"] < REFUSAL_SECONDS]

    def _key(self, settings: ProbeSettings, level: str) -> str:
        content = json.dumps([asdict(settings), level], sort_keys=True)
        return hmac.new(self._salt(), content.encode("utf-8"), hashlib.sha256).hexdigest()

    def _salt(self) -> bytes:
        path = run_path(self._directory, self._run_id, "salt")
        with locked(path + ".lock"):
            with suppress(FileNotFoundError), open(path, "rb") as stream:
                return stream.read()
            salt = secrets.token_bytes(32)
            _write_private(path, salt)
            return salt

    def _read(self) -> dict[str, Any]:
        try:
            with open(self._path, "rb") as stream:
                return json.load(stream)
        except (FileNotFoundError, ValueError):
            return {"refused": [], "results": {}}

    def _write(self, notes: dict[str, Any]) -> None:
        _write_private(self._path, json.dumps(notes).encode("utf-8"))


def _server_of(settings: ProbeSettings) -> ProbeSettings:
    return replace(settings, username="", password="", sender_email="", send_to="")


def _write_private(path: str, content: bytes) -> None:
    """Write a file whose lock is held: a reader without the lock sees the old file or the new one, never half of it."""
    files.replace(path, content, 0o600, temporary=f"{path}.tmp", durable=False)
