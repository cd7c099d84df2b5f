# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which ``Received`` lines are trusted, and so which messages came through a declared server. Pure.

Every sender can write ``Received`` lines into a message. So the lines are followed from the top. The mailbox's own
server wrote the first one. Each line names the other side by the address that the server itself saw. Only if that is
one of our servers is the next line trusted, and only if it has the name of that server. The last trusted line is the
one at which the message came in from outside. It proves something only if a declared server wrote it, and the client
had logged in there or is known in another way (:class:`Trust`). `docs/evidence.md` explains the rule for people.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._core.texts import short
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.headers import Header, MessageError
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.received import Hop, read_line

_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
#: A domain under which anyone can register: a top-level domain, or a second level as most countries and
#: South Africa's registry (ZADNA) have it.
_REGISTRY = re.compile(r"(ac|co|com|edu|gov|mil|net|org)\.[a-z]{2}|(law|nom|school|web)\.za|[^.]*")

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True)
class Hosts:
    """Servers that belong together.

    :param names: in lower case; a star matches anything.
    :param networks: their addresses.
    """

    names: tuple[str, ...] = ()
    networks: tuple[Network, ...] = ()

    def has_name(self, name: str) -> bool:
        """Whether a server has, or gives itself, one of these names."""
        return bool(name) and any(fnmatchcase(name, pattern) for pattern in self.names)

    def has_address(self, text: str) -> bool:
        """Whether an IP address is one of these."""
        if not text or not self.networks:
            return False
        address = ipaddress.ip_address(text)
        return any(address in network for network in self.networks)

    def has_peer(self, hop: Hop) -> bool:
        """Whether the other side of a line is one of these servers, by its verified name or its address."""
        return self.has_name(hop.peer_name) or self.has_address(hop.peer_address)


def hosts_of(texts: Iterable[str]) -> Hosts:
    """Return the servers for names, patterns, addresses and networks such as ``10.1.0.0/16``.

    :raises FinconError: when one of them matches nearly everything.
    """
    names, networks = [], []
    for text in texts:
        network = network_of(text)
        name = text.strip().rstrip(".").lower()
        own = name.rpartition("*")[2].partition(".")[2]
        if network.prefixlen == 0 if network else ("*" in name and _is_public(own)):
            raise FinconError(f"{short(text)} stands for servers of others too; write, for example, *.example.co.za")
        if network is None:
            names.append(name)
        else:
            networks.append(network)
    return Hosts(tuple(names), tuple(networks))


def _is_public(domain: str) -> bool:
    """Whether anyone can register a name below a domain, as far as its form shows that."""
    return _REGISTRY.fullmatch(domain) is not None


def network_of(text: str) -> Network | None:
    """Return the network or the single address in a text; ``None`` when it is neither."""
    try:
        return ipaddress.ip_network(text.strip().strip("[]"), strict=False)
    except ValueError:
        return None


@dataclass(frozen=True)
class Relay:
    """A declared mail server.

    :param mail_server: as it is declared.
    :param hosts: how it appears in ``Received``.
    :param is_shared: whether strangers also log in there, so that a login alone says nothing about the sender.
    """

    mail_server: str
    hosts: Hosts
    is_shared: bool = False


@dataclass(frozen=True)
class Trust:
    """What is trusted.

    :param own: the servers that write into the mailbox.
    :param relays: the declared mail servers.
    :param clients: the machines from which Fincon sends.
    :param logins: the declared user names, in lower case.
    """

    own: Hosts
    relays: tuple[Relay, ...] = ()
    clients: Hosts = Hosts()
    logins: frozenset[str] = field(default_factory=frozenset)

    def is_server(self, mail_server: str, name: str) -> bool:
        """Whether a declared mail server gives itself this name in ``Received``."""
        return any(relay.hosts.has_name(name) for relay in self.relays if relay.mail_server == mail_server)

    def digest(self) -> str:
        """Return a text that is unique to this trust, apart from the user names: new user names invalidate nothing."""
        return hashlib.sha256(repr((self.own, self.relays, self.clients)).encode()).hexdigest()


@dataclass(frozen=True)
class Submission:
    """How a message came from its sender to a declared server.

    :param hop: the line of that server.
    :param relay: the server.
    :param when: UTC time, as in :class:`Hop`: the earliest one of the trusted lines, so that a server whose clock is
        ahead makes no message newer than it was when the mailbox's own server saw it.
    :param results: the results of the mailbox's own server for ``dkim``, ``dmarc`` and ``spf``.
    """

    hop: Hop
    relay: Relay
    when: str
    results: Mapping[str, str]


