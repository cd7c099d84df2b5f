# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The variables with this collection's prefix: warnings for those that nothing reads, errors for wrong values."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.findings import WARNING, Finding
from ansible_collections.fincon.mail.plugins.module_utils._core.records import SECTIONS
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.careful import looks_like_a_key
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.check import at
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.options import OPTIONS, PREFIX, option_problem
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.order_options import order_problem
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.source import Source

#: The internal variables of the playbooks and the role: results, facts and variables of a task.
INTERNAL = frozenset(
    PREFIX + name
    for name in (
        "adopted", "applied", "at_faults", "begun", "checked", "confirmation", "confirmations", "confirmed",
        "conformance", "conformance_settings", "drift", "earlier", "evidence", "found", "gate",
        "has_branches", "held_back", "imported", "installed", "left", "looked", "measured", "next", "noted", "opened",
        "page", "page_stem", "password_files", "refused", "relogin", "reply", "results", "status", "stopping",
        "two_passwords", "unfinished", "verified", "work_order_view",
    )
)  # fmt: skip

#: The variables that each host gets from its files, with the keys of the files for them.
_REPLACED = {
    **{PREFIX + key: key for key in ("branch", "region", "tags", "title", "installation")},
    **{PREFIX + name: "" for name in ("files", "fleet_findings")},
}
#: The options that choose where a run works: the plays read them before any host has variables.
_OF_A_RUN = frozenset(PREFIX + name for name in ("faulty_branches", "hosts", "replies", "wave"))
_REASON = "is not a variable of this collection, and does nothing here"
_ELSEWHERE = "(set in host_vars, group_vars, a play or with -e)"

#: The unknown names that this process warned about when it loaded the inventory, with their places.
REPORTED: set[str] = set()


def unknown(names: Iterable[Any]) -> list[str]:
    """Return the names with our prefix that nothing reads, in their order."""
    return [
        name
        for name in names
        if isinstance(name, str) and name.startswith(PREFIX) and name not in OPTIONS and name not in INTERNAL
    ]


def wrong_values(variables: Mapping[Any, Any]) -> list[tuple[str, str]]:
    """Return the names of options whose values are wrong, each with what is wrong."""
    given = [(name, value) for name, value in variables.items() if name in OPTIONS]
    found = [(name, option_problem(name, value) or order_problem(name, value)) for name, value in given]
    return [(name, problem) for name, problem in found if problem]


def guess(name: str) -> str:
    """Return the end of a sentence that suggests the most similar option, or an empty string."""
    # All of them have the prefix, which would make any two look similar.
    options = {option.removeprefix(PREFIX): option for option in OPTIONS}
    close = difflib.get_close_matches(name.removeprefix(PREFIX).casefold(), options, n=1, cutoff=0.7)
    return f"; did you mean {options[close[0]]!r}?" if close else ""


def file_findings(kind: str, data: Any, source: Source) -> list[Finding]:
    """Return a warning for each unknown name in the ``vars`` of a file, and an error for each wrong value.

    :param kind: ``branch`` or ``fleet``. A fleet file has ``vars`` wherever it has defaults.
    """
    if kind == "branch":
        own = data.get("vars") if isinstance(data, Mapping) else None
        places = [(("vars",), own)] if isinstance(own, Mapping) else []
    else:
        places = list(_all_vars(data))
    replaced = {**_REPLACED, **{PREFIX + key: key for key in SECTIONS if kind == "branch" and key in data}}
    found = [
        at(source, [*path, name], Finding(text, severity=WARNING))
        for path, variables in places
        for name in variables
        for text in _in_vain(name, replaced)
    ]
    found += [
        at(source, [*path, name], Finding(f"{_said(name)}{guess(name)}", severity=WARNING))
        for path, variables in places
        for name in unknown(variables)
    ]
    return found + [
        at(source, [*path, name], Finding(problem))
        for path, variables in places
        for name, problem in wrong_values(variables)
    ]


def _in_vain(name: Any, replaced: Mapping[str, str]) -> Iterator[str]:
    """Yield what is wrong with a name under which no template finds what the file says.

    :param replaced: the variables that the inventory plugin sets itself, with the keys of the files for them.
    """
    if name in replaced:
        key = replaced[name]
        yield f"does nothing here: {f'the key {key!r} of a branch file sets it' if key else 'take it out'}"
    elif name in _OF_A_RUN:
        yield "does nothing here: give it with -e, because it is read before any host has variables"
    elif not str(name).isidentifier():
        yield "a name in it cannot be used in templates: use letters, digits and underscores"


def _said(name: str) -> str:
    """Return what is wrong with a name. A path does not show a name that does not look like a key."""
    if looks_like_a_key(name):
        return _REASON
    return f"{name} {_REASON}" if name.isascii() and name.isidentifier() else f"a name in it {_REASON}"


def _all_vars(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Mapping[Any, Any]]]:
    """Return each mapping ``vars`` of a fleet file with its path. Its content belongs to the site."""
    if isinstance(data, Mapping):
        for key, value in data.items():
            if key == "vars" and isinstance(value, Mapping):
                yield (*path, key), value
            else:
                yield from _all_vars(value, (*path, key))
    elif isinstance(data, list):
        for index, item in enumerate(data):
            yield from _all_vars(item, (*path, index))


def host_warnings(variables: Iterable[Any]) -> list[str]:
    """Return a sentence for each unknown name among the variables of a host, without names already reported in files.

    It names no host, so that Ansible shows the same sentence only once in a run.
    """
    return [f"{name}: {_REASON}{guess(name)} {_ELSEWHERE}" for name in unknown(variables) if name not in REPORTED]


def option_errors(variables: Mapping[Any, Any]) -> list[str]:
    """Return a sentence for each option with a wrong value among the variables of a host or a run.

    Those of the fleet files have been reported with their places.
    """
    return [f"{name}: {problem} {_ELSEWHERE}" for name, problem in wrong_values(variables)]
