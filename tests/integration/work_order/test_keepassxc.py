# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The KeePass file of a work order, as the real KeePassXC reads it."""

from __future__ import annotations

import os
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from ansible_collections.fincon.mail.plugins.plugin_utils._handover import keepass
from ansible_collections.fincon.mail.plugins.plugin_utils._handover.autotype import STANDARD, typing
from ansible_collections.fincon.mail.tests.unit.handover.handed import ORDER, PASSPHRASE, items

pytest.importorskip("pykeepass", reason="not installed: pykeepass (requirements/core-2.21.txt)")
if shutil.which("keepassxc-cli") is None:
    pytest.skip("not installed: keepassxc (sh tests/setup/keepass.sh)", allow_module_level=True)


class KeePassXC:
    """KeePassXC's own program, on one file."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.file = folder, folder / "soweto.kdbx"
        self.file.write_bytes(keepass.made(items(), PASSPHRASE, ORDER))

    def run(self, verb: str, *arguments: str, passphrase: str = PASSPHRASE) -> subprocess.CompletedProcess[str]:
        """Run a command. The passphrase goes through standard input."""
        *options, entry = arguments or [""]
        command = ["keepassxc-cli", verb, "--quiet", *options, str(self.file), entry]
        own = {"HOME": str(self.folder), "QT_QPA_PLATFORM": "offscreen", "LC_ALL": "C.UTF-8"}
        return subprocess.run(
            [word for word in command if word], input=f"{passphrase}\n", env={**os.environ, **own},
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip

    def entries(self) -> list[ET.Element]:
        """The entries as it exports them."""
        done = self.run("export")
        assert done.returncode == 0, done.stderr
        return ET.fromstring(done.stdout).findall("Root/Group/Entry")


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> KeePassXC:
    """KeePassXC with the file of everything."""
    return KeePassXC(tmp_path_factory.mktemp("keepassxc"))


def strings(entry: ET.Element) -> dict[str, str]:
    return {one.findtext("Key", ""): one.findtext("Value", "") for one in entry.findall("String")}


def test_it_opens_with_the_passphrase_alone_and_names_argon2id(program: KeePassXC) -> None:
    assert "KDF: Argon2id (3 rounds, 65536 KB)" in program.run("db-info").stdout
    wrong = program.run("db-info", passphrase=f"{PASSPHRASE}x")
    assert (wrong.returncode, wrong.stdout) == (1, "")


def test_it_reads_every_entry_back_with_its_attributes_and_its_sequence(program: KeePassXC) -> None:
    expected = items()
    found = program.entries()
    assert [strings(entry)["Title"] for entry in found] == [one.title for one in expected]
    for one, entry in zip(expected, found, strict=True):
        values = strings(entry)
        assert (values["UserName"], values["Password"]) == (one.login, one.password)
        typed = {name: text for name, text in values.items() if name[:2].isdecimal()}
        assert sorted(typed.values()) == sorted(value.text for value in one.values if value.field.name not in STANDARD)
        assert entry.findtext("AutoType/DefaultSequence", "") == typing(one, ORDER).sequence
        assert entry.findtext("AutoType/Enabled") == str(bool(typing(one, ORDER).sequence))
        assert entry.findall("AutoType/Association") == []


def test_only_passwords_are_protected(program: KeePassXC) -> None:
    kept = {
        one.findtext("Key")
        for entry in program.entries()
        for one in entry.findall("String")
        if one.find("Value").get("ProtectInMemory") == "True"
    }
    assert kept == {"Password"}


def test_it_shows_an_attribute_by_the_name_that_the_sequence_uses(program: KeePassXC) -> None:
    first = items()[0]
    assert "{S:01 Mail Server}" in typing(first).sequence
    shown = program.run("show", "--show-protected", "--attributes", "01 Mail Server", first.title)
    assert (shown.returncode, shown.stdout.strip()) == (0, "smtp.example.co.za"), shown.stderr
