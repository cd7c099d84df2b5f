# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``Received`` lines as servers write them, in the form of the source, with names and addresses for documentation."""

from __future__ import annotations

from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.headers import Header, header_of

#: https://github.com/zbateson/mail-mime-parser/issues/105: Postfix with smtpd_tls_received_header and
#: smtpd_sasl_authenticated_header.
POSTFIX_LOGIN = """\
from till.example.co.za (till.example.co.za [192.0.2.10])
\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)
\t key-exchange X25519 server-signature RSA-PSS (2048 bits) server-digest SHA256)
\t(No client certificate requested)
\t(Authenticated sender: thandi@example.co.za)
\tby relay.example.co.za (Postfix) with ESMTPSA id 1F2D84BE6E0E
\tfor <audit@example.co.za>; Fri, 27 Nov 2026 10:12:06 +0200 (SAST)"""

#: https://github.com/Mailu/Mailu/issues/2004: Postfix as it comes.
POSTFIX_PLAIN = """\
from www9.example.com (www9.example.com [192.0.2.4])
\tby mail2.example.com (Postfix) with ESMTP id EEF9ABDD8F
\tfor <kai@example.com>; Wed,  6 Oct 2021 14:37:31 +0000 (UTC)"""

#: https://github.com/rspamd/rspamd/issues/443: Postfix, a client over IPv6 whose name does not resolve.
POSTFIX_IPV6 = """\
from [IPv6:2001:db8::7] (unknown [IPv6:2001:db8::7])
\tby mail.example.com (Postfix) with ESMTPSA id 0792CF11; Fri, 27 Nov 2026 08:00:00 +0000"""

#: Postfix, pickup(8): what a program on the server itself sends.
POSTFIX_LOCAL = "by mail.example.com (Postfix, from userid 33)\n\tid 9B8C7; Fri, 27 Nov 2026 08:00:00 +0000 (UTC)"

#: https://github.com/Mailu/Mailu/issues/2004: Exim, a client whose address has no verified name.
EXIM_CLIENT = """\
from [198.51.100.1] (helo=smtpclient.apple)
\tby smtprelay08.example.com with esmtpsa  (TLS1.2) tls TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384
\t(Exim 4.94.2)
\t(envelope-from <kai@example.com>)
\tid 1mY7WH-000350-LT
\tfor kai@example.com; Wed, 06 Oct 2021 16:03:41 +0200"""

#: Exim specification, $sender_rcvhost: a verified name, then the address, the port and HELO.
EXIM_NAMED = """\
from till.example.co.za ([192.0.2.10]:51234 helo=TILL-PC)
\tby relay.example.co.za with esmtp (Exim 4.98)
\t(envelope-from <thandi@example.co.za>)
\tid 1tFvQx-00000000Abc-1XyZ; Fri, 27 Nov 2026 10:12:06 +0200"""

#: As in headers of public mailing lists (Sendmail 8.15, 2020), and in cf/README at confRECEIVED_HEADER.
SENDMAIL = """\
from till (till.example.co.za [192.0.2.10])
\t(authenticated bits=0)
\tby relay.example.co.za (8.18.1/8.18.1/Debian-6) with ESMTPSA id 4AR8C6aB012345
\t(version=TLSv1.3 cipher=TLS_AES_256_GCM_SHA384 bits=256 verify=NOT)
\tfor <audit@example.co.za>; Fri, 27 Nov 2026 10:12:06 +0200"""

#: As in headers of public mailing lists (Sendmail 8.14, 2023): the word for the protocol says neither.
SENDMAIL_OLD = """\
from till.example.co.za (till.example.co.za [192.0.2.10])
\t(authenticated bits=0)
\tby relay.example.co.za (8.14.7/8.12.4) with ESMTP id 30V6FlR3024373
\t(version=TLSv1/SSLv3 cipher=DHE-RSA-AES256-GCM-SHA384 bits=256 verify=NOT);
\tTue, 31 Jan 2023 01:15:49 -0500"""

#: The same, from a host whose name does not lead back to its address.
SENDMAIL_FORGED = SENDMAIL.replace("[192.0.2.10])", "[192.0.2.10] (may be forged))")

#: https://github.com/haraka/Haraka/pull/241
HARAKA_OLD = """\
from till.example.co.za ([192.0.2.30] [192.0.2.10])
\tby relay.example.co.za (Haraka/1.3.3) with ESMTPSA id E5D4345F-0627-48D5-ABB8-367D3A753E15.1
\tenvelope-from <thandi@example.co.za> (authenticated bits=0)
\t(version=TLSv1/SSLv3 cipher=AES128-SHA verify=FAIL);
\tTue, 28 Aug 2012 15:26:19 +0000"""

#: Haraka 3, received_line in connection.js.
HARAKA = """\
from TILL-PC (relay.example.co.za [192.0.2.10])
\tby relay.example.co.za (Haraka/3.0.5) with ESMTPSA id 8C1E2A3B-0001.1
\tenvelope-from <thandi@example.co.za>
\ttls TLS_AES_256_GCM_SHA384 (authenticated bits=0);
\tFri, 27 Nov 2026 08:12:06 +0000"""

