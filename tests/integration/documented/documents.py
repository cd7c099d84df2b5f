# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules and plugins say of themselves: their examples, with the addresses of the stand-ins, and RETURN."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml
from collection import ROOT

MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("*.py"))
FILTERS = sorted(path.stem for path in (ROOT / "plugins" / "filter").glob("*.yml"))
LOOKUPS = sorted(path.stem for path in (ROOT / "plugins" / "lookup").glob("*.py"))
#: Keys that Ansible gives every result, or that every module may return.
ANSIBLE = {"changed", "diff", "failed", "failed_when_result", "failed_when_suppressed_exception", "msg", "warnings"}


def block(folder: str, name: str, title: str) -> str:
    """The text of a block of a plugin file, such as EXAMPLES."""
    text = (ROOT / "plugins" / folder / f"{name}.py").read_text("utf-8")
    found = re.search(rf'^{title} = r"""\n(.*?)"""', text, re.MULTILINE | re.DOTALL)
    assert found, f"{name} has no {title}"
    return found[1]


def filter_documents(name: str) -> dict[str, Any]:
    """The documentation of a filter: DOCUMENTATION, EXAMPLES and RETURN."""
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "plugins" / "filter" / f"{name}.yml").read_text("utf-8"))
    return loaded


def examples(folder: str, name: str, real: Mapping[str, str]) -> list[dict[str, Any]]:
    """The tasks or plays of a module or plugin.

    :param real: what the stand-ins need in place of what the examples say.
    """
    text = block(folder, name, "EXAMPLES")
    for said, needed in real.items():
        text = text.replace(said, needed)
    loaded: list[dict[str, Any]] = yaml.safe_load(text)
    return loaded


def returned(name: str) -> dict[str, Any]:
    """What a module documents of its result, which may be nothing."""
    loaded: dict[str, Any] | None = yaml.safe_load(block("modules", name, "RETURN"))
    return loaded or {}


def undocumented(result: Any, documented: Mapping[str, Any], place: str = "") -> list[str]:
    """The keys of a result that RETURN does not have, at any depth that it describes with `contains`."""
    found: list[str] = []
    for key, value in result.items():
        if key not in documented:
            found.append(place + key)
            continue
        contains = documented[key].get("contains")
        for part in value if isinstance(value, list) else [value]:
            if contains and isinstance(part, dict):
                found += undocumented(part, contains, f"{place}{key}.")
    return found


def never_seen(results: list[Any], documented: Mapping[str, Any], place: str = "") -> list[str]:
    """The keys of RETURN that none of these results has, at any depth that it describes with `contains`."""
    found: list[str] = []
    for key, about in documented.items():
        values = [result[key] for result in results if key in result]
        if not values:
            found.append(place + key)
        parts = [part for value in values for part in (value if isinstance(value, list) else [value])]
        inner = [part for part in parts if isinstance(part, dict)]
        if values and about.get("contains"):
            found += never_seen(inner, about["contains"], f"{place}{key}.")
    return found
