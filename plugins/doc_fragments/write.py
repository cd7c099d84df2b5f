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
      - When to send a declared password although one is already set.
      - With V(on_change) when it differs from the one that this machine sent last, or when that is not known. This
        detects changes of the declared password, not changes made in Fincon.
      - With V(always) every time; each time is reported as a change.
      - With V(on_create) never, so that a password is sent only where none is set.
      - An empty password clears the one that is set, whatever this option says.
    type: str
    choices: [on_change, always, on_create]
    default: on_change
  order_run:
    description:
      - Name of the run that this call belongs to. At an attended site, calls with the same name add to one work order,
        which keeps its number; any other call that changes an open work order gives it a new number.
      - By default all tasks of a play share one name. A call with an empty name shares it with no other call. The role
        uses an empty name, because later tasks of the play must not add to a work order whose page the role has
        written.
    type: str
  verify:
    description:
      - How far to verify the new settings at the mail server before anything is written.
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
      - With V(skip) the records that pass are written, the others are held back, and then the call fails. C(held_back)
        in the result names them with the cause. The other records are planned and verified again without them.
      - If the login of a user fails, the record of the user is held back. If that record does not change, the change of
        the definition would break the login, so the definition is held back. If the login of a definition fails, the
        definition is held back, together with the users who would use that login.
      - A new definition whose own login fails is created without that login if users with their own logins need the
        definition.
    type: str
    choices: [fail, warn, skip]
    default: fail
"""

    PROBE = r"""
options:
  tls_mode:
    description:
      - How TLS is used. Fincon's flag does not say this.
      - V(auto) uses implicit TLS at port 465 and STARTTLS at any other port, if the settings require TLS.
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
    description: Name that the probe uses in EHLO. By default the full name of the machine where the module runs.
    type: str
  probe_run:
    description:
      - Name of the run that this call belongs to. Calls with the same name on the same machine share refused logins and
        the results of the last two minutes. After two consecutive refusals no more logins are tried at that server.
      - By default all hosts of a task share one name, so there is rarely a reason to set it.
    type: str
"""
