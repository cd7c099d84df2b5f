# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page docs/smtp-diagnosis.md, from the table of diagnoses; tools/generate.py writes it."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

from collection import link_collection

sys.path.insert(0, str(link_collection()))

from ansible_collections.fincon.mail.plugins.module_utils._smtp.circumstances import CIRCUMSTANCES
from ansible_collections.fincon.mail.plugins.module_utils._smtp.diagnose import TABLE
from ansible_collections.fincon.mail.plugins.module_utils._smtp.diagnosis import BARE, Diagnosis, Match, Words

INTRODUCTION = """\
<!-- Written by tools/generate.py from the table in plugins/module_utils/_smtp. Do not edit. -->

# Diagnoses of the probe

`fincon_smtp_probe`, the option `verify` of the modules that write, and the playbook `fincon.mail.verify` all go through
the same stages and stop at the first that fails:

| Level | Stages |
|---|---|
| `connect` | dns, connect, and banner where it comes before TLS |
| `tls` | also ehlo, starttls (or TLS from the first byte at port 465), tls, certificate, and ehlo again |
| `auth` | also auth, where the settings have Authenticate = Y: one mechanism, tried once |
| `envelope` | also mail and rcpt, with the sender's own address (or `send_to`), then RSET: nothing is sent |
| `send` | instead of RSET sends one test message; with `arrival_timeout` also arrival: it is in the audit mailbox |

A hint such as "set tls_mode to implicit" names an option of the module. In the playbooks the variables
`fincon_smtp_tls_mode`, `fincon_smtp_ca_path` and `fincon_smtp_validate_certs` do the same (`docs/playbooks.md`).

"Accepted" does not mean "arrived". If the fleet has an audit mailbox (`docs/evidence.md`), the playbook can send a
message there with each login, and wait until all of them have arrived:

    ansible-playbook -i fleet/fincon.yml fincon.mail.verify -e fincon_verify_level=send -e fincon_verify_arrival=120

After the probe, the controller waits, wherever the probe ran; no other machine gets the password of the mailbox. The
header `X-Fincon-Mail-Probe` marks the message as a test: it does not come from Fincon, so it proves nothing. In the
module, the options `arrival_timeout` and `mailbox` do this.

A failure is reported in three lines: what happened at which stage, the likely cause, and what to do. In `verification`
the same is in `failed_stage`, `code`, `enhanced_code`, `server_text`, and `diagnosis` with `id`, `cause` and `hint`.
The ids below are stable: your playbooks can rely on them.

    - name: Wait while the mail server is merely busy
      fincon.mail.fincon_smtp_probe:
        mail_server: smtp.example.co.za
        port: 587
        use_tls: true
        level: tls
      register: probe
      until: probe is not failed or not probe.verification.retryable
      retries: 3
      delay: 300

If other settings could help, the probe tries them without a login and names those that work. If a certificate is
refused, the probe reads it over a second, unverified connection, again without a login, to show its names, its issuer
and its dates. A passed probe is not proof of delivery: some providers refuse a message only after they have received
it.

If several diagnoses fit an answer, the most specific one applies. A text outranks an enhanced code (RFC 3463), an
enhanced code outranks a reply code (RFC 5321), and a diagnosis for the stage outranks one for any stage. Of several
texts, the one that is higher in the table counts. A reply code may be only its first digits: `4` is every temporary
refusal. Texts are regular expressions. They are matched without regard to case, and names and addresses that the server
quotes are ignored. "No reason in the text" means that the server says no more than "refused" or "try again". Servers
use most codes for many things, so a code alone decides only in that case. If no row fits, the cause quotes the server.

Many servers refuse a name, a sender or a login only at a later command. So a row says what is refused, and applies at
every stage where that happens. [Mail providers](smtp-providers.md) has what each provider requires.
"""

STAGES = (
    "settings",
    "dns",
    "connect",
    "banner",
    "ehlo",
    "starttls",
    "tls",
    "certificate",
    "auth",
    "mail",
    "rcpt",
    "send",
    "quit",
    "arrival",
)

