# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The one list of backends: a setting of each installation chooses one by its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._backends.attended.backend import AttendedBackend
from ansible_collections.fincon.mail.plugins.module_utils._backends.base import Backend
from ansible_collections.fincon.mail.plugins.module_utils._backends.command.backend import CommandBackend
from ansible_collections.fincon.mail.plugins.module_utils._backends.rest.backend import RestBackend
from ansible_collections.fincon.mail.plugins.module_utils._core import installation as installing
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError

#: Each backend, made from the complete settings of an installation. Their names are those of ``installation.BACKENDS``.
BACKENDS: dict[str, Callable[[Mapping[str, Any]], Backend]] = {
    "attended": AttendedBackend,
    "command": CommandBackend,
    "rest": RestBackend,
}


def backend_of(installation: Mapping[str, Any], run: str = "") -> Backend:
    """Return the backend of an installation.

    :param installation: its settings, validated and with defaults.
    :param run: name of the play that calls, if there is one.
    :raises FinconError: when they are incomplete or cannot be used.
    """
    found = installing.findings(installation)
    if found:
        raise FinconError("; ".join(f"{finding.path} {finding.message}" for finding in found))
    backend = BACKENDS[installation["backend"]](installation)
    backend.run = run
    return backend
