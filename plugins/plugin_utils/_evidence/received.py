# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``Received`` lines, and how each kind of mail server writes them. Pure.

A line is read by the grammar of the server that its ``by`` part names. Values that a server does not verify, such as
the client's name in HELO, are not used. Values that it does not write are unknown.

Sources: RFC 5321 section 4.4 (the line), RFC 3848 and RFC 6531 (ESMTPSA and the like), and for each kind the comment
at its reader.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC
from email.utils import parsedate_to_datetime
from itertools import takewhile

from ansible_collections.fincon.mail.plugins.module_utils._core.times import utc_text
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.headers import LONGEST_FIELD

_WORD = re.compile(r'[^\s()"]+|"(?:[^"\\]|\\.)*"|[()"]')
#: In a comment, a quotation mark has no meaning, and a backslash removes the meaning of the next character.
_IN_COMMENT = re.compile(r"\\.|[()]")
#: Largest number of levels of nested comments.
_DEEPEST = 5
_KEYWORDS = ("with", "id", "for", "via", "envelope-from")
_ADDRESS = re.compile(r"\[(?:IPv6:)?([0-9A-Fa-f.:]{2,45})\](?::\d{1,5})?", re.IGNORECASE)
_TLS = re.compile(r"\b(TLS|SSL)[v_ ]?([0-9])(?:[._]([0-9]))?(?![0-9A-Za-z])", re.IGNORECASE)
_SENDMAIL_LOGIN = re.compile(r"authenticated( bits=[0-9]+)?")
_ENVELOPE = "envelope-from "
#: The ends of names of servers of Exchange Online.
_MICROSOFT = (".outlook.com", ".office365.com", ".exchangelabs.com")
#: RFC 3848: ESMTP, with S for TLS and A for a login; UTF8SMTP (RFC 6531) likewise. Exim writes them in small letters,
#: and utf8esmtp for the latter.
_PROTOCOL = re.compile(r"(?:UTF8)?E?SMTP(S?)(A?)", re.IGNORECASE)


@dataclass(frozen=True)
class Hop:
    """One server's line.

    :param by: the name that it gives itself, in lower case.
    :param peer_name: the verified name of the other side; empty for none.
    :param peer_address: the IP address of the other side; empty for none.
    :param is_inside: whether the message came from another program of the same server, by LMTP over a socket.
    :param is_submission: whether it may come from a client; a line within Exchange Online does not.
    :param tls: whether TLS was used; ``None`` when the line does not say.
    :param tls_version: such as ``TLS1.3``, or empty.
    :param authenticated: whether the other side logged in; ``None`` when the line does not say.
    :param login: the user name of the login; empty when the line does not say.
    :param envelope_sender: the sender in the envelope, or empty.
    :param when: UTC time, ``CCYY-MM-DDThh:mm:ssZ``; empty when it cannot be read.
    """

    by: str
    peer_name: str = ""
    peer_address: str = ""
    is_inside: bool = False
    is_submission: bool = True
    tls: bool | None = None
    tls_version: str = ""
    authenticated: bool | None = None
    login: str = ""
    envelope_sender: str = ""
    when: str = ""


@dataclass(frozen=True)
class _Line:
    """The parts of a line, before they are interpreted.

    :param peer: the first word after ``from``; empty without that.
    :param peer_comments: comments between it and ``by``.
    :param by: the first word after that.
    :param comments: all further comments.
    :param words: the words after each other keyword, up to the next keyword or a comment.
    """

    peer: str
    peer_comments: tuple[str, ...]
    by: str
    comments: tuple[str, ...]
    words: Mapping[str, str] = field(default_factory=dict)


def read_line(value: str) -> Hop | None:
    """Return the content of a ``Received`` line; ``None`` when its kind is not known.

    :param value: the field on one line.
    """
    if len(value) > LONGEST_FIELD:
        return None
    text, _semicolon, date = value.rpartition(";")
    line = _line(text)
    # A HELO with parentheses would add a second address, and it is unknown which one the server wrote.
    if line is None or sum(_ADDRESS.search(comment) is not None for comment in line.peer_comments) > 1:
        return None
    for is_kind, read in _KINDS:
        if is_kind(line):
            hop = read(line)
            return hop and replace(hop, by=line.by.lower().rstrip("."), when=_moment(date))
    return None


def _moment(date: str) -> str:
    try:
        moment = parsedate_to_datetime(date.strip())
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
        return utc_text(moment) if moment.year >= 1970 else ""
    except (ValueError, TypeError, OverflowError, IndexError):
        return ""


