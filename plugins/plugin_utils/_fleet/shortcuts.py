# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the inventory plugin does not use Ansible's public interface, and the gain of each of these shortcuts.

Each one falls back to the public interface if ansible-core no longer has what it relies on. The gains are processor
time of loading 1,000 branches of 50 users, with ansible-core 2.21.
"""

from __future__ import annotations

import contextlib
import gc
import re
from collections.abc import Iterator, Mapping
from typing import Any

try:
    from ansible._internal._datatag._tags import Origin
except ImportError:  # it is not a public name
    Origin = None

_PLACE = re.compile(r":\d+:\d+$")


def with_place(value: Any, place: str) -> Any:
    """Return a value whose place Ansible's own errors show.

    The gain is that an error of a template names its file, line and column. There is no public interface for that; the
    fallback is an error without them. The place is given as text: for a file and a line Ansible would also show the
    lines around it, which may hold passwords.

    :param value: a text or an encrypted text.
    :param place: ``file:line:column``.
    """
    if Origin is None:
        return value
    try:
        tagged = Origin(description=place).tag(value)
    except (AttributeError, TypeError, ValueError):
        return value
    return tagged if isinstance(tagged, type(value)) else value


def place_of(value: Any) -> str:
    """Return the place of a value of Ansible's own files of variables, ``file:line:column``, or an empty text.

    There is no public interface for it; the fallback is no place.
    """
    try:
        origin = Origin.get_tag(value)
        if origin is None:
            return ""
        if origin.path:
            return ":".join(str(part) for part in (origin.path, origin.line_num, origin.col_num) if part)
    except AttributeError:
        return ""
    # Other origins describe the source in words, unless the fleet plugin has given the place.
    text = origin.description or ""
    return text if _PLACE.search(text) else ""


def set_host_variables(inventory: Any, name: str, variables: Mapping[str, Any]) -> None:
    """Give a host variables that already have Ansible's own types.

    The inventory would copy all values again and tag each of them with its source. With this shortcut, loading takes
    about 0.55 of the time. The fallback is the inventory.

    :param inventory: that of the plugin.
    :param name: the host.
    """
    host = inventory.get_host(name)
    for variable, value in variables.items():
        if not _is_set(host, variable, value):
            inventory.set_variable(name, variable, value)


def _is_set(host: Any, variable: str, value: Any) -> bool:
    """Set a variable at a host, and return whether the host now has the unchanged value."""
    try:
        host.set_variable(variable, value)
        return host.vars[variable] is value
    except (AttributeError, KeyError, TypeError):
        return False


@contextlib.contextmanager
def collector_paused() -> Iterator[None]:
    """Keep Python from collecting garbage, which it does again and again as data grows.

    All loaded data is kept, so there is no garbage. With this shortcut, loading takes about 0.8 of the time. The
    fallback is a running collector: one that was paused before stays paused, and one that ran runs again at the end,
    whatever happens. The collector then ignores the objects that exist at the end. Otherwise it would examine them
    again, and so each process that Ansible forks would copy them
    (https://docs.python.org/3/library/gc.html#gc.freeze).
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()
