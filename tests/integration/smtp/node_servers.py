# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mail servers that are written for Node.js. tests/setup/more-mail-servers.sh provides them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from .real_servers import PASSWORD, USER, RealServer
from .unpacked_servers import SERVERS

LIBRARIES = SERVERS / "node" / "node_modules"
SMTP_SERVER = Path(__file__).with_name("smtp_server.js")


class NodeServer(RealServer):
    """A server that Node.js runs."""

    package = ""

    @classmethod
    def missing(cls) -> str:
        if not shutil.which("node"):
            return f"{cls.__name__} needs Node.js"
        found = (LIBRARIES / cls.package).is_dir()
        return "" if found else f"{cls.__name__} is not there (tests/setup/more-mail-servers.sh)"


class Haraka(NodeServer):
    """Haraka, which offers a login in clear text to this machine."""

    package = "Haraka"
    refusal_mark = ""

    def prepare(self) -> None:
        config = self.directory / "config"
        config.mkdir()
        shutil.copy(LIBRARIES / "Haraka" / "config" / "connection.ini", config)
        texts = {
            "me": "mail.example.test\n",
            "loglevel": "LOGNOTICE\n",
            "plugins": "tls\nauth/flat_file\n",
            "smtp.ini": f"listen=127.0.0.1:{self.starttls_port},127.0.0.1:{self.implicit_port}\n"
            f"smtps_port={self.implicit_port}\nnodes=0\n",
            "tls.ini": f"key={self.key}\ncert={self.certificate}\n",
            "auth_flat_file.ini": f"[core]\nmethods=PLAIN,LOGIN\nconstrain_sender=true\n[users]\n{USER}={PASSWORD}\n",
        }
        for name, text in texts.items():
            (config / name).write_text(text)

    def command(self) -> list[str]:
        return ["node", str(LIBRARIES / "Haraka" / "bin" / "haraka"), "-c", str(self.directory)]


class SmtpServer(NodeServer):
    """smtp-server, the library of Nodemailer's makers."""

    package = "smtp-server"

    def prepare(self) -> None:
        """Its settings are an argument."""

    def command(self) -> list[str]:
        settings = {
            "library": str(LIBRARIES / self.package),
            "starttls": self.starttls_port,
            "implicit": self.implicit_port,
            "key": str(self.key),
            "certificate": str(self.certificate),
            "user": USER,
            "password": PASSWORD,
        }
        return ["node", str(SMTP_SERVER), json.dumps(settings)]
