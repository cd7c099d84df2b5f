# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Errors that are shown to a user as one sentence."""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.fincon.mail.plugins.module_utils._core.findings import Finding


class FinconError(Exception):
    """What happened, where, and what to do, in a text without secrets."""


class UnreachableError(FinconError):
    """The installation could not be reached; nothing is known about its records."""


class UncertainError(FinconError):
    """A change may have been made or not: its answer was lost, or does not show that it was made."""


class InvalidRecordsError(FinconError):
    """The declared records have errors.

    :param findings: all of them.
    """

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("; ".join(str(finding) for finding in self.findings))
