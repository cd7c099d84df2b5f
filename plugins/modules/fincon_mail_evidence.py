# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: fincon_mail_evidence
short_description: Read an audit mailbox, and report whose e-mails are as declared
version_added: 0.1.0
description:
  - Each e-mail that Fincon sends shows some of its settings. This module reads the headers in an audit mailbox and
    gives each declared user a verdict. It reads no body, marks nothing as seen, and keeps no recipient's address.
  - A message is proof only if a declared mail server took it from a client that is known to be yours.
    C(docs/evidence.md) has the rule, and what each kind of mail server records.
  - It reads what has arrived since the last run, and keeps what it has seen in a file for the reports.
  - It does all the work on the controller, once for the whole fleet, from the variables of all hosts. Use it with
    C(run_once).
  - The defaults of its options are the variables C(fincon_evidence_mailbox), C(fincon_evidence_relays) and so on of
    the first host of the play that has a mailbox, which the inventory plugin takes from the fleet file.
extends_documentation_fragment:
  - fincon.mail.evidence
options:
  hosts:
    description: The hosts that the result covers. By default all hosts of the play.
    type: list
    elements: str
  wait:
    description:
      - Seconds to wait until e-mails have shown each user of these hosts to be as declared or not.
      - With it, a user who is not proven at the end is one of RV(problems).
    type: int
    default: 0
  fail_on_silent:
    description: Whether a user who is silent is one of RV(problems).
    type: bool
    default: false
attributes:
  check_mode:
    support: full
    description: Can run in C(check_mode), reads the mailbox and returns the same, without writing the file.
  diff_mode:
    support: none
    description: Returns no diff.
  idempotent:
    support: full
    description: A run that finds no new message changes nothing, unless the files or a ledger have changed.
requirements:
  - fastjsonschema and jsonschema on the controller
  - IMAPClient on the controller, for a mailbox of the kind V(imap)
author:
  - fincon.mail contributors (@fincon-mail)
seealso:
  - module: fincon.mail.fincon_drift_report
"""

EXAMPLES = r"""
- name: Read the mailbox that the fleet file names
  fincon.mail.fincon_mail_evidence:
  run_once: true
  register: evidence

- name: Wait until the users of Soweto are proven
  fincon.mail.fincon_mail_evidence:
    hosts: [soweto]
    wait: 900
  run_once: true

- name: Read a Maildir
  fincon.mail.fincon_mail_evidence:
    mailbox:
      kind: maildir
      path: /var/mail/audit
      servers: [mail.example.co.za]
    file: /var/lib/fincon/evidence.json
  run_once: true
"""

RETURN = r"""
branches:
  description:
    - What the mailbox shows of each host, by its name. It has C(branch), the host; C(read_at), the UTC time at which
      the mailbox was read; C(mailbox), a name for people; C(users) and C(strays).
    - For each user C(user), C(verdict) (V(proven), V(differs), V(silent) or V(unknown)), C(seen_at),
      C(received_by), C(tls), C(login), C(differences) (each with C(field), C(declared) and C(seen)) and C(facts).
    - Strays are senders that no branch declares, although their mail came through a mail server of this branch. Each
      has C(sender_address), C(server), C(seen_at) and C(count).
  returned: success
  type: dict
messages:
  description: Number of messages that were read.
  returned: success
  type: int
unproven:
  description: Number of messages that prove nothing, by reason.
  returned: success
  type: dict
  sample: {it did not come by a declared mail server: 3}
file:
  description: The file that keeps the evidence.
  returned: success
  type: str
summary:
  description: The evidence in a few lines.
  returned: success
  type: list
  elements: str
  sample:
    - "3 of 4 users proven by their e-mails; 1 differs"
    - "soweto: THANDI, sender_name: is Thandi N in e-mails, declared Thandi Nkosi (2026-11-27 10:12 SAST)"
problems:
  description: The problem, for each host with users who are not as declared or with strays.
  returned: success
  type: dict
"""

from ansible_collections.fincon.mail.plugins.module_utils._module.main import run_module


def main() -> None:
    """Run the module."""
    run_module("fincon_mail_evidence")


if __name__ == "__main__":
    main()