#: Exchange Online, as in headers of public mailing lists (2020 to 2025): a client at the front, the way inside, the
#: front of that way, and the delivery.
EXCHANGE_CLIENT = """\
from TILL-PC (198.51.100.7) by
 JNAP275CA0041.ZAFP275.PROD.OUTLOOK.COM (2603:1086:0:4d::17) with Microsoft SMTP
 Server (version=TLS1_2, cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384) id
 15.20.8182.20 via Frontend Transport; Fri, 27 Nov 2026 08:12:06 +0000"""
EXCHANGE_INSIDE = """\
from JN2P275MB0001.ZAFP275.PROD.OUTLOOK.COM (2603:1086:0:1::5) by
 CP5P275MB0002.ZAFP275.PROD.OUTLOOK.COM (2603:1086:100:2::6) with Microsoft SMTP
 Server (version=TLS1_2, cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384) id
 15.20.8182.20; Fri, 27 Nov 2026 08:12:07 +0000"""
EXCHANGE_FRONT = """\
from DB1PEPF000509E8.eurprd03.prod.outlook.com
 (2603:10a6:10:1d8:cafe::b3) by DB9PR01CA0001.outlook.office365.com
 (2603:10a6:10:1d8::6) with Microsoft SMTP Server (version=TLS1_3,
 cipher=TLS_AES_256_GCM_SHA384) id 15.20.8632.26 via Frontend Transport; Fri,
 11 Apr 2025 11:08:19 +0000"""
EXCHANGE_DELIVERY = """\
from CP5P275MB0002.ZAFP275.PROD.OUTLOOK.COM (2603:1086:100:2::6) by
 CP5P275MB0003.ZAFP275.PROD.OUTLOOK.COM with HTTPS; Fri, 27 Nov 2026 08:12:08 +0000"""

#: As in headers of public mailing lists (Exim, 2025): an administrator has left out the version, and Exim writes the
#: envelope's sender nowhere; SMTPUTF8.
EXIM_UTF8 = """\
from till.example.co.za ([192.0.2.10] helo=localhost)
\tby relay.example.co.za with utf8esmtpsa
\t(Cipher TLS1.3:ECDHE_X25519__RSA_PSS_RSAE_SHA256__AES_256_GCM:256) (Exim)
\tid 1tgOVY-005pd9-N9; Fri, 27 Nov 2026 10:12:06 +0200"""

#: As in headers of public mailing lists (2013): Postfix before version 2.3, whose word for the protocol says neither.
POSTFIX_OLD = """\
from TILL (till.example.co.za [192.0.2.10])
\t(using TLSv1 with cipher DHE-RSA-AES256-SHA (256/256 bits))
\t(No client certificate requested) (Authenticated sender: thandi)
\tby relay.example.co.za (Postfix) with ESMTP id F17F86900A7
\tfor <audit@example.co.za>; Fri, 27 Nov 2026 10:12:06 +0200 (SAST)"""

#: As in headers of public mailing lists (2021 to 2025): Dovecot's LMTP over a socket, without an address.
DOVECOT = """\
from imap.example.co.za
\tby imap.example.co.za with LMTP
\tid qPWCAxHkWmDJ6gUAxXbOEA
\t(envelope-from <thandi@example.co.za>)
\tfor <audit@example.co.za>; Fri, 27 Nov 2026 08:12:09 +0000"""

#: The same, for a message with several recipients.
DOVECOT_SEVERAL = DOVECOT.replace("\n\tfor <audit@example.co.za>", "")

#: Likewise, over TCP with TLS.
DOVECOT_TCP = """\
from mx.example.co.za ([192.0.2.40])
\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits))
\tby imap.example.co.za with LMTPS
\tid KFxXJIym/GAfZQAAMHmgww
\t(envelope-from <thandi@example.co.za>)
\tfor <audit@example.co.za>; Fri, 27 Nov 2026 08:12:09 +0000"""

#: The mailbox's own server, which has taken a message from the relay, and one which has taken it from anybody.
OWN_FROM_RELAY = """\
from relay.example.co.za (relay.example.co.za [192.0.2.25])
\tby mx.example.co.za (Postfix) with ESMTPS id 7ZEOF1BN
\tfor <audit@example.co.za>; Fri, 27 Nov 2026 08:12:08 +0000 (UTC)"""
OWN_FROM_STRANGER = OWN_FROM_RELAY.replace("(relay.example.co.za [192.0.2.25])", "(mail.stranger.test [203.0.113.9])")


def message(*received: str, sender: str = "Thandi Nkosi <thandi@example.co.za>", more: str = "") -> bytes:
    """A message with these Received lines, the topmost first.

    :param more: further fields, above all others.
    """
    lines = "".join(f"Received: {line}\n" for line in received)
    return f"{more}{lines}From: {sender}\nTo: client@example.org\nSubject: Invoice\n\nbody\n".encode()


def header(*received: str, **more: str) -> Header:
    """The header of such a message."""
    return header_of(message(*received, **more))


def one_line(text: str) -> str:
    """A field on one line."""
    return " ".join(text.split())
