# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files of a work order's pages on this machine; ``roles/fincon/tasks/work_order.yml`` writes them on others."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from contextlib import suppress

from ansible_collections.fincon.mail.plugins.module_utils._io.files import replace

#: The suffix of each page, and the markup that its texts are escaped for.
MARKUPS = {"md": "markdown", "html": "html"}


def write_pages(path: str, texts: Mapping[str, str], secrets: bool) -> None:
    """Write the pages of a work order.

    :param path: of the pages, without their suffix; its folder is made if needed.
    :param texts: the page for each suffix of :data:`MARKUPS`.
    :param secrets: whether they hold passwords; then no other user may read them.
    :raises OSError: when they cannot be written.
    """
    folder = os.path.dirname(path)
    os.makedirs(folder, exist_ok=True)
    if secrets:
        # The mode of the folder is never widened again: other pages in it may hold passwords.
        os.chmod(folder, 0o700)
    mode = 0o600 if secrets else 0o644
    for suffix, text in texts.items():
        file, content = f"{path}.{suffix}", text.encode("utf-8", "surrogateescape")
        if _held(file) != (content, mode):
            replace(file, content, mode)


def remove_pages(path: str) -> None:
    """Remove the pages of a work order that is done.

    :param path: of the pages, without their suffix.
    :raises OSError: when they cannot be removed.
    """
    for suffix in MARKUPS:
        with suppress(FileNotFoundError):
            os.unlink(f"{path}.{suffix}")


def _held(file: str) -> tuple[bytes, int] | None:
    try:
        with open(file, "rb") as held:
            return held.read(), stat.S_IMODE(os.fstat(held.fileno()).st_mode)
    except OSError:
        return None
