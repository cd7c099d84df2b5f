# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page docs/smtp-providers.md, from the table of providers; tools/generate.py writes it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

from collection import link_collection

sys.path.insert(0, str(link_collection()))

from ansible_collections.fincon.mail.plugins.module_utils._smtp.providers import MICROSOFT_365, PROVIDERS, Provider

INTRODUCTION = """\
<!-- Written by tools/generate.py from the table in plugins/module_utils/_smtp/providers.py. Do not edit. -->

# Mail providers

The table [Providers](#providers) has the server, port, user name and password of each provider. The probe recognises a
provider by its host name or by the words of its server, and adds this to its hints. Nothing here is a default. Check
with the provider before you rely on a row: "not compared" means that the row is common knowledge and was not compared
with the provider's page.
"""

#: The steps for a company, in order. Microsoft's dates are filled in from the table.
MICROSOFT = """\
## Microsoft 365: the end of password logins

{announced} Microsoft announced for SMTP AUTH with a password (basic authentication):
[Exchange Team Blog]({source}).

| When | What |
|---|---|
| until the end of December 2026 | nothing changes |
| {off_by_default} | off by default in existing tenants; an administrator can switch it on again |
| tenants created after that | not available by default |
| later | {final} |

From {announced_day} on the probe adds the warning `m365_password_retirement` to every login by password there.

### What an administrator can still do

1. Find out who still logs in by password: Exchange admin center, Reports, Mail flow, *SMTP AUTH clients submission
   report*.
2. Switch SMTP AUTH on for the mailbox that Fincon uses, and for no others:
   `Set-CASMailbox -Identity USER -SmtpClientAuthenticationDisabled $false`. The tenant's own switch is
   `Set-TransportConfig -SmtpClientAuthenticationDisabled $false`; a mailbox's setting outranks it
   ([Microsoft](https://learn.microsoft.com/exchange/clients-and-mobile-in-exchange-online/authenticated-client-smtp-submission)).
   The probe names this case `m365_smtp_auth_off`.
3. Where an authentication policy forbids basic authentication (`basic_auth_off`): make a policy with
   `New-AuthenticationPolicy -Name "Fincon" -AllowBasicAuthSmtp`, and give it to that one user with
   `Set-User -Identity USER -AuthenticationPolicy "Fincon"`
   ([Microsoft](https://learn.microsoft.com/powershell/module/exchange/set-authenticationpolicy)).
4. Where security defaults or Conditional Access refuse (`m365_policy`): the Entra sign-in log of the user names the
   policy. Leave this one user out of the policy that blocks legacy authentication, for the office's own address alone.
5. After {off_by_default}, repeat steps 2 and 3 for that mailbox, and run the playbook `fincon.mail.verify`.

### Without OAuth in Fincon

{ways}

Try each with `fincon_smtp_probe` at the level `send` before you change a branch.
"""


_LEARN = "https://learn.microsoft.com"
WAY_TITLES = ("Way", "Login in Fincon", "Reaches", "Keep in mind")
WAYS = (
    (
        f"[Relay by address]({_LEARN}/exchange/mail-flow-best-practices/how-to-set-up-a-multifunction-device-or-"
        "application-to-send-email-using-microsoft-365-or-office-365): a connector in Exchange Online for the office's "
        "fixed public address",
        "Authenticate = N, server `DOMAIN.mail.protection.outlook.com`, port 25, TLS = Y",
        "anybody",
        "needs a fixed public address, and an SPF record with it; many internet lines block port 25",
    ),
    (
        f"[Azure Communication Services]({_LEARN}/azure/communication-services/quickstarts/email/send-email-smtp/"
        "send-email-smtp)",
        "user name and password of its own, `smtp.azurecomm.net` port 587",
        "anybody",
        "priced by message; the password is a client secret that expires",
    ),
    (
        "[High Volume Email](https://petri.com/high-volume-email-delivery-internal-recipients/)",
        "an HVE account, `smtp-hve.office365.com` port 587",
        "recipients of the own tenant only, since June 2025",
        "takes passwords until September 2028; no use for invoices to customers",
    ),
    (
        "Another provider for what Fincon sends, such as those below",
        "that provider's",
        "anybody",
        "its SPF and DKIM records in the DNS of your domain, or mail is taken for forged",
    ),
    (
        "A mail server of your own that accepts Fincon and logs in to Microsoft 365 with OAuth",
        "that server's",
        "anybody",
        "you have to maintain it",
    ),
)


def render() -> str:
    """Return the whole page."""
    plan = MICROSOFT_365
    microsoft = MICROSOFT.format(
        announced=f"On {plan.announced.isoformat()}",
        announced_day=plan.announced.isoformat(),
        source=plan.source,
        off_by_default=plan.off_by_default.isoformat(),
        final=plan.final,
        ways="\n".join(_line(cells) for cells in (WAY_TITLES, ("---",) * 4, *WAYS)),
    )
    return "\n".join([INTRODUCTION, microsoft, *_table()])


def _table() -> Iterator[str]:
    yield "## Providers\n"
    yield "| Provider | Mail server | Ports | User name | Password | Source |"
    yield "|---|---|---|---|---|---|"
    yield from map(_row, PROVIDERS.values())
    yield ""
    yield "At port 465 TLS begins with the first byte, at the others with STARTTLS.\n"
    yield from (f"- **{provider.name}:** {provider.note}" for provider in PROVIDERS.values() if provider.note)
    yield ""


def _row(provider: Provider) -> str:
    hosts = ", ".join(f"`{host}`" for host in provider.hosts) or "known by its words"
    ports = ", ".join(map(str, provider.ports)) or "not known"
    source = f"[page]({provider.source}), " + (f"read {provider.read}" if provider.read else "not compared")
    cells = (provider.name, hosts, ports, provider.user, provider.password, source)
    return _line(cells)


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
