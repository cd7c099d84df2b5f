# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading files of a fleet with Ansible's loader, which decrypts vault files, and recognising a fleet file."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ansible.errors import AnsibleError
from ansible_collections.fincon.mail.plugins.module_utils._io.files import LARGEST
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.content import VAULT, content_of, text_of
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.source import Unreadable


@dataclass(frozen=True)
class Loaded:
    """The errors found when a fleet was loaded.

    :param errors: all of them, already reported.
    :param is_lost: whether they concern no particular branch, so that no branch can be set aside for them.
    """

    errors: tuple[str, ...] = ()
    is_lost: bool = False


#: The fleet files that this process has loaded. The variables that a lookup in ``hosts`` of a play can see do not name
#: them.
LOADED: dict[str, Loaded] = {}

#: The line that marks a fleet file, in YAML or JSON, anywhere in it.
_MARK = re.compile(r"""(?:^|[{,])[ \t]*["']?plugin["']?[ \t]*:\s*["']?fincon\.mail\.fleet\b""", re.M)
ENDINGS = (".yml", ".yaml", ".json")


def read_text(loader: Any, path: str) -> str:
    """Return the text of a file.

    :param loader: Ansible's loader of data.
    :raises Unreadable: when it cannot be read or decrypted, or is too large.
    :raises UnicodeDecodeError: when it is not UTF-8.
    """
    content = content_of(path)
    try:
        if content.startswith(VAULT):
            # In this encoding each byte is a character, so that what is not UTF-8 is met here, with its place.
            content = loader.get_text_file_contents(path, encoding="latin-1").encode("latin-1")
        return text_of(content)
    except AnsibleError as exc:
        raise Unreadable(_reason(exc)) from exc


def _reason(error: AnsibleError) -> str:
    cause = error.__cause__ or error.__context__
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror
    return "it is encrypted, and no vault password that was given opens it"


def may_be_fleet(path: str) -> bool:
    """Whether a file may be a fleet file: it has the mark, or it is encrypted and must be read to find out."""
    if not path.lower().endswith(ENDINGS) or not os.path.isfile(path):
        return False
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            text = file.read(LARGEST)
    except OSError:
        return False
    # In UTF-16 it is no fleet file to anybody else, and is refused where it is read.
    return text.startswith(VAULT.decode()) or is_fleet(text.replace("\0", "").lstrip("\ufffd"))


def is_fleet(text: str) -> bool:
    """Whether a text is that of a fleet file."""
    return _MARK.search(text.removeprefix("\ufeff")) is not None


def errors_text(path: str, found: Sequence[str]) -> str:
    """Return the message about the errors of a fleet.

    Ansible shows the same text once in a run, so a playbook may repeat what loading the inventory has reported.
    """
    return f"errors in {path} and its branch files: {len(found)}\n" + "\n".join(found)


def faulty_text(found: Iterable[str]) -> str:
    """Return the message for a branch that has errors in its files, or an empty text when there are none.

    It does not repeat what this process reported when it loaded the inventory.
    """
    reported = {error for loaded in LOADED.values() for error in loaded.errors}
    found = list(found)
    if not found:
        return ""
    new = [error for error in found if error not in reported]
    if new:
        return "\n".join(["the files of this branch have errors:", *new])
    count = "an error" if len(found) == 1 else f"{len(found)} errors"
    return f"the files of this branch have {count}, named above"
