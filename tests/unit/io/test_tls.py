# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The TLS contexts of a client, and deadlines."""

from __future__ import annotations

import ssl

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._io.deadlines import Deadline
from ansible_collections.fincon.mail.plugins.module_utils._io.tls import unverifying_context, verifying_context


@pytest.mark.parametrize("context", [verifying_context(), unverifying_context()], ids=["verifying", "unverifying"])
def test_no_context_speaks_an_outdated_version(context):
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2


def test_one_context_verifies_chain_and_name_and_the_other_neither():
    strict, lenient = verifying_context(), unverifying_context()
    assert (strict.verify_mode, strict.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert (lenient.verify_mode, lenient.check_hostname) == (ssl.CERT_NONE, False)


def test_a_file_without_a_certificate_and_a_missing_one_are_refused(tmp_path):
    empty = tmp_path / "ca.pem"
    empty.write_text("no certificate\n")
    for path in (empty, tmp_path / "missing.pem"):
        with pytest.raises(OSError):
            verifying_context(str(path))


def test_a_deadline_that_has_passed_leaves_no_time():
    over, later = Deadline.after(0), Deadline.after(60)
    assert over.passed
    with pytest.raises(TimeoutError):
        over.left()
    assert not later.passed
    assert 0 < later.within(1).left() <= 1 < later.left() <= 60
