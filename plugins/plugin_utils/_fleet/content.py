# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The content of a file of a fleet, read without Ansible."""

from __future__ import annotations

import os

from ansible_collections.fincon.mail.plugins.module_utils._io import files
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.source import Unreadable

#: The beginning of a file that is encrypted as a whole.
VAULT = b"$ANSIBLE_VAULT;"


def content_of(path: str) -> bytes:
    """Return the content of a file; encrypted content is not decrypted.

    :raises Unreadable: when it cannot be read, or is too large.
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
        return files.read(path)
    except OSError as exc:
        raise Unreadable(exc.strerror or "it cannot be opened") from exc


def text_of(content: bytes) -> str:
    """Return the text of a content.

    :raises UnicodeDecodeError: when it is not UTF-8.
    """
    if b"\0" in content[:4]:
        # UTF-16 has a NUL beside each letter, and no text of a fleet begins with one.
        raise UnicodeDecodeError("utf-8", content, 0, 1, "UTF-16")
    return content.decode("utf-8-sig")
