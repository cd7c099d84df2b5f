# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Options of the modules that write, and of the probe that comes before a write."""

    DOCUMENTATION = r"""
options:
  update_password:
    description:
      - When a declared password is sent although one is set already.
      - With V(on_change) when it differs from the one that was sent last from here, or when nobody knows. This detects
        changes of the declared password, not changes that are made in Fincon.
      - With V(always) every time, which is reported as a change every time.
      - With V(on_create) never, so that a password is only sent where none is set.
      - An empty password clears the one that is set, whatever this says.
    type: str
    choices: [on_change, always, on_create]
    default: on_change
  verify:
    description:
      - How far the new settings are verified at the mail server before anything is written.
      - Only settings that are about to change are verified.
      - V(connect) stops after the greeting, V(tls) after the certificate, V(auth) after the login, V(envelope) after
        naming sender and recipient, without sending a message.
    type: str
    choices: [none, connect, tls, auth, envelope]
    default: auth
  verify_failure:
    description:
      - What to do when the verification fails.
      - With V(fail) nothing is written, so that settings that fail never replace settings that work.
      - With V(warn) they are written with a warning.
    type: str
    choices: [fail, warn]
    default: fail
"""

    PROBE = r"""
options:
  tls_mode:
    description:
      - How TLS is spoken. Fincon's own flag does not say.
      - V(auto) takes implicit TLS at port 465 and STARTTLS at any other port when TLS is wanted.
    type: str
    choices: [auto, starttls, implicit, none]
    default: auto
  validate_certs:
    description: Whether the certificate of the mail server is verified.
    type: bool
    default: true
  ca_path:
    description: File or directory with certificates of a CA to trust for the mail server, where the module runs.
    type: path
  ehlo_name:
    description: Name that the probe gives itself. By default the full name of the machine where the module runs.
    type: str
  probe_run:
    description:
      - Name of the run that this call belongs to. Calls with one name on one machine share refused logins and the
        results of the last two minutes. After two consecutive refusals no more logins are tried at that server.
      - By default all hosts of a task share one name, so there is seldom a reason to set it.
    type: str
"""
