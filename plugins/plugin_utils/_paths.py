# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The meaning of a declared path, the same in the worker, in a module process and in the templates of the role."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.errors import InvalidRecordsError
from ansible_collections.fincon.mail.plugins.module_utils._core.findings import Finding
from ansible_collections.fincon.mail.plugins.module_utils._core.installation import SETTINGS, unset_variable_problem

#: What is wrong with a template in a path of a file that is read when the inventory is loaded.
PLAIN_PATH = "must be the path itself: the file is read before any template is rendered"

#: The connections to this machine.
HERE = ("local", "ansible.builtin.local")


def site_path(path: str, folder: str | None, connection: str = "local") -> str:
    """Return a declared path as an absolute path.

    A relative path starts at the folder of the inventory. ``~`` and environment variables are those of the machine
    where the path is used. On the controller they are replaced here, so that ``become`` makes no difference.

    :param folder: the folder of the host's inventory; the current directory if it has none.
    :param connection: of the host.
    :raises ValueError: when it names an environment variable that is not set.
    """
    is_here = connection in HERE
    expanded = os.path.expanduser(os.path.expandvars(path)) if is_here else path
    problem = unset_variable_problem(expanded) if is_here else None
    if problem:
        raise ValueError(problem)
    if expanded.startswith(("/", "~", "$")):
        return expanded
    return os.path.normpath(os.path.join(folder or os.getcwd(), expanded)) if expanded else expanded


def with_paths(
    arguments: Mapping[str, Any], spec: Mapping[str, Any], folder: str | None, connection: str
) -> dict[str, Any]:
    """Return the arguments of a module, with its paths and those of its installation resolved by :func:`site_path`.

    :param spec: the options of the module.
    :raises InvalidRecordsError: when a path names an environment variable that is not set.
    """
    names = [name for name, option in spec.items() if option["type"] == "path"]
    made, found = _absolute(arguments, names, folder, connection)
    installation = made.get("installation")
    if "installation" in spec and isinstance(installation, Mapping):
        made["installation"], more = installation_paths(installation, folder, connection)
        found += more
    if found:
        raise InvalidRecordsError(found)
    return made


def installation_paths(
    installation: Mapping[str, Any], folder: str | None, connection: str
) -> tuple[dict[str, Any], list[Finding]]:
    """Return an installation with its paths resolved by :func:`site_path`, and what is wrong with them."""
    names = [setting.name for setting in SETTINGS if setting.type == "path"]
    return _absolute(installation, names, folder, connection, "installation.")


def _absolute(
    values: Mapping[str, Any], names: Iterable[str], folder: str | None, connection: str, prefix: str = ""
) -> tuple[dict[str, Any], list[Finding]]:
    """Return values, with the paths of certain names made absolute, and what is wrong with them."""
    made = dict(values)
    found = []
    for name in names:
        if isinstance(made.get(name), str):
            try:
                made[name] = site_path(str(made[name]), folder, connection)
            except ValueError as exc:
                found.append(Finding(str(exc), path=f"{prefix}{name}"))
    return made, found
