# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A module's work in the controller's worker, with the same arguments and the same result as a module process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.errors import UnsupportedError
from ansible_collections.fincon.mail.plugins.module_utils._module.modules import MODULES
from ansible_collections.fincon.mail.plugins.plugin_utils._plain import plain


def run_in_worker(
    name: str, arguments: Mapping[str, Any], check_mode: bool, called: str
) -> tuple[dict[str, Any], list[str]]:
    """Validate the arguments of a module and do its work.

    :param name: the module, a key of ``MODULES``.
    :param arguments: as the task gives them.
    :param called: the name under which the task calls it, for messages.
    :return: the result, and warnings for the user.
    """
    module = MODULES[name]
    validated = ArgumentSpecValidator(module.argument_spec, **module.constraints).validate(plain(arguments))
    if validated.error_messages:
        message = validated.errors.msg
        if isinstance(validated.errors[0], UnsupportedError):
            message = f"Unsupported parameters for ({called}) module: {message}"
        return {"failed": True, "msg": message}, []
    params = validated.validated_parameters
    made = module.run(params, check_mode)
    return made.as_dict(), made.warnings
