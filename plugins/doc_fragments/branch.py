# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Written by tools/generate.py from the records table. Do not edit.

from __future__ import annotations


class ModuleDocFragment:
    """The records of a branch."""

    DOCUMENTATION = r"""
options:
  smtp_servers:
    description:
      - The SMTP definitions of the branch.
      - A list that is not given says nothing of what is installed.
    type: list
    elements: dict
    suboptions:
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
      state:
        description:
          - Whether the definition exists. An absent one is deleted, which is refused while a user is linked to
            it. Its other fields are checked and not used.
        type: str
        choices:
          - present
          - absent
        default: present
      renamed_from:
        description:
          - Former name of the definition. Where one of that name is installed, the new one takes over its settings
            and all of its users, and then the old one is deleted.
        type: str
  users:
    description:
      - The users of the branch.
      - A list that is not given says nothing of what is installed.
    type: list
    elements: dict
    suboptions:
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
      email_enabled:
        description:
          - Whether e-mail is enabled for the user. Left alone when left out.
        type: bool
      state:
        description:
          - Whether the user sends e-mail. For an absent one e-mail is switched off and the settings are cleared;
            the Fincon user stays. The other fields are checked and not used.
        type: str
        choices:
          - present
          - absent
        default: present
"""
