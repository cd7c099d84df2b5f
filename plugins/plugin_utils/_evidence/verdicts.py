# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The verdict on each user, from what is declared and what was seen. Pure.

The newest message decides. If several users declare its sender, the message belongs to the user whose settings or work
order it shows. If it could belong to more than one user, it proves nothing for any of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.headers import address_key, composed, spelled
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.records import (
    BranchEvidence,
    Difference,
    Sighting,
    Stray,
    UserEvidence,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.sightings import days_before
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.trust import Trust
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.evidence import DIFFERS, PROVEN, SILENT, UNKNOWN

#: A user, with its branch.
_Candidate = tuple["DeclaredBranch", "DeclaredUser"]
#: The possible users of a message, and what is then not as declared.
_Compared = tuple[_Candidate, tuple[Difference, ...]]
_Seen = Mapping[tuple[str, str], Sequence[tuple[Sighting, tuple[Difference, ...]]]]


@dataclass(frozen=True)
class DeclaredUser:
    """What the files declare about a user, as far as a message can show it. Undeclared values are ``None``.

    :param user: the Fincon user.
    :param sender_email: without it the user has no evidence.
    :param username: the login that Fincon uses: the user's own, or that of the definition.
    :param is_shared: whether that is the login of the definition.
    :param enabled: whether e-mail is on.
    :param pending: fields whose change is in a work order, so that they are not expected yet.
    """

    user: str
    sender_email: str
    sender_name: str | None = None
    mail_server: str | None = None
    use_tls: bool | None = None
    authenticate: bool | None = None
    username: str | None = None
    is_shared: bool = False
    enabled: bool | None = None
    pending: frozenset[str] = frozenset()


@dataclass(frozen=True)
class DeclaredBranch:
    """What the files declare about a branch.

    :param branch: its host.
    :param users: those with a sender's address.
    :param mail_servers: of its definitions.
    :param since: UTC time of the last confirmation or change, or the beginning of its day if the hour is not known.
        Empty when there was none.
    :param settled: UTC time at which it was certainly done. An earlier message may still differ.
    """

    branch: str
    users: tuple[DeclaredUser, ...] = ()
    mail_servers: tuple[str, ...] = ()
    since: str = ""
    settled: str = ""


@dataclass(frozen=True)
class Reading:
    """The circumstances of the verdicts.

    :param mailbox: the mailbox's name for people.
    :param read_at: UTC time at which it was read.
    :param days: after which a user is silent.
    :param is_complete: whether all branches of the fleet are known. If not, no sender counts as a stray.
    """

    mailbox: str
    read_at: str
    days: int
    is_complete: bool = True


def verdicts(
    branches: Sequence[DeclaredBranch], sightings: Iterable[Sighting], trust: Trust, reading: Reading
) -> dict[str, BranchEvidence]:
    """Return the evidence of each branch.

    :param branches: all branches of the fleet: strays, and the branch of a message, depend on all of them.
    """
    index = _Index(branches)
    seen: dict[tuple[str, str], list[tuple[Sighting, tuple[Difference, ...]]]] = defaultdict(list)
    doubtful: dict[tuple[str, str], str] = {}
    strays: dict[tuple[str, str], Stray] = {}
    for sighting in sightings:
        candidates = index.candidates(sighting)
        if not candidates:
            _add_stray(strays, sighting)
            continue
        compared = [(one, differences(one[1], sighting, trust)) for one in candidates]
        chosen = _chosen(compared, sighting)
        if len(chosen) > 1 and not chosen[0][1]:
            doubtful.update(_doubts([one for one, _found in chosen]))
            continue
        for (branch, user), found in chosen:
            seen[branch.branch, user.user].append((sighting, found))
    return {
        branch.branch: BranchEvidence(
            branch.branch,
            reading.read_at,
            reading.mailbox,
            tuple(_users(branch, seen, doubtful, reading)),
            _strays_of(branch, strays.values(), reading) if reading.is_complete else (),
        )
        for branch in branches
    }


def _doubts(candidates: Sequence[_Candidate]) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield each of the users that one message fits, with the names of the others."""
    names = [f"{branch.branch}/{user.user}" for branch, user in candidates]
    for place, (branch, user) in enumerate(candidates):
        yield (branch.branch, user.user), ", ".join(names[:place] + names[place + 1 :])


@dataclass
class _Index:
    """Finds the declared users by what a message shows of them."""

    branches: Sequence[DeclaredBranch]
    _addresses: dict[str, list[_Candidate]] = field(default_factory=lambda: defaultdict(list))
    _logins: dict[str, list[_Candidate]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        for branch in self.branches:
            for user in branch.users:
                self._addresses[address_key(user.sender_email)].append((branch, user))
                if user.username and not user.is_shared:
                    self._logins[user.username.lower()].append((branch, user))

    def candidates(self, sighting: Sighting) -> list[_Candidate]:
        """Return the possible users of a message: by its sender, or else by a login that only one user has."""
        found = self._addresses.get(address_key(sighting.sender_email), [])
        if found or not sighting.login:
            return found
        of_login = self._logins.get(sighting.login.lower(), [])
        return of_login if len(of_login) == 1 else []


def _chosen(compared: list[_Compared], sighting: Sighting) -> list[_Compared]:
    """Return the users of a message: those of its work order's branch, else those whose settings it shows, else all."""
    branch_name = sighting.order.rpartition("-")[0]
    ordered = [one for one in compared if branch_name and one[0][0].branch.lower() == branch_name]
    compared = ordered or compared
    return [one for one in compared if not one[1]] or compared


def differences(user: DeclaredUser, sighting: Sighting, trust: Trust) -> tuple[Difference, ...]:
    """Return where a message differs from the declaration. What it does not show is not a difference."""
    found = []
    if user.enabled is False:
        found.append(Difference("email_enabled", False, True))
    if user.sender_name is not None and composed(user.sender_name) != sighting.sender_name:
        found.append(Difference("sender_name", user.sender_name, spelled(sighting.sender_name, user.sender_name)))
    if address_key(user.sender_email) != address_key(sighting.sender_email):
        found.append(Difference("sender_email", user.sender_email, spelled(sighting.sender_email, user.sender_email)))
    if user.mail_server is not None and not trust.is_server(user.mail_server, sighting.received_by):
        found.append(Difference("mail_server", user.mail_server, sighting.server))
    if None not in (user.use_tls, sighting.tls) and user.use_tls is not sighting.tls:
        found.append(Difference("use_tls", bool(user.use_tls), bool(sighting.tls)))
    if None not in (user.authenticate, sighting.authenticated) and user.authenticate is not sighting.authenticated:
        found.append(Difference("authenticate", bool(user.authenticate), bool(sighting.authenticated)))
    if user.username and sighting.login and not _same_login(user.username, sighting.login):
        found.append(Difference("username", user.username, spelled(sighting.login, user.username)))
    return tuple(found)


def _same_login(one: str, other: str) -> bool:
    """Whether two logins are the same; a server may leave out the domain, or add its own."""
    name, at, domain = one.lower().partition("@")
    other_name, other_at, other_domain = other.lower().partition("@")
    return name == other_name and (not at or not other_at or domain == other_domain)


def _users(
    branch: DeclaredBranch,
    seen: _Seen,
    doubtful: Mapping[tuple[str, str], str],
    reading: Reading,
) -> Iterator[UserEvidence]:
    for user in branch.users:
        found = seen.get((branch.branch, user.user), [])
        if user.enabled is False and not found:
            # No e-mail is expected from this user.
            continue
        counted = [one for one in found if one[0].seen_at >= (branch.settled if one[1] else branch.since)]
        others = doubtful.get((branch.branch, user.user))
        if counted:
            # Of two messages of one second, the one that differs decides: nothing shows that it came first.
            sighting, differing = max(counted, key=lambda one: (one[0].seen_at, bool(one[1])))
            yield _verdict(user, sighting, differing, reading)
        elif others:
            yield UserEvidence(user.user, UNKNOWN, facts={"also_declared_by": others})
        else:
            yield UserEvidence(user.user, UNKNOWN)


def _verdict(
    user: DeclaredUser, sighting: Sighting, differing: tuple[Difference, ...], reading: Reading
) -> UserEvidence:
    wrong = tuple(one for one in differing if one.field not in user.pending)
    is_old = sighting.seen_at < days_before(reading.read_at, reading.days)
    verdict = DIFFERS if wrong else UNKNOWN if differing else SILENT if is_old else PROVEN
    facts = {
        **sighting.facts,
        **({} if sighting.authenticated is None else {"authenticated": "yes" if sighting.authenticated else "no"}),
        **({"tls_version": sighting.tls_version} if sighting.tls_version else {}),
        **({"pending": ", ".join(one.field for one in differing)} if verdict == UNKNOWN else {}),
    }
    return UserEvidence(
        user.user, verdict, sighting.seen_at, sighting.received_by, sighting.tls, sighting.login, wrong, facts
    )


def _add_stray(strays: dict[tuple[str, str], Stray], sighting: Sighting) -> None:
    key = (address_key(sighting.sender_email), sighting.server)
    before = strays.get(key)
    count = sighting.count + (before.count if before else 0)
    newest = max(sighting.seen_at, before.seen_at if before else "")
    strays[key] = Stray(sighting.sender_email, sighting.server, newest, count)


def _strays_of(branch: DeclaredBranch, strays: Iterable[Stray], reading: Reading) -> tuple[Stray, ...]:
    """Return the strays of a branch. What a user sent who was removed after that is not one, nor is it one for ever."""
    since = max(branch.settled, days_before(reading.read_at, reading.days))
    own = (stray for stray in strays if stray.server in branch.mail_servers and stray.seen_at >= since)
    return tuple(sorted(own, key=lambda stray: stray.sender_address.lower()))
