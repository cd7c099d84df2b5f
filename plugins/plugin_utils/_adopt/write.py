# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files below a folder: comparing them with new texts, and writing them, each file completely or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ansible_collections.fincon.mail.plugins.module_utils._io.files import replace

#: How a file compares with the text to write.
MISSING = "missing"
SAME = "same"
DIFFERENT = "different"


def compare(folder: Path, files: Mapping[str, str]) -> dict[str, str]:
    """Return :data:`MISSING`, :data:`SAME` or :data:`DIFFERENT` for each file.

    :param files: texts by path below the folder.
    :raises OSError: when a file that is there cannot be read.
    """
    return {name: _state(folder / name, text) for name, text in files.items()}


def _state(path: Path, text: str) -> str:
    try:
        return SAME if path.read_bytes() == text.encode() else DIFFERENT
    except FileNotFoundError:
        return MISSING


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Write files below a folder, which is made if it is missing.

    A new file is only for its owner, since passwords will be filled in; a replaced file keeps its mode.

    :raises OSError: when one of them cannot be written. Those before it were written.
    """
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        replace(path, text.encode(), 0o600, like=path, durable=False)
