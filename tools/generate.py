# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Generate the files that follow from the tables of the collection; with --check, report which are stale."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml
from collection import COLLECTIONS, ROOT

sys.path.insert(0, str(COLLECTIONS))

import generate_pages
import generate_provider_docs
import generate_readme
import generate_smtp_docs
import generate_survey
from ansible_collections.fincon.mail.plugins.module_utils._core.evidence import (
    MAILBOX,
    RELAY,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.installation import (
    BACKENDS,
    SETTINGS,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.records import (
    MAIL_USER,
    SMTP_SERVER,
    SMTP_SERVERS,
    USERS,
    Field,
    Section,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.statements import (
    RENAMED_FROM,
    STATEMENTS,
)
from ansible_collections.fincon.mail.plugins.module_utils._module.argspec import (
    READ_OPTIONS,
    evidence_spec,
    probe_module_spec,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._report.document import (
    document_schema,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.command import (
    answer_schema,
    request_schema,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.fleet import (
    FILES,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.ledger import (
    ledger_schema,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.probe import (
    probe_report_schema,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.reply import (
    reply_schema,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.shapes import (
    file_text,
)

SCHEMAS = {
    **FILES,
    "command-answer": answer_schema,
    "command-request": request_schema,
    "drift-report": document_schema,
    "ledger": ledger_schema,
    "probe-report": probe_report_schema,
    "reply": reply_schema,
}
TYPES = {"flag": "bool", "integer": "int"}

LICENCE = """\
# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Written by tools/generate.py from the records table. Do not edit.
"""


def option(field: Field, required: bool = False) -> dict[str, Any]:
    """Return the documentation of one field as a module option."""
    described = [field.description]
    if field.label:
        described.append(f"Fincon's label is C({field.label}).")
    if field.minimum is not None:
        unit = f" {field.unit}" if field.unit else ""
        described.append(f"From {field.minimum} to {field.maximum}{unit}.")
    if field.max_length:
        described.append(
            f"{field.max_length} characters at most{' (inferred, so only a warning)' if field.soft_limit else ''}."
        )
    if field.required:
        described.append("Needed for a new record.")
    elif field.default not in (None, "") and not field.choices:
        described.append(f"A new record takes V({str(field.default).lower()}) when it is left out.")
    documented: dict[str, Any] = {"description": described, "type": TYPES.get(field.kind, "str")}
    if field.choices:
        documented |= {"choices": list(field.choices), "default": field.default}
    return {**documented, "required": True} if required else documented


def options(key: Field, fields: Iterable[Field], *, with_key: bool = True) -> dict[str, Any]:
    """Return the documentation of a record's options."""
    first = {key.name: option(key, required=True)} if with_key else {}
    return first | {field.name: option(field) for field in fields}


def probe_options() -> dict[str, Any]:
    """Return the documentation of the separate settings of the probe."""
    documented: dict[str, Any] = {}
    spec = probe_module_spec()
    for field in (*SMTP_SERVER.fields, MAIL_USER.field("sender_email")):
        if field.name in spec:
            documented[field.name] = {"description": [field.description], "type": TYPES.get(field.kind, "str")}
            if "default" in spec[field.name]:
                documented[field.name]["default"] = spec[field.name]["default"]
    return documented


def records_option(title: str, section: Section) -> dict[str, Any]:
    """Return the documentation of an option that takes a list of records."""
    described = [title, "A list that is not given says nothing of what is installed."]
    fields = (*section.fields, *STATEMENTS[section.name])
    return {"description": described, "type": "list", "elements": "dict", "suboptions": options(section.key, fields)}


def installation_option() -> dict[str, Any]:
    """Return the documentation of the ``installation`` option."""
    suboptions: dict[str, Any] = {
        "backend": {
            "description": ["The way in to Fincon."],
            "type": "str",
            "required": True,
            "choices": list(BACKENDS),
        }
    }
    for setting in SETTINGS:
        needed = [f"Needed by the {' and the '.join(setting.backends)} backend."] if setting.required else []
        suboptions[setting.name] = {"description": [*setting.description, *needed], "type": setting.type}
        if setting.type == "list":
            suboptions[setting.name]["elements"] = "str"
        if setting.default is not None:
            suboptions[setting.name]["default"] = setting.default
    description = [
        "How the Fincon installation is reached. A company is an installation.",
        "The default is the host's variable C(fincon_installation).",
    ]
    return {"description": description, "type": "dict", "required": True, "suboptions": suboptions}


def evidence_options() -> dict[str, Any]:
    """Return the documentation of the options that say how an audit mailbox is read."""
    spec = evidence_spec()
    mailbox = ["The audit mailbox. Each kind needs its own settings (C(docs/evidence.md))."]
    relays = ["Mail servers that appear in messages by other names than the declared ones."]
    lists = {"mailbox": (mailbox, MAILBOX), "relays": (relays, RELAY)}
    described = {
        name: {
            "description": text,
            **{key: value for key, value in spec[name].items() if key != "options"},
            "suboptions": {field.name: _setting(field, spec[name]["options"][field.name]) for field in fields},
        }
        for name, (text, fields) in lists.items()
    }
    return {**described, **{field.name: _setting(field, spec[field.name]) for field in READ_OPTIONS}}


def _setting(field: Field, spec: dict[str, Any]) -> dict[str, Any]:
    """Return the documentation of a setting, with its default in the description."""
    unit = f" {field.unit}" if field.unit else ""
    limits = [f"From {field.minimum} to {field.maximum}{unit}."] if field.minimum is not None else []
    known = {name: value for name, value in spec.items() if name != "no_log" and value is not False}
    otherwise = [f"By default V({field.default})."] if field.default not in ("", None) and "default" not in spec else []
    return {"description": [field.description, *limits, *otherwise], **known}


class _Indented(yaml.SafeDumper):
    """Indents lists below their key, as in documentation that people write."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def fragment(title: str, documented: dict[str, Any]) -> str:
    """Return the source of a documentation fragment."""
    text = yaml.dump({"options": documented}, Dumper=_Indented, sort_keys=False, width=110, allow_unicode=True)
    return (
        f"{LICENCE}\nfrom __future__ import annotations\n\n\nclass ModuleDocFragment:\n"
        f'    """{title}"""\n\n    DOCUMENTATION = r"""\n{text}"""\n'
    )


def generated() -> dict[Path, str]:
    """Return every generated file with its text."""
    fragments = ROOT / "plugins" / "doc_fragments"
    branch = {
        "smtp_servers": records_option("The SMTP definitions of the branch.", SMTP_SERVERS),
        "users": records_option("The users of the branch.", USERS),
    }
    return {
        **{ROOT / "schemas" / f"{name}.schema.json": file_text(schema()) for name, schema in SCHEMAS.items()},
        fragments / "installation.py": fragment(
            "The installation that a module works on.", {"installation": installation_option()}
        ),
        fragments / "smtp_server.py": fragment(
            "Fields of an SMTP definition.", options(SMTP_SERVER.key, (*SMTP_SERVER.fields, RENAMED_FROM))
        ),
        fragments / "mail_user.py": fragment("Fields of a mail user.", options(MAIL_USER.key, MAIL_USER.fields)),
        fragments / "probe_settings.py": fragment("Settings that the probe takes by themselves.", probe_options()),
        fragments / "evidence.py": fragment("How an audit mailbox is read.", evidence_options()),
        fragments / "branch.py": fragment("The records of a branch.", branch),
        **generate_pages.render(),
        ROOT / "README.md": generate_readme.render(),
        ROOT / "roles" / "fincon_init" / "files" / "survey.html": generate_survey.render(),
        ROOT / "docs" / "smtp-diagnosis.md": generate_smtp_docs.render(),
        ROOT / "docs" / "smtp-providers.md": generate_provider_docs.render(),
    }


def main() -> int:
    """Write the files, or compare them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a file is stale")
    check = parser.parse_args().check
    stale = {path: text for path, text in generated().items() if not path.exists() or path.read_text("utf-8") != text}
    for path, text in stale.items():
        if check:
            print(f"{path.relative_to(ROOT)} is stale: run `make generate`")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
