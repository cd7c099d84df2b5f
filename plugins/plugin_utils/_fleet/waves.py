# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The waves in which a fleet is rolled out: the wave of each branch, and the hosts of a run. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.findings import did_you_mean
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.branch import Branch

#: The prefix of a wave's group; the number of the wave follows, from 1.
GROUP = "fincon_wave_"

#: A pattern that matches no host.
NOBODY = ("all", "!all")
#: In place of a number: every branch at once.
ALL = "all"


class WaveError(ValueError):
    """A wave that cannot be rolled out; the text is a sentence for the user."""


def waves_of(waves: Sequence[Mapping[str, Any]], branches: Iterable[Branch]) -> dict[str, int]:
    """Return the number of the wave of each branch, by the branch's name; nothing when there are no waves.

    A branch is in the first wave that names it. Branches that no wave names are in one more wave, the last.

    :param waves: the waves of the fleet file.
    """
    left = {branch.name: branch for branch in branches}
    total = len(left)
    found: dict[str, int] = {}
    for number, wave in enumerate(waves, 1):
        chosen = [name for name, branch in left.items() if _is_named(wave, branch)]
        if "percent" in wave:
            # Rounded up, so that a small fleet also has a first wave.
            chosen += _by_chance(set(left) - set(chosen), -(-total * wave["percent"] // 100))
        for name in chosen:
            found[name] = number
            del left[name]
    return {**found, **dict.fromkeys(left, len(waves) + 1)} if waves else {}


def _is_named(wave: Mapping[str, Any], branch: Branch) -> bool:
    return (
        branch.name in wave.get("branches", ())
        or branch.region in wave.get("regions", ())
        or any(tag in wave.get("tags", ()) for tag in branch.tags)
    )


def _by_chance(names: Iterable[str], count: int) -> list[str]:
    """Return some names, from all regions and the same ones in each run."""
    return sorted(names, key=lambda name: hashlib.sha256(name.encode()).hexdigest())[:count]


def wave_warnings(waves: Sequence[Mapping[str, Any]], branches: Sequence[Branch]) -> Iterator[tuple[list[Any], str]]:
    """Yield path and message of each name in the waves that no branch has, and of each wave without a branch.

    :param waves: the waves of the fleet file, without errors.
    """
    known = {
        "branches": {branch.name for branch in branches},
        # A wrong value in a branch file is an error there, and not a name here.
        "regions": {branch.region for branch in branches if branch.region and isinstance(branch.region, str)},
        "tags": {tag for branch in branches for tag in branch.tags if isinstance(tag, str)},
    }
    words = {
        "branches": "there is no branch of this name",
        "regions": "no branch has this region",
        "tags": "no branch has this tag",
    }
    found = set(waves_of(waves, branches).values())
    for number, wave in enumerate(waves):
        unknown = [
            (["waves", number, key, index], f"{words[key]}{did_you_mean(name, sorted(names))}")
            for key, names in known.items()
            for index, name in enumerate(wave.get(key, ()))
            if name not in names
        ]
        yield from unknown
        if not unknown and number + 1 not in found:
            yield ["waves", number], "no branch is in this wave"


def hosts_of(wave: str, groups: Mapping[str, Sequence[str]], limit: str) -> tuple[str, ...]:
    """Return what to add to a pattern of hosts, so that it matches those of a wave.

    :param wave: its number, :data:`ALL`, or empty when no wave was chosen.
    :param groups: the groups of the inventory with their hosts.
    :param limit: what the run is limited to, or empty.
    :raises WaveError: when there is no such wave, or when a wave must be chosen.
    """
    number = _number(wave, groups)
    if number is None:
        if not wave and not limit and _numbers(groups):
            raise WaveError(
                f"nothing was done: this fleet is rolled out in waves, {_range(groups)}. Use -e fincon_wave=1 for the "
                f"first wave, -e fincon_wave={ALL} for all branches at once, or select branches with --limit"
            )
        return ()
    return (f"&{GROUP}{number}",)


def earlier_hosts(wave: str, groups: Mapping[str, Sequence[str]], limit: str) -> tuple[str, ...]:
    """Return the pattern of the hosts of all waves before a wave.

    :raises WaveError: when there is no such wave, or when the limit hides the waves before it.
    """
    number = _number(wave, groups)
    if number is None or number == 1:
        return NOBODY
    if limit:
        raise WaveError(
            f"nothing was done: wave {number} waits for the waves before it, and --limit hides them. Remove "
            "--limit; for a part of a wave use -e fincon_hosts"
        )
    return tuple(f"{GROUP}{one}" for one in range(1, number) if f"{GROUP}{one}" in groups)


def _number(wave: str, groups: Mapping[str, Sequence[str]]) -> int | None:
    """Return the number of a wave that has branches; ``None`` when all or no wave was chosen."""
    if wave in ("", ALL):
        return None
    numbers = _numbers(groups)
    if not numbers:
        raise WaveError("nothing was done: fincon_wave is given, and no fleet file has waves (docs/waves.md)")
    if not wave.isascii() or not wave.isdigit() or int(wave) not in numbers:
        raise WaveError(f"nothing was done: fincon_wave is {wave!r}; there are the waves {_range(groups)}, and {ALL}")
    if not groups[f"{GROUP}{int(wave)}"]:
        raise WaveError(f"nothing was done: wave {int(wave)} has no branch; look at waves in the fleet file")
    return int(wave)


def _numbers(groups: Iterable[str]) -> list[int]:
    numbers = (group.removeprefix(GROUP) for group in groups if group.startswith(GROUP))
    return sorted(int(number) for number in numbers if number.isascii() and number.isdigit())


def _range(groups: Iterable[str]) -> str:
    numbers = _numbers(groups)
    return f"{numbers[0]} to {numbers[-1]}"
