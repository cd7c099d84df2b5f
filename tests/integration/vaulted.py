# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Vault values in the files that tests write."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import yaml


class Vault(str):
    """A text that stands in a file as `!vault`."""

    __slots__ = ()


yaml.SafeDumper.add_representer(Vault, lambda dumper, text: dumper.represent_scalar("!vault", str(text), style="|"))


def encrypted(key: Path, value: str) -> Vault:
    """Encrypt a value with the key in a file, as `ansible-vault encrypt_string` does."""
    program = str(Path(sys.executable).parent / "ansible-vault")
    command = [program, "encrypt_string", "--vault-password-file", str(key), value]
    text = subprocess.run(command, capture_output=True, text=True, check=True, cwd=key.parent).stdout
    return Vault("\n".join(line.strip() for line in text.splitlines()[1:]))
