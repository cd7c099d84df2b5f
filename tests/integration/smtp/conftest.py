# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of real mail servers share; each file has the servers of its own, as `server`."""

from __future__ import annotations

from pathlib import Path

import pytest
import trustme
from ansible_collections.fincon.mail.plugins.module_utils._smtp.settings import ProbeSettings

from .real_servers import PASSWORD, USER, RealServer


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("certificates")
    directory.chmod(0o755)
    authority = trustme.CA(organization_name="Example Authority")
    authority.cert_pem.write_to_path(directory / "ca.pem")
    issued = authority.issue_cert("localhost")
    issued.cert_chain_pems[0].write_to_path(directory / "server.pem")
    issued.private_key_pem.write_to_path(directory / "key.pem")
    return directory


@pytest.fixture
def right(server: RealServer, certificates: Path) -> ProbeSettings:
    """Settings that are right."""
    return ProbeSettings(
        mail_server="localhost",
        port=server.starttls_port,
        use_tls=True,
        authenticate=True,
        username=USER,
        password=PASSWORD,
        sender_email=USER,
        ca_path=str(certificates / "ca.pem"),
        ehlo_name="client.example.test",
        deadline=20.0,
    )