def _line(text: str) -> _Line | None:
    """Parse a line; ``None`` when it is not one, or is ambiguous."""
    tokens = _tokens(text)
    if tokens is None:
        return None
    heads = [token.lower() for is_comment, token in tokens if not is_comment and token.lower() in ("from", "by")]
    if heads not in (["from", "by"], ["by"]) or tokens[0][0] or tokens[0][1].lower() != heads[0]:
        return None
    at = next(place for place, (is_comment, token) in enumerate(tokens) if not is_comment and token.lower() == "by")
    before, after = tokens[1:at], tokens[at + 1 :]
    peer = [token for is_comment, token in before if not is_comment]
    words = _words(token for is_comment, token in after if not is_comment)
    if len(peer) > 1 or words is None:
        return None
    comments = [tuple(token for is_comment, token in part if is_comment) for part in (before, after)]
    return _Line("".join(peer), comments[0], words.pop("by"), comments[1], words)


def _words(tokens: Iterable[str]) -> dict[str, str] | None:
    """Return what follows ``by`` and each other keyword; ``None`` for another form, or when a keyword appears twice."""
    words: dict[str, list[str]] = {"by": []}
    at = "by"
    for token in tokens:
        if token.lower() in words:
            return None
        if token.lower() in _KEYWORDS:
            at = token.lower()
            words[at] = []
        else:
            words[at].append(token)
    return {name: " ".join(found) for name, found in words.items()} if len(words["by"]) == 1 else None


def _tokens(text: str) -> list[tuple[bool, str]] | None:
    """Return words and comments in their order; ``None`` when the parentheses do not match."""
    found: list[tuple[bool, str]] = []
    depth = begin = at = 0
    while match := (_IN_COMMENT if depth else _WORD).search(text, at):
        token, at = match[0], match.end()
        if token == '"':
            return None
        if token == "(":
            begin = begin if depth else at
            depth += 1
        elif token == ")":
            depth -= 1
            if depth == 0:
                found.append((True, text[begin : match.start()].strip()))
        elif not depth:
            found.append((False, token))
        if not 0 <= depth <= _DEEPEST:
            return None
    return None if depth else found


def _protocol(hop: Hop, word: str) -> Hop:
    """Add what the word for the protocol says: RFC 3848 has a word for each case."""
    found = _PROTOCOL.fullmatch(word)
    if not found:
        return hop
    return replace(hop, tls=bool(found[1]), authenticated=bool(found[2]))


def _versioned(hop: Hop, texts: Iterable[str]) -> Hop:
    """Add the version of TLS, if TLS was used and a text names the version."""
    found = next(filter(None, map(_TLS.search, texts)), None) if hop.tls is not False else None
    if not found:
        return hop
    return replace(hop, tls=True, tls_version=f"{found[1].upper()}{found[2]}.{found[3] or 0}")


def _peer(text: str) -> tuple[str, str]:
    """The name and the address in ``name [address]``; both empty for another form."""
    name, _blank, rest = text.partition(" ") if not text.startswith("[") else ("", "", text)
    found = _ADDRESS.fullmatch(rest.strip())
    address = _normal_address(found[1]) if found else ""
    return (name.lower().rstrip("."), address) if address else ("", "")


def _normal_address(text: str) -> str:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return ""
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)


def _login(comments: tuple[str, ...]) -> str:
    """The login that the comments name, if they name one."""
    heads = [comment.partition(":") for comment in comments]
    found = [login.strip() for head, _colon, login in heads if head.lower() == "authenticated sender"]
    return found[0] if len(found) == 1 else ""


def _exim(line: _Line) -> Hop | None:
    """Exim, specification 4.98: ``received_header_text``, ``$sender_rcvhost``, ``$received_protocol``.

    The first word is the verified name, or the address in brackets; HELO is in the comment. The user name of the login
    is only written if an administrator adds it, usually in the form of Postfix. The envelope's sender may hold
    parentheses, so nothing after it is trusted.
    """
    protocol = line.words.get("with", "").split(" ")[0]
    name, address = _exim_peer(line)
    hop = Hop("", name, address, is_inside=protocol.lower() == "lmtp" and not address)
    hop = _protocol(hop, protocol)
    believed = tuple(takewhile(lambda comment: not comment.lower().startswith(_ENVELOPE), line.comments))
    envelope = line.comments[len(believed) :]
    hop = replace(hop, login=_login(believed) if hop.authenticated else "")
    hop = replace(hop, envelope_sender=_bare(envelope[0][len(_ENVELOPE) :]) if len(envelope) == 1 else "")
    return _versioned(hop, believed)


def _exim_peer(line: _Line) -> tuple[str, str]:
    comment = line.peer_comments[0] if len(line.peer_comments) == 1 else ""
    if line.peer.startswith("["):
        return _peer(line.peer) if len(line.peer_comments) <= 1 else ("", "")
    _name, address = _peer(comment.split(" ")[0])
    return (line.peer.lower().rstrip("."), address) if address else ("", "")


