# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Written by tools/generate.py from the records table. Do not edit.

from __future__ import annotations


class ModuleDocFragment:
    """How an audit mailbox is read."""

    DOCUMENTATION = r"""
options:
  mailbox:
    description:
      - The audit mailbox. Each kind needs its own settings (C(docs/evidence.md)).
    type: dict
    suboptions:
      kind:
        description:
          - 'How the mailbox is read: over IMAP, or as a Maildir or an mbox on the controller.'
        type: str
        choices:
          - imap
          - maildir
          - mbox
        required: true
      host:
        description:
          - Name of the IMAP server, as its certificate has it.
        type: str
      port:
        description:
          - Port of the IMAP server.
          - From 1 to 65535.
        type: int
        default: 993
      tls_mode:
        description:
          - Whether TLS begins with the connection or by STARTTLS. Nothing is sent without it.
        type: str
        choices:
          - implicit
          - starttls
        default: implicit
      username:
        description:
          - User of the mailbox.
        type: str
      password:
        description:
          - 'Password of that user: a vault value or a template.'
        type: str
      folder:
        description:
          - Folder that is read.
        type: str
        default: INBOX
      path:
        description:
          - The Maildir or the mbox. A relative path starts at the folder of the fleet file.
        type: path
      ca_path:
        description:
          - File or directory with certificates of the CA to trust, in place of the system's.
        type: path
      servers:
        description:
          - 'The mailbox''s own servers, as they name themselves in Received: names, patterns with *, addresses
            or networks. Only what they write is believed.'
        type: list
        elements: str
      address:
        description:
          - Address of the mailbox, to which the last item of a work order has an e-mail sent. By default that of
            bcc.
        type: str
  relays:
    description:
      - Mail servers that appear in messages by other names than the declared ones.
    type: list
    elements: dict
    suboptions:
      mail_server:
        description:
          - The server, as definitions declare it.
        type: str
        required: true
      seen_as:
        description:
          - 'How the next server sees it: names, patterns with *, addresses or networks.'
        type: list
        elements: str
      shared:
        description:
          - Whether other customers send through it too. By default true for known mail providers.
        type: bool
  days:
    description:
      - Days without an e-mail after which a user counts as silent.
      - From 1 to 3650 days.
      - By default V(14).
    type: int
  keep_days:
    description:
      - Days after which what was seen of a sender is forgotten; 0 to keep it.
      - From 0 to 3650 days.
      - By default V(0).
    type: int
  clients:
    description:
      - Addresses or networks of the machines on which Fincon runs, for servers that take mail without a login.
    type: list
    elements: str
  file:
    description:
      - File that keeps the evidence, evidence.json by default. A relative path starts at the fleet file's folder.
    type: path
"""
