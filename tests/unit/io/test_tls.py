# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The TLS contexts of a client."""

from __future__ import annotations

import ssl

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._io.tls import client_context


@pytest.mark.parametrize("verify", [True, False])
def test_no_context_speaks_an_outdated_version(verify):
    assert client_context(verify).minimum_version == ssl.TLSVersion.TLSv1_2


def test_one_context_verifies_chain_and_name_and_the_other_neither():
    strict, lenient = client_context(), client_context(verify=False)
    assert (strict.verify_mode, strict.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert (lenient.verify_mode, lenient.check_hostname) == (ssl.CERT_NONE, False)


def test_a_file_without_a_certificate_and_a_missing_one_are_refused(tmp_path):
    empty = tmp_path / "ca.pem"
    empty.write_text("no certificate\n")
    for path in (empty, tmp_path / "missing.pem"):
        with pytest.raises(OSError):
            client_context(ca_path=str(path))
        assert client_context(verify=False, ca_path=str(path)), "it is not read where nothing is verified"