def _postfix(line: _Line) -> Hop | None:
    """Postfix, smtpd.c and postconf(5): ``smtpd_tls_received_header``, ``smtpd_sasl_authenticated_header``.

    The first word is HELO; the first comment has the verified name, or ``unknown``, and the address. Otherwise
    HELO contains parentheses, and no comment is trusted.
    """
    name, address = _peer(line.peer_comments[0]) if line.peer_comments else ("", "")
    further = line.peer_comments[1:] if address else ()
    hop = Hop("", "" if name == "unknown" else name, address)
    hop = replace(_protocol(hop, line.words.get("with", "")), login=_login(further))
    if hop.login:
        # Before version 2.3 the word for the protocol showed neither this nor TLS.
        hop = replace(hop, authenticated=True)
    versions = tuple(text for text in further if text.lower().startswith("using "))
    return _versioned(replace(hop, tls=True) if versions else hop, versions)


def _sendmail(line: _Line) -> Hop | None:
    """Sendmail, cf/README ``confRECEIVED_HEADER`` and the macro ``$_``: the name is verified unless it "may be forged".

    It writes that the client logged in, but not the user name. Before version 8.15 the protocol's word said neither.
    """
    text = line.peer_comments[0] if line.peer_comments else ""
    is_forged = "may be forged" in text
    name, address = _peer(re.sub(r"\s*\(may be forged\)$", "", text).rpartition("@")[2])
    hop = _protocol(Hop("", "" if is_forged else name, address), line.words.get("with", ""))
    if address and any(_SENDMAIL_LOGIN.fullmatch(text) for text in line.peer_comments[1:]):
        hop = replace(hop, authenticated=True)
    versions = tuple(text for text in line.comments if text.lower().startswith("version="))
    return _versioned(replace(hop, tls=True) if versions else hop, versions)


def _haraka(line: _Line) -> Hop | None:
    """Haraka, ``received_line`` in connection.js: the name in the comment comes from the reverse lookup, unverified.

    It writes that the client logged in, but not the user name. The envelope's sender follows without parentheses.
    """
    address = _peer("[" + line.peer_comments[-1].rpartition("[")[2])[1] if line.peer_comments else ""
    hop = _protocol(Hop("", "", address), line.words.get("with", ""))
    hop = replace(hop, envelope_sender=_bare(line.words.get("envelope-from", "").split(" ")[0]))
    return _versioned(hop, tuple(text for text in line.comments if text.lower().startswith("version=")))


def _exchange(line: _Line) -> Hop | None:
    """Exchange: ``from HELO (address) by NAME (address) with Microsoft SMTP Server (version=…) id … via …``.

    A client's line ends with "via Frontend Transport". So do some lines within Exchange Online, from servers of
    Microsoft. Whether the client logged in is not written. The delivery is "with HTTPS".
    """
    address = _normal_address(line.peer_comments[0]) if len(line.peer_comments) == 1 else ""
    is_front = line.words.get("via", "").lower() == "frontend transport"
    hop = Hop("", "", address, is_submission=is_front and not line.peer.lower().endswith(_MICROSOFT))
    if "TLS" in line.comments:
        hop = replace(hop, tls=True)
    return _versioned(hop, tuple(text for text in line.comments if text.lower().startswith("version=")))


def _inside(line: _Line) -> Hop | None:
    """A program that delivers on the server itself, such as Dovecot by LMTP; over a socket it writes no address.

    Dovecot, ``smtp_server_transaction_write_trace_record``: ``from NAME ([address]) (using …) by NAME with LMTP id …
    (envelope-from <…>) for <…>``, where what it does not know is left out.
    """
    address = _peer(line.peer_comments[0])[1] if line.peer_comments else ""
    return Hop("", "", address, is_inside=not line.peer_comments, is_submission=False)


def _is_dovecot(comments: tuple[str, ...]) -> bool:
    """Whether these comments may follow ``by`` in a line of Dovecot; the envelope's sender may hold parentheses."""
    return not comments or comments[0].lower().startswith(_ENVELOPE)


def _bare(text: str) -> str:
    address = text.strip().removeprefix("<").removesuffix(">")
    return address if "@" in address and not re.search(r"\s", address) else ""


def _says(pattern: str) -> Callable[[_Line], bool]:
    compiled = re.compile(pattern)
    return lambda line: any(compiled.match(comment) for comment in line.comments)


_KINDS: tuple[tuple[Callable[[_Line], bool], Callable[[_Line], Hop | None]], ...] = (
    (lambda line: line.words.get("with", "") in ("Microsoft SMTP Server", "HTTPS"), _exchange),
    (lambda line: line.words.get("with", "").upper() in ("LMTP", "LMTPS") and _is_dovecot(line.comments), _inside),
    (_says(r"Exim( \d|$)"), _exim),
    (_says("Postfix"), _postfix),
    (_says(r"Haraka(/|$)"), _haraka),
    (_says(r"\d+\.\d+[\w.]*/\d"), _sendmail),
)
