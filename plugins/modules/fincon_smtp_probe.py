#!/usr/bin/python
# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: fincon_smtp_probe
short_description: Verify SMTP settings at the mail server
version_added: 0.1.0
description:
  - Connects to the mail server with the same settings that Fincon gets, and reports at which stage they fail, why, and
    what to do.
  - It changes nothing in Fincon or at the mail server. Only the level V(send) sends one message.
  - A password is tried only once, so that a wrong one does not lock an account. Another mechanism is tried only if the
    server answered the first with "not implemented".
  - It takes the settings of one login, or with O(smtp_servers) and O(users) the records of a branch. Then it verifies
    each distinct login once.
options:
  level:
    description:
      - How far to go.
      - V(connect) stops after the greeting, V(tls) after the certificate, V(auth) after the login, V(envelope) after
        naming sender and recipient. V(send) sends one test message. Use it with the settings of one login. With the
        records of a branch it needs O(send_to), which then gets a message from each login.
    type: str
    choices: [connect, tls, auth, envelope, send]
    default: auth
  send_to:
    description:
      - Recipient of the envelope and of the test message. By default the sender's own address, or with
        O(arrival_timeout) that of the audit mailbox.
      - With O(smtp_servers), only O(level=send) uses it.
    type: str
  arrival_timeout:
    description:
      - Seconds to wait until the test message has arrived at the audit mailbox, so that "accepted" becomes "arrived".
        V(0) does not wait.
      - The controller waits after the probe, wherever the probe ran. This needs O(level=send).
      - The header C(X-Fincon-Mail-Probe) marks the message as a test that does not come from Fincon. So it is not
        evidence.
    type: int
    default: 0
  mailbox:
    description:
      - The audit mailbox for O(arrival_timeout), in the format of O(fincon.mail.fincon_mail_evidence#module:mailbox).
      - By default the host's variable C(fincon_evidence_mailbox), which comes from the fleet file.
    type: dict
  fail_on_error:
    description: Whether the task fails when the probe does.
    type: bool
    default: true
  report:
    description:
      - Report of C(fincon-probe), the same probe as a single file for a branch's machine. The report is a file on the
        controller.
      - With a report, nothing is probed. A login passes only if the report contains it with the same settings and
        password, up to O(level), and not older than O(report_max_age). Otherwise it fails, and its diagnosis,
        C(report_differs) or C(report_old), says why.
    type: path
  report_max_age:
    description: Maximum age of O(report) in days.
    type: int
    default: 7
  report_content:
    description: The content of the report. The controller reads it, so there is no reason to set this option.
    type: dict
extends_documentation_fragment:
  - fincon.mail.attributes.info
  - fincon.mail.attributes.actiongroup_probe
  - fincon.mail.probe_settings
  - fincon.mail.branch
  - fincon.mail.write.probe
author:
  - fincon.mail contributors (@fincon-mail)
"""

EXAMPLES = r"""
- name: Would these settings work?
  fincon.mail.fincon_smtp_probe:
    mail_server: smtp.example.co.za
    port: 587
    use_tls: true
    authenticate: true
    username: thandi@example.co.za
    password: "{{ vault_thandi_password }}"
    sender_email: thandi@example.co.za
    level: envelope

- name: Every login of the branch
  fincon.mail.fincon_smtp_probe:
    smtp_servers: "{{ fincon_smtp_servers }}"
    users: "{{ fincon_users }}"

- name: Does a message of each login arrive?
  fincon.mail.fincon_smtp_probe:
    smtp_servers: "{{ fincon_smtp_servers }}"
    users: "{{ fincon_users }}"
    level: send
    arrival_timeout: 120

- name: What the branch's own machine found
  fincon.mail.fincon_smtp_probe:
    smtp_servers: "{{ fincon_smtp_servers }}"
    users: "{{ fincon_users }}"
    report: reports/cape-town.json
"""

RETURN = r"""
verification:
  description: What the probe found, or null if the records contain nothing to verify.
  returned: always
  type: dict
  contains:
    ok:
      description: Whether every stage up to the level was passed.
      type: bool
    level:
      description: The requested level.
      type: str
    mail_server:
      description: The host that was probed.
      type: str
    port:
      description: The port that was probed.
      type: int
    failed_stage:
      description: The stage that failed, or null.
      type: str
    code:
      description: Three-digit code of the server's reply at that stage, or null.
      type: int
    enhanced_code:
      description: Enhanced status code of that reply (RFC 3463), or null.
      type: str
    server_text:
      description: Text of that reply, without secrets.
      type: str
    diagnosis:
      description: C(id), C(cause) and C(hint), or null when the probe passed.
      type: dict
    retryable:
      description: Whether the same probe may pass later.
      type: bool
    warnings:
      description:
        - Warnings in addition to the verdict, as C(id), C(cause) and C(hint).
        - A warning that comes from a reply of the server has its C(code), C(enhanced_code) and C(server_text) as well.
      type: list
      elements: dict
    stages:
      description: The stages in their order, as C(stage), C(ok) and C(ms).
      type: list
      elements: dict
    addresses:
      description: The addresses of the host that were tried.
      type: list
      elements: dict
    tls:
      description: C(version), C(cipher), C(days_left), C(san) and C(issuer), or null without TLS.
      type: dict
    capabilities:
      description: What the server offers after TLS.
      type: list
      elements: str
    probed_from:
      description: Name of the machine that probed.
      type: str
    message_id:
      description:
        - The C(Message-ID) of the test message, once the server has accepted it.
        - With O(arrival_timeout), the last of the RV(verification.stages) is V(arrival).
      type: str
    probed_at:
      description: With O(report), the time of the probe, UTC.
      type: str
    targets:
      description: With O(smtp_servers), all this for each login, with C(smtp_server) and C(users).
      type: list
      elements: dict
"""

from ansible_collections.fincon.mail.plugins.module_utils._module.main import run_module


def main() -> None:
    """Run the module."""
    run_module("fincon_smtp_probe")


if __name__ == "__main__":
    main()
