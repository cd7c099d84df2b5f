# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The work of ``fincon_mail_info``."""

from __future__ import annotations

from ansible_collections.fincon.mail.plugins.module_utils._backends.base import Backend
from ansible_collections.fincon.mail.plugins.module_utils._core.outcomes import UNCHANGED
from ansible_collections.fincon.mail.plugins.module_utils._core.records import SECTIONS
from ansible_collections.fincon.mail.plugins.module_utils._module.result import ModuleResult


def read(backend: Backend) -> ModuleResult:
    """Return what an installation holds."""
    with backend.open() as session:
        records = {name: session.installed.records(section.resource) for name, section in SECTIONS.items()}
        described = session.description.as_dict()
        further = {**session.prepare(()).result, **session.further_facts()}
        values = {"changed": False, **records, "backend": described, **further}
        warnings = list(session.description.warnings)
    return ModuleResult(values, UNCHANGED, warnings)
