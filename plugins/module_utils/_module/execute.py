# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The way from validated parameters to an outcome, shared by every caller."""

from __future__ import annotations

from ansible_collections.fincon.mail.plugins.module_utils._backends.attended.backend import AttendedBackend
from ansible_collections.fincon.mail.plugins.module_utils._backends.base import Backend
from ansible_collections.fincon.mail.plugins.module_utils._backends.command.backend import CommandBackend
from ansible_collections.fincon.mail.plugins.module_utils._backends.rest.backend import RestBackend
from ansible_collections.fincon.mail.plugins.module_utils._core import installation as installing
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import (
    FinconError,
    InvalidRecordsError,
    UnreachableError,
)
from ansible_collections.fincon.mail.plugins.module_utils._module.specs import SPECS, Params
from ansible_collections.fincon.mail.plugins.module_utils._module.workflow import Outcome

_BACKENDS = {"attended": AttendedBackend, "command": CommandBackend, "rest": RestBackend}


def open_backend(installation: Params) -> Backend:
    """Return the backend of an installation.

    :raises FinconError: when its settings are incomplete or cannot be used.
    """
    found = installing.problems(installation)
    if found:
        raise FinconError("; ".join(found))
    return _BACKENDS[installation["backend"]](installation)


def execute(name: str, params: Params, check_mode: bool) -> Outcome:
    """Do the work of a module.

    :param name: the module, a key of ``SPECS``.
    :param params: its parameters, validated and with defaults.
    :return: the outcome; an error that nobody can mend here is its ``failure``. Does not raise for one.
    """
    outcome = _outcome(name, params, check_mode)
    outcome.result.update(SPECS[name].told(params))
    return outcome


def _outcome(name: str, params: Params, check_mode: bool) -> Outcome:
    try:
        with open_backend(params["installation"]) as backend:
            return SPECS[name].run(backend, params, check_mode)
    except InvalidRecordsError as exc:
        findings = [finding.as_dict() for finding in exc.findings]
        return Outcome({"changed": False, "findings": findings}, failure=str(exc))
    except UnreachableError as exc:
        return Outcome({"changed": False, "installation_reached": False}, failure=str(exc))
    except FinconError as exc:
        return Outcome({"changed": False}, failure=str(exc))
