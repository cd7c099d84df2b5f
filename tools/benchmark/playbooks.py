# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The benchmark of the playbooks that write or ask mail servers, compared with a play that only runs debug."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import trustme
from scripted_smtp import EHLO_WITH_LOGIN, Script, ScriptedServer

from .cases import Site, ratio, times
from .figures import Figure
from .fleets import NOWHERE, RELAY_PASSWORD, Fleet, relay_login, write_fleet
from .lab import Lab, changed_hosts
from .measure import FailedRun, Sample, interleaved, median, wall
from .sizes import Sizes
from .standin import StandIn, stand_in

# The targets.
VERIFY_TIMES = 1.5
#: How many connections to a mail server a run opens at a time, and how many answers a verification of one login takes:
#: the greeting, EHLO, STARTTLS, EHLO, AUTH, QUIT.
CONNECTIONS = 2
ANSWERS = 6


def apply(lab: Lab, sizes: Sizes) -> Iterator[Figure]:
    """Apply one change at each branch."""
    fleet = Fleet(sizes.changed, sizes.users)
    with stand_in(lab.folder, fleet) as server:
        file = Site(lab, server, (fleet,)).file(fleet)
        samples = interleaved(
            {"debug": lambda: lab.play("debug", file), "change": lambda: _applied(lab, server, fleet, file)},
            sizes.repeats,
        )
    for name, runs in samples.items():
        yield from times(f"apply.{name}", runs)
    yield from ratio("apply.change_to_debug", samples["change"], samples["debug"])


def _applied(lab: Lab, server: StandIn, fleet: Fleet, file: Path) -> Sample:
    """Apply, after one user of each branch was changed by hand.

    :raises FailedRun: when not every branch is changed, since then other work was measured.
    """
    user = next(fleet.records(fleet.names()[0]))["user"]
    for company in fleet.names():
        server.tamper(company, user, {"SenderName": "Somebody else"})
    sample = lab.playbook("apply", file, "-e", "fincon_verify=none")
    changed = changed_hosts(sample.output)
    if not all(changed.get(name) for name in fleet.names()):
        raise FailedRun(f"not every branch was changed:\n{sample.output[-4000:]}")
    return sample


def verify(lab: Lab, sizes: Sizes) -> Iterator[Figure]:
    """Verify the distinct logins of a fleet at a slow mail server, and at one that answers at once."""
    fleet = Fleet(max(sizes.growth), 1, logins=sizes.logins)
    accounts = {relay_login(number): RELAY_PASSWORD for number in range(sizes.logins)}
    context, ca_path = _certified(lab.folder)
    at_once = Script(accounts=accounts, after_tls=EHLO_WITH_LOGIN)
    with (
        ScriptedServer(at_once, context) as server,
        ScriptedServer(replace(at_once, pause=sizes.answer), context) as slow,
    ):
        files = {
            name: write_fleet(replace(fleet, mail_server="localhost", port=one.port), lab.folder / name, NOWHERE)
            for name, one in (("at_once", server), ("slow", slow))
        }
        trusted = ("-e", f"fincon_smtp_ca_path={ca_path}")
        samples = interleaved(
            {
                "debug": lambda: lab.play("debug", files["slow"]),
                "at_once": lambda: lab.playbook("verify", files["at_once"], *trusted),
                "slow": lambda: lab.playbook("verify", files["slow"], *trusted),
            },
            sizes.slow_repeats,
        )
        logins = slow.logins / sizes.slow_repeats
    for name, runs in samples.items():
        yield from times(f"verify.{name}", runs)
    yield Figure("verify.logins", logins, limit=sizes.logins)
    # The shortest time that the mail server needs for them.
    least = sizes.logins * ANSWERS * sizes.answer / CONNECTIONS
    yield Figure("verify.mail_server", least, "s")
    if least:
        waited = median(samples["slow"], wall) - median(samples["at_once"], wall)
        yield Figure("verify.waited_to_mail_server", waited / least, limit=VERIFY_TIMES)
    yield from ratio("verify.at_once_to_debug", samples["at_once"], samples["debug"])


def _certified(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's context, and the file of the authority that a client must trust."""
    authority = trustme.CA(organization_name="Example Authority")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    return context, folder / "ca.pem"
