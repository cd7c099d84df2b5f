# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Written by tools/generate.py from the records table. Do not edit.

from __future__ import annotations


class ModuleDocFragment:
    """The installation that a module works on."""

    DOCUMENTATION = r"""
options:
  installation:
    description:
      - How the Fincon installation is reached. A company is an installation.
      - The default is the host's variable C(fincon_installation).
    type: dict
    required: true
    suboptions:
      backend:
        description:
          - The way in to Fincon.
        type: str
        required: true
        choices:
          - attended
          - command
          - rest
      ledger:
        description:
          - The file that keeps what is confirmed and what is ordered, where the module runs. Made for git.
          - 'A relative path starts at the folder of the host''s inventory: for a branch of a fleet, that of the
            fleet file. V(~) and environment variables are those of the machine where the module runs.'
          - Needed by the attended backend.
        type: path
      lock_wait:
        description:
          - Longest wait for another run that works on the ledger, in seconds.
        type: float
        default: 60.0
      command:
        description:
          - The adapter program and its arguments. They are run unchanged, without a shell.
          - Needed by the command backend.
        type: list
        elements: str
      command_timeout:
        description:
          - Longest time for one call of the adapter, in seconds. Then its whole process group is ended.
        type: float
        default: 300.0
      output_limit:
        description:
          - Most that one call of the adapter may print, in bytes.
        type: int
        default: 16777216
      url:
        description:
          - Address of the Fincon REST server, such as V(https://10.1.2.3:4090).
          - Needed by the rest backend.
        type: str
      server_username:
        description:
          - User of the REST server itself, for HTTP Basic.
          - Needed by the rest backend.
        type: str
      server_password:
        description:
          - Password of O(installation.server_username).
          - Needed by the rest backend.
        type: str
      data_id:
        description:
          - The company on that server. Each company is a separate installation.
          - Needed by the rest backend.
        type: str
      username:
        description:
          - The Fincon user to log in as. Not the user of the REST server.
          - Needed by the rest backend.
        type: str
      password:
        description:
          - Password of O(installation.username).
          - Needed by the rest backend.
        type: str
      alternate_extension:
        description:
          - Whether the company uses Fincon's alternate file extension.
        type: bool
        default: false
      allow_http:
        description:
          - Whether O(installation.url) may be plain HTTP to another machine.
          - All passwords can then be read on the way, and each run warns of it.
        type: bool
        default: false
      validate_certs:
        description:
          - Whether the certificate of the REST server is verified.
        type: bool
        default: true
      ca_path:
        description:
          - File or directory with certificates of the CA to trust, where the module runs.
        type: path
      connect_timeout:
        description:
          - Longest wait for the connection, in seconds.
        type: float
        default: 10.0
      timeout:
        description:
          - Longest wait for a part of an answer, in seconds.
        type: float
        default: 30.0
      total_timeout:
        description:
          - Longest time for all work of one call, in seconds.
        type: float
        default: 300.0
      session_wait:
        description:
          - Longest wait for a free session of the server, in seconds.
        type: float
        default: 60.0
      contract:
        description:
          - Other names of methods and fields, where the server chose its own.
          - A dictionary with V(methods) and V(fields), each from the name in the mail contract to the server's.
        type: dict
      fingerprints:
        description:
          - File of mode 0600 that keeps salted fingerprints of the passwords that were sent.
          - By default a file for each installation below V(~/.ansible/fincon_mail), where the module runs.
        type: path
"""
