# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of several backends need."""

from __future__ import annotations

import hashlib

import pytest


@pytest.fixture
def scrypts(monkeypatch):
    """Counts the calls of scrypt, which are quick here."""
    calls, real = [], hashlib.scrypt

    def counted(text, *, n, **options):
        calls.append(text)
        return real(text, n=16, **options)

    monkeypatch.setattr(hashlib, "scrypt", counted)
    return calls
