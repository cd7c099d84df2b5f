# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a host's variables say about its branch, as they are written and as they are rendered."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from ansible.parsing.vault import VaultHelper
from ansible.template import is_trusted_as_template
from ansible_collections.fincon.mail.plugins.plugin_utils._adopt.adoption import Read
from ansible_collections.fincon.mail.plugins.plugin_utils._adopt.declared import literal
from ansible_collections.fincon.mail.plugins.plugin_utils._adopt.installations import Given
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.marked import Vaulted
from ansible_collections.fincon.mail.plugins.plugin_utils._plain import plain

#: The variables for connecting to a host that is not the controller. Passwords are not among them.
CONNECTION = (
    "ansible_connection",
    "ansible_host",
    "ansible_port",
    "ansible_user",
    "ansible_python_interpreter",
    "ansible_ssh_common_args",
    "ansible_ssh_private_key_file",
    "ansible_become",
    "ansible_become_method",
    "ansible_become_user",
)


def left_out(rendered: Mapping[str, Any], name: str) -> str:
    """Return why nothing was read at a host, or an empty text.

    :param rendered: the variables of the host.
    :param name: the name of the variable with the result of ``fincon_mail_info``.
    """
    result = rendered.get(name) or {}
    if "users" in result and "fincon_installation" in rendered:
        return ""
    return str(result.get("msg") or "nothing was read of it")


def read(host: str, name: str, written: Mapping[str, Any], rendered: Mapping[str, Any], folder: str, here: str) -> Read:
    """Return the branch of a host.

    :param name: the name of the variable with the result of ``fincon_mail_info``.
    :param written: the variables of the host, as they are written.
    :param rendered: the same, rendered.
    :param folder: the folder of the new fleet, absolute.
    :param here: the folder in which the run started.
    """
    settings = installation(written["fincon_installation"], rendered["fincon_installation"])
    is_local = rendered.get("ansible_connection") == "local"
    if "ledger" in settings and is_local:
        settings["ledger"] = Given(ledger_from(str(settings["ledger"].value), folder, here))
    groups = [str(group) for group in rendered["group_names"]]
    regions = [group.removeprefix("region_") for group in groups if group.startswith("region_")]
    tags = [group.removeprefix("tag_") for group in groups if group.startswith("tag_")]
    result = plain(written[name])
    return Read(
        str(rendered.get("fincon_branch") or host),
        str(rendered.get("fincon_region") or next(iter(regions), "")),
        plain(rendered.get("fincon_tags") or tags),
        settings,
        result["smtp_servers"],
        result["users"],
        # On the controller no variable is needed: this is the default of the fleet plugin.
        {} if is_local else connection_vars(written),
    )


def installation(written: Any, rendered: Mapping[str, Any]) -> dict[str, Given]:
    """Return the settings of an installation that have a value.

    :param written: the variable as it is written; it may be one template for the whole installation.
    :param rendered: the same, rendered.
    """
    texts = written if isinstance(written, Mapping) else {}
    return {
        str(name): Given(
            plain(value),
            _written(texts[name]) if name in texts else None,
            VaultHelper.get_ciphertext(value, with_tags=False),
        )
        for name, value in rendered.items()
        if value is not None
    }


def connection_vars(written: Mapping[str, Any]) -> dict[str, Any]:
    """Return the variables that the host of a new fleet needs for the same connection.

    :param written: the variables of the host, as they are written.
    """
    # Without a connection the fleet plugin would make the host a local one.
    reached = {"ansible_connection": "ssh", **{name: written[name] for name in CONNECTION if name in written}}
    return {name: _written(value) for name, value in reached.items()}


def ledger_from(ledger: str, folder: str, here: str) -> str:
    """Return the path of a ledger, relative to a fleet file's folder.

    :param ledger: the path in the run, which started at ``here``.
    :param folder: the folder of the fleet file, absolute.
    :return: a relative path where the ledger is near the fleet, so that both can move together.
    """
    if ledger.startswith(("~", "$")):
        return ledger
    path = os.path.normpath(os.path.join(here, ledger))
    near = any(os.path.commonpath([path, place]) == place for place in (folder, here))
    return os.path.relpath(path, folder) if near else path


def _written(value: Any) -> Any:
    """Return a value for a file: templates and vault texts unchanged, any other value so that it is never rendered."""
    ciphertext = VaultHelper.get_ciphertext(value, with_tags=False)
    if ciphertext is not None:
        return Vaulted(ciphertext)
    if isinstance(value, Mapping):
        return {str(name): _written(item) for name, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_written(item) for item in value]
    return plain(value) if is_trusted_as_template(value) else literal(plain(value))
