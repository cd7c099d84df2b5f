# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Name resolution with a time limit, which ``getaddrinfo`` alone does not have."""

from __future__ import annotations

import functools
import queue
import re
import socket
import threading
from dataclasses import dataclass
from typing import Any, Callable

from ansible_collections.fincon.mail.plugins.module_utils._io.deadlines import Deadline
from ansible_collections.fincon.mail.plugins.module_utils._smtp.observation import Failure, Observation

_OWN_NAME_SECONDS = 2.0
_NO_SUCH_NAME = {
    getattr(socket, name) for name in ("EAI_NONAME", "EAI_NODATA", "EAI_ADDRFAMILY") if hasattr(socket, name)
}


@dataclass(frozen=True)
class Address:
    """One address of the mail server, as ``socket.connect`` takes it."""

    family: int
    sockaddr: tuple[Any, ...]

    @property
    def text(self) -> str:
        """The address alone."""
        return str(self.sockaddr[0])

    @property
    def family_name(self) -> str:
        """``ipv4`` or ``ipv6``."""
        return "ipv6" if self.family == socket.AF_INET6 else "ipv4"


def resolve(name: str, port: int, deadline: Deadline) -> list[Address]:
    """All addresses of a name, the families taking turns, IPv6 first (RFC 8305 section 4).

    Raises Failure with the event ``no_such_name`` or ``resolver_failed``.
    """
    try:
        found = in_background(lambda: socket.getaddrinfo(name, port, type=socket.SOCK_STREAM), deadline.left())
    except TimeoutError:
        raise Failure(Observation(event="resolver_failed", text="no answer in time")) from None
    except socket.gaierror as exc:
        event = "no_such_name" if exc.errno in _NO_SUCH_NAME else "resolver_failed"
        raise Failure(Observation(event=event, text=str(exc.strerror))) from None
    except (OSError, UnicodeError) as exc:
        raise Failure(Observation(event="resolver_failed", text=type(exc).__name__)) from None
    addresses = [Address(family, sockaddr) for family, _type, _protocol, _name, sockaddr in found]
    addresses = [address for address in addresses if address.family in (socket.AF_INET, socket.AF_INET6)]
    if not addresses:
        raise Failure(Observation(event="no_such_name", text="no IPv4 or IPv6 address"))
    return _take_turns(list(dict.fromkeys(addresses)))


def _take_turns(addresses: list[Address]) -> list[Address]:
    six = [address for address in addresses if address.family == socket.AF_INET6]
    four = [address for address in addresses if address.family == socket.AF_INET]
    ranked = [(rank, 0, address) for rank, address in enumerate(six)]
    ranked += [(rank, 1, address) for rank, address in enumerate(four)]
    return [address for _rank, _family, address in sorted(ranked, key=lambda entry: entry[:2])]


@functools.lru_cache(maxsize=1)
def own_name() -> str:
    """This machine's full name, or an empty string if it has none. Looked up once, since a resolver may be slow."""
    try:
        name = in_background(socket.getfqdn, _OWN_NAME_SECONDS)
    except (TimeoutError, OSError, UnicodeError):
        name = socket.gethostname()
    is_full = re.match(r"(?!localhost)(?=.{1,253}\Z)[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+\Z", name)
    return name if is_full and not name.endswith((".in-addr.arpa", ".ip6.arpa")) else ""


def in_background(function: Callable[[], Any], seconds: float) -> Any:
    """Run ``function`` in a daemon thread and wait for at most ``seconds``. Raises what it raises, or TimeoutError.

    A late thread keeps running: it cannot be stopped, but as a daemon it does not keep the process alive.
    """
    outcome: queue.Queue[tuple[Any, BaseException | None]] = queue.Queue()

    def work() -> None:
        try:
            outcome.put((function(), None))
        except BaseException as exc:  # handed to the caller, whatever it is
            outcome.put((None, exc))

    threading.Thread(target=work, daemon=True).start()
    try:
        result, error = outcome.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError from None
    if error is not None:
        raise error
    return result
