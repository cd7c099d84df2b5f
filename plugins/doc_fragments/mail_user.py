# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Written by tools/generate.py from the records table. Do not edit.

from __future__ import annotations


class ModuleDocFragment:
    """Fields of a mail user."""

    DOCUMENTATION = r"""
options:
  user:
    description:
      - Name of the Fincon user, compared and written in upper case.
      - Fincon's label is C(User).
      - 8 characters at most (inferred, so only a warning).
    type: str
    required: true
  smtp_server:
    description:
      - Name of the SMTP definition that the user is linked to.
      - Needed for a new record.
    type: str
  username:
    description:
      - The user's own login to the mail server. It replaces the login of the definition.
    type: str
  password:
    description:
      - Password of the user's own login. It can be set but not read back.
    type: str
  sender_name:
    description:
      - Name that recipients see.
      - Needed for a new record.
    type: str
  sender_email:
    description:
      - Address that e-mails are sent from.
      - 100 characters at most.
      - Needed for a new record.
    type: str
  job_title:
    description:
      - Job title, for the document text of e-mails.
    type: str
  telephone:
    description:
      - Telephone number, for the document text of e-mails.
    type: str
  user_field_1:
    description:
      - User-defined field 1, for the document text of e-mails.
    type: str
  user_field_2:
    description:
      - User-defined field 2, for the document text of e-mails.
    type: str
  user_field_3:
    description:
      - User-defined field 3, for the document text of e-mails.
    type: str
  user_field_4:
    description:
      - User-defined field 4, for the document text of e-mails.
    type: str
  user_field_5:
    description:
      - User-defined field 5, for the document text of e-mails.
    type: str
  user_field_6:
    description:
      - User-defined field 6, for the document text of e-mails.
    type: str
"""
