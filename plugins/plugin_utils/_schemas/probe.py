# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The JSON Schema (draft-07) of the reports of ``fincon-probe``."""

from __future__ import annotations

from ansible_collections.fincon.mail.plugins.module_utils._core.checks import END
from ansible_collections.fincon.mail.plugins.module_utils._core.records import SMTP_SERVER
from ansible_collections.fincon.mail.plugins.module_utils._module.probe_report import COST, FORMAT, SETTINGS, VERSION
from ansible_collections.fincon.mail.plugins.module_utils._smtp.settings import LEVELS, TLS_MODES
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.command import SETTING_WORDS, verification_schema
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.fields import value_schema
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.shapes import (
    FLAG,
    TEXT,
    Schema,
    document,
    items,
    mapping,
    or_null,
)

_LEVEL: Schema = {"enum": list(LEVELS)}
_NAME: Schema = {"type": "string", "minLength": 1, "maxLength": 255}
_TIME: Schema = {
    "type": "string",
    "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z" + END,
    "description": "When it was written, UTC.",
}
_FINGERPRINT: Schema = {
    "type": "string",
    "pattern": rf"^scrypt\${COST[0]}\${COST[1]}\${COST[2]}\$[A-Za-z0-9+/]{{22}}==\$[A-Za-z0-9+/]{{43}}=" + END,
    "description": "Salted hash of the password (scrypt, RFC 7914): it shows whether another one is the same.",
}


def probe_report_schema() -> Schema:
    """Return the schema of a report."""
    properties: Schema = {
        "format": {"const": FORMAT, "description": "What the file is."},
        "version": {
            "const": VERSION,
            "description": "Version of this format. A reader refuses one that it does not know.",
        },
        "release": {**TEXT, "description": "Version of the collection that the program is from."},
        "created": _TIME,
        "host": {**_NAME, "description": "Name of the machine that probed."},
        "level": {**_LEVEL, "description": "The level that was asked for."},
        "ok": {**FLAG, "description": "Whether all logins passed."},
        "logins": items(_login(), description="The logins, each tried once."),
    }
    title = f"Report of {FORMAT}, version {VERSION}"
    return document(title, "What the probe found on another machine. It holds no password.", mapping(properties))


def _login() -> Schema:
    properties: Schema = {
        "smtp_server": {**TEXT, "description": "Name of the definition; of a login by itself its mail server."},
        "users": items(TEXT, description="The users whom it concerns."),
        "level": {**_LEVEL, "description": "How far this login was tried."},
        "settings": {
            **mapping({name: {**_setting(name), "description": SETTING_WORDS[name]} for name in SETTINGS}),
            "description": "What was tried, without the password.",
        },
        "password_fingerprint": {
            **or_null(_FINGERPRINT),
            "description": "Salted hash of the password; null where there was none.",
        },
        "verification": {
            **verification_schema({}),
            "description": "What was found, as the module fincon_smtp_probe returns it.",
        },
    }
    return mapping(properties)


def _setting(name: str) -> Schema:
    kinds: Schema = {
        "port": value_schema(SMTP_SERVER.field("port"), may_be_empty=False),
        "use_tls": FLAG,
        "authenticate": FLAG,
        "validate_certs": FLAG,
        "timeout": {"type": "number"},
        "tls_mode": {"enum": list(TLS_MODES)},
    }
    return kinds.get(name, TEXT)
