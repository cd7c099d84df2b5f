# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Texts of a file that Ansible treats specially: templates, vault values and texts that are never rendered."""

from __future__ import annotations

from typing import Any, Self


class Marked(str):
    """A text of a file that Ansible treats specially. ``place`` is its place: ``file:line:column``."""

    place = ""

    def at(self, place: str) -> Self:
        """Return the text with its place."""
        self.place = place
        return self


class Template(Marked):
    """A text that contains a template, rendered when it is used."""


class Vaulted(Marked):
    """The text of a ``!vault`` value. It begins with ``$ANSIBLE_VAULT;`` and is decrypted when it is rendered."""


class Unsafe(Marked):
    """The text of an ``!unsafe`` value, which is never rendered."""


#: The kind of text for each YAML tag.
TAGS: dict[str, type[Marked]] = {"!vault": Vaulted, "!vault-encrypted": Vaulted, "!unsafe": Unsafe}


def marked(kind: type[Marked], text: str, file: str, mark: Any) -> Marked:
    """Return a text with its place.

    :param mark: the mark of PyYAML at which it begins.
    """
    return kind(text).at(f"{file}:{mark.line + 1}:{mark.column + 1}")
