# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The branch files that match the patterns of a fleet file."""

from __future__ import annotations

import glob
import os
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.checks import is_template
from ansible_collections.fincon.mail.plugins.module_utils._core.findings import WARNING, Finding
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.check import at
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.source import Source
from ansible_collections.fincon.mail.plugins.plugin_utils._paths import PLAIN_PATH, site_path

#: The suffixes of YAML files.
_ENDINGS = (".yml", ".yaml", ".YML", ".YAML")
_FILES_IN_IT = "branches/*.yml"


def branch_files(path: str, patterns: Any, source: Source) -> tuple[list[str], list[Finding]]:
    """Return the branch files in a stable order, and what is wrong with the patterns.

    :param path: the fleet file.
    :param patterns: its value of ``branches``.
    :param source: its text, with places.
    """
    folder = os.path.dirname(path)
    files: dict[str, None] = {}
    found = []
    others: dict[str, str] = {}
    for number, pattern in enumerate([patterns] if isinstance(patterns, str) else patterns or []):
        where = ["branches"] if isinstance(patterns, str) else ["branches", number]
        try:
            pattern = _settled(pattern)
        except ValueError as exc:
            found.append(at(source, where, Finding(str(exc))))
            continue
        matching = _matching(folder, pattern)
        if os.path.normpath(path) in matching:
            text = f"{pattern!r} matches the fleet file itself; keep branch files in a folder of their own"
            found.append(at(source, where, Finding(text)))
            continue
        folders = [file for file in matching if os.path.isdir(file)]
        if folders:
            text = f"{pattern!r} matches a folder ({folders[0]}); {_instead_of_folder(pattern)}"
            found.append(at(source, where, Finding(text)))
            continue
        with_other_ending = [file for other in _other_endings(pattern) for file in _matching(folder, other)]
        if not matching:
            hint = "; write several patterns as a list" if "," in pattern else ""
            hint = f"; there is {os.path.relpath(with_other_ending[0], folder or '.')}" if with_other_ending else hint
            text = f"{pattern!r} matches no file{'' if pattern.startswith('/') else f' in {folder or os.curdir}'}{hint}"
            found.append(at(source, where, Finding(text)))
        else:
            others.update(dict.fromkeys(with_other_ending, pattern))
        files.update(dict.fromkeys(matching))
    for file in sorted(set(others) - set(files) - {os.path.normpath(path)}):
        text = f"is not a branch of this fleet: no pattern matches it; {others[file]!r} differs only in the suffix"
        found.append(Finding(text, file=file, severity=WARNING))
    return list(files), found


def _settled(pattern: str) -> str:
    """Return a pattern with ``~`` and environment variables replaced, as in any path of a fleet.

    :raises ValueError: when it is a template, or names a variable that is not set.
    """
    if is_template(pattern):
        raise ValueError(PLAIN_PATH)
    return site_path(pattern, os.curdir) if pattern.startswith(("~", "$")) else pattern


def _instead_of_folder(pattern: str) -> str:
    is_of_files = pattern.endswith(_ENDINGS)
    return "move it elsewhere" if is_of_files else f"name files, for example {_FILES_IN_IT!r}"


def _matching(folder: str, pattern: str) -> list[str]:
    # Special characters have a meaning in the pattern, but not in the folder of the fleet.
    return sorted(
        {os.path.normpath(file) for file in glob.glob(os.path.join(glob.escape(folder), pattern), recursive=True)}
    )


def _other_endings(pattern: str) -> list[str]:
    """The pattern with each other suffix that a YAML file may have."""
    stem, ending = os.path.splitext(pattern)
    return [f"{stem}{other}" for other in _ENDINGS if other != ending] if ending in _ENDINGS else []
