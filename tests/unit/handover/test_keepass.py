# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The KeePass file: what is in it, how it is encrypted, and which passphrases it takes."""

from __future__ import annotations

import builtins
import io

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.plugin_utils._handover import keepass

from .handed import ORDER, PASSPHRASE, RELAY_PASSWORD, items

pykeepass = pytest.importorskip("pykeepass", reason="not installed: pykeepass (requirements/core-2.21.txt)")


@pytest.fixture(scope="module")
def content() -> bytes:
    """The file of everything."""
    return keepass.made(items(), PASSPHRASE, ORDER)


@pytest.fixture(scope="module")
def database(content: bytes):
    """The same, opened."""
    return pykeepass.PyKeePass(io.BytesIO(content), PASSPHRASE)


def test_it_has_an_entry_for_each_open_item_in_the_order_of_the_work_order(database):
    assert [entry.title for entry in database.entries] == [one.title for one in items()]


def test_an_entry_has_the_login_the_protected_password_and_each_other_field(database):
    entry = database.entries[0]
    assert (entry.username, entry.password) == ("relay@example.co.za", RELAY_PASSWORD)
    assert entry.is_custom_property_protected("01 Mail Server") is False
    assert entry._element.xpath("String[Key='Password']/Value")[0].attrib["Protected"] == "True"
    assert entry.custom_properties == {
        "01 Mail Server": "smtp.example.co.za", "02 Authenticate": "Y", "05 Port": "587", "06 Use TLS": "N",
    }  # fmt: skip


def test_an_entry_without_a_sequence_has_auto_type_off_and_says_why(database):
    for entry in database.entries:
        assert entry.autotype_enabled is bool(entry.autotype_sequence)
        assert entry.autotype_enabled or "Auto-type is off for this item: " in entry.notes
    assert database.entries[4].autotype_enabled is False


def test_tick_boxes_are_named_as_work_for_the_hand(database):
    assert "02 Authenticate: ticked, by hand" in database.entries[0].notes
    assert "Set by hand: Authenticate, Use TLS." in database.entries[0].notes


def test_it_is_kdbx_4_with_the_second_recommended_argon2id_of_rfc_9106(database):
    assert database.version[0] == 4
    assert (database.encryption_algorithm, database.kdf_algorithm) == ("aes256", "argon2id")
    parameters = database.kdbx.header.value.dynamic_header.kdf_parameters.data.dict
    assert [parameters[name].value for name in "IMP"] == [3, 64 * 1024 * 1024, 4]


def test_two_files_share_no_key_and_nothing_is_in_clear(content):
    other = keepass.made(items(), PASSPHRASE, ORDER)
    seeds = [
        pykeepass.PyKeePass(io.BytesIO(one), PASSPHRASE).kdbx.header.value.dynamic_header.master_seed.data
        for one in (content, other)
    ]
    assert seeds[0] != seeds[1]
    assert b"c4n" not in content + other


def test_a_file_is_recognised_by_what_it_holds(content):
    assert keepass.holds(content, items(), PASSPHRASE, ORDER)
    assert not keepass.holds(content, items(), PASSPHRASE)
    assert not keepass.holds(content, items()[1:], PASSPHRASE, ORDER)
    assert not keepass.holds(content, items(users=[]), PASSPHRASE, ORDER)
    assert not keepass.holds(content, items(), PASSPHRASE + "x", ORDER)
    assert not keepass.holds(b"", items(), PASSPHRASE, ORDER)
    assert not keepass.holds(content[:-40], items(), PASSPHRASE, ORDER)


@pytest.mark.parametrize("name", ['a "quoted" name', "<b>&amp;", "東京", "it's"])
def test_a_name_of_people_is_kept_as_it_is(name):
    from ansible_collections.fincon.mail.tests.unit.work_order.orders import field, item, order_of

    order = order_of(item(1, "smtp_server", name, "update", field("password", "set", "set"), field("bcc", "", name)))
    made = items(order, smtp_servers=[{"name": name, "password": "c4n-x"}])
    content = keepass.made(made, PASSPHRASE)
    entry = pykeepass.PyKeePass(io.BytesIO(content), PASSPHRASE).entries[0]
    assert (entry.title, entry.custom_properties["02 BCC"]) == (f"SOWETO-3 / 1 {name}", name)
    assert keepass.holds(content, made, PASSPHRASE)


def test_a_missing_or_an_old_library_is_named(monkeypatch):
    monkeypatch.setattr(pykeepass, "__version__", "4.1.1")
    with pytest.raises(FinconError, match=r"needs pykeepass 4\.2 or newer; this is 4\.1\.1"):
        keepass.require_library()
    real = builtins.__import__

    def missing(name, *arguments, **named):
        if name == "pykeepass":
            raise ImportError(name)
        return real(name, *arguments, **named)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(FinconError, match=r"library pykeepass 4\.2 or newer on the controller.*pip install pykeepass"):
        keepass.require_library()