@dataclass(frozen=True)
class _Way:
    """The trusted lines.

    :param hops: the topmost first; at the last one the message came in from outside.
    :param end: the place of the last one among the fields.
    """

    hops: tuple[Hop, ...]
    end: int


def submission(header: Header, sender_domain: str, trust: Trust) -> Submission:
    """Return how a message came to a declared server.

    :param sender_domain: the domain of the sender's address, in lower case.
    :raises MessageError: when it did not, or when this is not certain.
    """
    way = _way(header, trust)
    hop = way.hops[-1]
    relay = next((relay for relay in trust.relays if relay.hosts.has_name(hop.by)), None)
    if relay is None:
        raise MessageError("it did not come by a declared mail server")
    if not hop.is_submission:
        raise MessageError("the Received lines of the declared mail server do not show the client")
    results, signers = _results(header.fields[: way.end], trust.own)
    # A signature of the domain shows who sent a message, but not that it came from a client of this server.
    is_signed = hop.authenticated is not False and any(_covers(signer, sender_domain) for signer in signers)
    is_known = trust.clients.has_address(hop.peer_address) or is_signed
    is_known = is_known or (bool(hop.authenticated) and hop.login.lower() in trust.logins)
    if not is_known and (relay.is_shared or not hop.authenticated):
        raise MessageError(
            "it came to a mail server that is shared with others, and nothing shows that the sender is yours"
            if hop.authenticated
            else "it came to the declared mail server from outside, without a login"
        )
    if not hop.when:
        raise MessageError("the line of the declared mail server has no time that can be read")
    return Submission(hop, relay, min(one.when for one in way.hops if one.when), results)


def _way(header: Header, trust: Trust) -> _Way:
    allowed = [trust.own]
    hops: list[Hop] = []
    end = 0
    for index, (name, value) in enumerate(header.fields):
        if name != "received":
            continue
        hop = read_line(value)
        if hop is None:
            raise MessageError(
                "a Received line is of a kind that cannot be read"
                if hops
                else "its topmost Received line is of a kind that cannot be read"
            )
        if not any(hosts.has_name(hop.by) for hosts in allowed):
            raise MessageError(
                "a Received line is not that of the server that the line above it names"
                if hops
                else "its topmost Received line is not one of the mailbox's own server"
            )
        hops.append(hop)
        end = index
        if hop.is_inside:
            allowed = [hosts for hosts in allowed if hosts.has_name(hop.by)]
        else:
            groups = [trust.own, *(relay.hosts for relay in trust.relays)]
            allowed = [hosts for hosts in groups if hosts.has_peer(hop)]
            if not allowed:
                break
    if not hops:
        raise MessageError("it has no Received line")
    # If the last line names one of our servers, that has written no line: the message was created there.
    return _Way(tuple(hops), end)


def _results(fields: Iterable[tuple[str, str]], own: Hosts) -> tuple[dict[str, str], list[str]]:
    """Return the results of our own server (RFC 8601), and the domains whose DKIM signature is valid.

    :param fields: those above the trusted line: only our servers can have written them.
    """
    results: dict[str, str] = {}
    signers = []
    for name, value in fields:
        if name != "authentication-results":
            continue
        identity, *found = _bare(value).split(";")
        if not own.has_name(identity.split(" ")[0].lower()):
            continue
        for words in (result.split() for result in found):
            method, _equals, outcome = words[0].partition("=") if words else ("", "", "")
            if method.lower() not in ("dkim", "dmarc", "spf") or not outcome.isalpha():
                continue
            results.setdefault(method.lower(), outcome.lower())
            if (method.lower(), outcome.lower()) == ("dkim", "pass"):
                # The domain of "i" is within that of "d" (RFC 6376 section 3.5), which not every server writes.
                domains = [word[9:] for word in words if word.lower().startswith("header.d=")]
                users = [word.rpartition("@")[2] for word in words if word.lower().startswith("header.i=")]
                signers += [domain.lower() for domain in domains or users]
    return results, signers


def _bare(text: str) -> str:
    """Return a field without its comments and quoted strings, in which a sender can put any text.

    Empty when they do not end.
    """
    made, depth, at = [], 0, 0
    while at < len(text):
        if not depth and text[at] == '"':
            found = _QUOTED.match(text, at)
            if not found:
                return ""
            at = found.end()
            continue
        depth += text[at] == "("
        if not depth:
            made.append(text[at])
        depth -= text[at] == ")" and depth > 0
        at += 2 if text[at] == "\\" and depth else 1
    return "" if depth else "".join(made).strip()


def _covers(signer: str, domain: str) -> bool:
    """Whether a signature belongs to the sender's domain, or to a parent domain that is not one of a registry."""
    return signer == domain or (not _is_public(signer) and domain.endswith(f".{signer}"))
