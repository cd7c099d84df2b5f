# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The TLS context of a client."""

from __future__ import annotations

import os
import ssl


def client_context(verify: bool = True, ca_path: str = "") -> ssl.SSLContext:
    """Return a context with TLS 1.2 at least.

    :param verify: verify the server's chain and name; without it any certificate is accepted and ``ca_path`` not read.
    :param ca_path: file or directory of certificates that replaces the system's authorities.
    :raises OSError: when it cannot be read or holds no certificate; :class:`ssl.SSLError` is one.
    """
    if verify:
        folder = os.path.isdir(ca_path)
        context = ssl.create_default_context(
            cafile=None if folder else ca_path or None, capath=ca_path if folder else None
        )
    else:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
