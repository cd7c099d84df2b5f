# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Written by tools/generate.py from the records table. Do not edit.

from __future__ import annotations


class ModuleDocFragment:
    """Fields of an SMTP definition."""

    DOCUMENTATION = r"""
options:
  name:
    description:
      - Name of the SMTP definition, compared without case.
      - Fincon's label is C(SMTP Name).
    type: str
    required: true
  mail_server:
    description:
      - Host name or address of the mail server.
      - Fincon's label is C(Mail Server).
      - Needed for a new record.
    type: str
  authenticate:
    description:
      - Whether the server wants a login. Must be true as well when each user has their own login.
      - Fincon's label is C(Authenticate).
      - A new record takes V(true) when it is left out.
    type: bool
  username:
    description:
      - Login that all users of the definition share. A user's own login replaces it.
      - Fincon's label is C(Username).
    type: str
  password:
    description:
      - Password of the shared login. It can be set but not read back.
      - Fincon's label is C(Password).
    type: str
  port:
    description:
      - Port of the mail server.
      - Fincon's label is C(Port).
      - From 1 to 65535.
      - A new record takes V(587) when it is left out.
    type: int
  use_tls:
    description:
      - Whether the provider requires TLS or SSL. Fincon has one flag for both STARTTLS and implicit TLS.
      - Fincon's label is C(Use TLS).
      - A new record takes V(true) when it is left out.
    type: bool
  timeout:
    description:
      - Longest wait for the connection to be established.
      - Fincon's label is C(Time Out (Seconds)).
      - From 1 to 600 seconds.
      - A new record takes V(30) when it is left out.
    type: int
  bcc:
    description:
      - Address to which every e-mail sent through this definition is blind-copied.
      - Fincon's label is C(BCC).
      - 100 characters at most.
    type: str
  renamed_from:
    description:
      - Former name of the definition. Where one of that name is installed, the new one takes over its settings
        and all of its users, and then the old one is deleted.
    type: str
"""