EVENTS = {
    "auth_not_offered": "no AUTH is offered after TLS",
    "auth_not_offered_in_clear": "no AUTH is offered without TLS",
    "bad_settings": "a setting cannot work",
    "ca_path_unusable": "`ca_path` cannot be read, or holds no certificate",
    "cert_expired": "the certificate has expired (OpenSSL 10)",
    "cert_expiring": "fewer than 30 days are left; urgent below 14",
    "cert_invalid": "any other error that OpenSSL finds",
    "cert_name": "the certificate is for other names (OpenSSL 62, 64)",
    "cert_no_key_id": "no authority key identifier (OpenSSL 85)",
    "cert_not_yet": "the certificate is not valid yet (OpenSSL 9)",
    "cert_self_signed": "self-signed (OpenSSL 18)",
    "cert_self_signed_chain": "a self-signed certificate in the chain (OpenSSL 19)",
    "cert_unknown_issuer": "unknown issuer (OpenSSL 2, 20, 21)",
    "cert_weak": "weak key or signature (OpenSSL 66, 67, 68)",
    "client_certificate": "the server asks for a client certificate, and closes the connection without one",
    "clear_text": "a password was sent without TLS",
    "closed": "the connection closes in the middle of the dialogue",
    "injection": "bytes are waiting between STARTTLS and the handshake",
    "ipv4_failed": "only IPv4 fails",
    "ipv6_failed": "only IPv6 fails",
    "ipv6_unreachable": "no route to an IPv6 address, and there is no other",
    "mechanism_not_served": "a mechanism is announced but answered with 500, 502, 503 or 504, and another one works",
    "m365_retirement": "a password login at Microsoft 365",
    "masked": "`****` in the greeting, or `XXXX` in the keywords or in the answer to EHLO",
    "missing_login": "Authenticate = Y without user name or password",
    "missing_sender": "no sender's address",
    "no_esmtp": "EHLO is refused, and the settings require neither TLS nor a login",
    "no_free_slot": "other probes hold both connections to the host",
    "no_password_mechanism": "only mechanisms such as XOAUTH2, NTLM, GSSAPI",
    "no_such_name": "the name does not exist",
    "not_offered": "STARTTLS is not offered, and TLS = Y",
    "not_smtp": "the text of another protocol, or none at all",
    "not_tried": "two consecutive logins have been refused at this server",
    "outdated_suite": "a cipher suite of TLS 1.2 without forward secrecy, or with SHA-1",
    "private_address": "a private or loopback address for a public name",
    "not_arrived": "the message does not arrive in the audit mailbox in time",
    "quit_ignored": "no 221",
    "refused": "connection refused",
    "resolver_failed": "a temporary failure or a time-out of the resolver",
    "silent": "no answer at all",
    "stalled": "an answer that is not complete in time",
    "timeout": "no answer to the connection",
    "tls_nothing_in_common": "the server refuses the handshake with every cipher suite that this machine has",
    "tls_failed": "the handshake breaks off",
    "tls_not_spoken": "`WRONG_VERSION_NUMBER` and the like; TLS bytes where text is expected",
    "tls_too_old": "a protocol version below TLS 1.2, or cipher suites or keys of that age",
    "unreachable": "no route to the host",
    "unverified": "`validate_certs` is false",
}


def render() -> str:
    """Return the whole page."""
    return "\n".join([INTRODUCTION, *_sections()])


def _sections() -> Iterator[str]:
    for stage in (*STAGES, ""):
        found = [diagnosis for diagnosis in TABLE if (diagnosis.stages or ("",))[0] == stage]
        if found:
            yield f"## {f'At the stage {stage}' if stage else 'At any stage'}\n"
        for diagnosis in found:
            yield from _section(diagnosis, stage)


def _section(diagnosis: Diagnosis, section: str) -> Iterator[str]:
    yield f"### {diagnosis.id}\n"
    notes = []
    if len(diagnosis.stages) > 1:
        notes.append("Also at the stages " + ", ".join(stage for stage in diagnosis.stages if stage != section) + ".")
    if diagnosis.warning:
        notes.append("A warning: the probe passes.")
    if diagnosis.retryable:
        notes.append("May pass later without a change (`retryable`).")
    yield "Seen when: " + "; or ".join(_signal(match) for match in diagnosis.matches) + ".\n"
    sources = list(dict.fromkeys(match.source for match in diagnosis.matches if match.source))
    if sources:
        notes.append("Sources: " + "; ".join(sources) + ".")
    if notes:
        yield " ".join(notes) + "\n"
    yield f"**Likely cause:** {_placeholders(diagnosis.cause)}\n"
    yield f"**What to do:** {_placeholders(diagnosis.hint)}\n"
    for words in diagnosis.words:
        yield from _variant(words)


def _variant(words: Words) -> Iterator[str]:
    """Cause and hint under circumstances."""
    titled = (("Likely cause", words.cause), ("What to do", words.hint))
    said = [f"**{title}:** {_placeholders(text)}" for title, text in titled if text]
    when = _when(words.when)
    yield f"*{when[:1].upper()}{when[1:]}:* " + " ".join(said) + "\n"


def _when(match: Match) -> str:
    parts = [CIRCUMSTANCES[name] for name in match.needs]
    parts += [f"enhanced code {code}" for code in match.enhanced]
    parts += [f"text `{match.text}`"] if match.text else []
    parts += ["at " + " or ".join(match.stages)] if match.stages else []
    return ", ".join(parts) or _event_words(match)


def _event_words(match: Match) -> str:
    if match.events == ("reply",):
        return "the server gives this answer"
    return " or ".join(EVENTS[name] for name in match.events)


def _signal(match: Match) -> str:
    if match.events != ("reply",):
        signal = " or ".join(EVENTS[name] for name in match.events)
        return signal + (f", at port {match.port}" if match.port else "")
    parts = []
    if match.codes:
        parts.append("reply " + " or ".join(match.codes))
    if match.enhanced:
        parts.append(" or ".join("no enhanced code" if code == BARE else code for code in match.enhanced))
    if match.text:
        parts.append(f"text `{match.text}`")
    if match.unless:
        parts.append(f"but not `{match.unless}`")
    if match.wordless:
        parts.append("no reason in the text")
    parts += [CIRCUMSTANCES[name] for name in match.needs]
    if match.stages:
        parts.append("at " + " or ".join(match.stages))
    return ", ".join(parts)


def _placeholders(text: str) -> str:
    return re.sub(r"{(\w+)}", lambda match: f"*{match.group(1).replace('_', ' ')}*", text)
