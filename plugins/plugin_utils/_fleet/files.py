# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading files of a fleet by Ansible's loader, which decrypts those that are vaults, and knowing a fleet file."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import Any

from ansible.errors import AnsibleError
from ansible_collections.fincon.mail.plugins.module_utils._io import files
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.fleet import Unreadable

#: The fleet files that this process has loaded, with their errors. Of the variables that Ansible lets a lookup see in
#: ``hosts`` of a play, none tells.
LOADED: dict[str, list[str]] = {}

#: A fleet file says so itself, as YAML or as JSON, wherever in it.
_MARK = re.compile(r"""(?:^|[{,])[ \t]*["']?plugin["']?[ \t]*:\s*["']?fincon\.mail\.fleet\b""", re.M)
_ENDINGS = (".yml", ".yaml", ".json")
_VAULT = "$ANSIBLE_VAULT;"


def read_text(loader: Any, path: str) -> str:
    """Return the text of a file.

    :param loader: Ansible's loader of data.
    :raises Unreadable: when it cannot be read or decrypted, or is too large.
    :raises UnicodeDecodeError: when it is not UTF-8.
    """
    if not os.path.isfile(path):
        is_link = os.path.islink(path) and not os.path.exists(path)
        raise Unreadable(
            "it is a link to nothing"
            if is_link
            else "it is not a file"
            if os.path.exists(path)
            else "there is no such file"
        )
    try:
        files.require_size(path)
        # In this encoding each byte is a character, so that what is not UTF-8 is met here, with its place.
        return loader.get_text_file_contents(path, encoding="latin-1").encode("latin-1").decode("utf-8-sig")
    except AnsibleError as exc:
        raise Unreadable(_reason(path, exc)) from exc
    except OSError as exc:
        raise Unreadable(exc.strerror or "it cannot be opened") from exc


def _reason(path: str, error: AnsibleError) -> str:
    cause = error.__cause__ or error.__context__
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror
    try:
        with open(path, "rb") as file:
            is_vault = file.read(len(_VAULT)) == _VAULT.encode()
    except OSError as exc:
        return exc.strerror or "it cannot be opened"
    return "it is encrypted, and no vault password that was given opens it" if is_vault else "it cannot be opened"


def may_be_fleet(path: str) -> bool:
    """Whether a file may be a fleet file: it says so, or it is encrypted, so that only reading it will tell."""
    if not path.lower().endswith(_ENDINGS) or not os.path.isfile(path):
        return False
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            text = file.read(files.LARGEST)
    except OSError:
        return False
    return text.startswith(_VAULT) or is_fleet(text)


def is_fleet(text: str) -> bool:
    """Whether a text is that of a fleet file."""
    return _MARK.search(text.removeprefix("\ufeff")) is not None


def errors_text(path: str, found: Sequence[str]) -> str:
    """Return what is said of the errors of a fleet.

    Ansible shows the same text once in a run, so that a playbook may say again what loading the inventory has said.
    """
    return f"errors in {path} and its branch files: {len(found)}\n" + "\n".join(found)
