# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Written by tools/generate.py from the records table. Do not edit.

from __future__ import annotations


class ModuleDocFragment:
    """Settings that the probe takes by themselves."""

    DOCUMENTATION = r"""
options:
  mail_server:
    description:
      - Host name or address of the mail server.
    type: str
  authenticate:
    description:
      - Whether the server wants a login. Must be true as well when each user has their own login.
    type: bool
    default: true
  username:
    description:
      - Login that all users of the definition share. A user's own login replaces it.
    type: str
  password:
    description:
      - Password of the shared login. It can be set but not read back.
    type: str
  port:
    description:
      - Port of the mail server.
    type: int
    default: 587
  use_tls:
    description:
      - Whether the provider requires TLS or SSL. Fincon has one flag for both STARTTLS and implicit TLS.
    type: bool
    default: true
  timeout:
    description:
      - Longest wait for the connection to be established.
    type: int
    default: 30
  sender_email:
    description:
      - Address that e-mails are sent from.
    type: str
"""
