# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The file of mode 0600 that keeps the fingerprints of an installation's passwords."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import tempfile
from pathlib import Path

from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._core.passwords import Fingerprints

_FOLDER = "~/.ansible/fincon_mail"


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
        # mkstemp makes the file with mode 0600.
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise
    except OSError as exc:
        raise FinconError(f"{path}: the fingerprints cannot be written ({exc.strerror}); check its rights") from exc
