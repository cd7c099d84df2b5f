# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The connection settings of installations, copied from the hosts' variables without any secret. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.checks import is_template
from ansible_collections.fincon.mail.plugins.module_utils._core.installation import SETTINGS
from ansible_collections.fincon.mail.plugins.plugin_utils._adopt.declared import literal, placeholder
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.marked import Vaulted

_SECRETS = tuple(setting.name for setting in SETTINGS if setting.secret)
#: Settings that are copied as they are written, since their rendered values may contain a secret.
_AS_WRITTEN = ("command",)
_ORDER = ("backend", *(setting.name for setting in SETTINGS))


@dataclass(frozen=True)
class Given:
    """One setting of one host.

    :param value: rendered. It may hold a secret.
    :param written: as it is in the host's variables, possibly a template; ``None`` when that is unknown.
    :param ciphertext: the vault text that the value came from, if it did.
    """

    value: Any = field(repr=False)
    written: Any = field(default=None, repr=False)
    ciphertext: str | None = None


Installation = Mapping[str, Given]


def copied(installations: Mapping[str, Installation]) -> dict[str, dict[str, Any]]:
    """Return each branch's installation as its file will declare it.

    A secret stays a template or a vault text. A secret in clear text becomes a placeholder, and branches with the same
    secret share one placeholder. Other settings are rendered, since their templates may use variables of hosts that the
    new fleet does not have.

    :param installations: by branch.
    """
    clear = {name: _clear_values(name, installations) for name in _SECRETS}
    return {
        branch: {
            name: _placeholder(name, branch, clear[name])
            if branch in clear.get(name, {})
            else _copied(name, installation[name])
            for name in sorted(installation, key=_place)
        }
        for branch, installation in installations.items()
    }


def _place(name: str) -> tuple[int, str]:
    """The sort key of a setting: the order of the table, with unknown settings last."""
    return (_ORDER.index(name) if name in _ORDER else len(_ORDER)), name


def _copied(name: str, given: Given) -> Any:
    if given.ciphertext is not None:
        return given.written if is_template(given.written) else Vaulted(given.ciphertext)
    if name in _SECRETS or name in _AS_WRITTEN:
        return given.written
    return literal(given.value)


def _clear_values(name: str, installations: Mapping[str, Installation]) -> dict[str, str]:
    """The secrets of that name, by branch, that only exist in clear text."""
    given = {branch: installation[name] for branch, installation in installations.items() if name in installation}
    return {
        branch: str(item.value) for branch, item in given.items() if item.ciphertext is None and not _is_hidden(item)
    }


def _is_hidden(given: Given) -> bool:
    """Whether the written value is a template that does not itself hold the secret."""
    return is_template(given.written) and str(given.value) not in given.written


def _placeholder(name: str, branch: str, clear: Mapping[str, str]) -> str:
    usual, _count = Counter(clear.values()).most_common(1)[0]
    return placeholder(name if clear[branch] == usual else f"{name}-of-{branch}")
