# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an editor with the YAML language server shows in fleet files, asked as editors ask."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.fleet import FILES
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.shapes import file_text
from collection import ROOT

from .lsp import Editor

INSTALLED = Path(os.environ.get("FINCON_TEST_EDITORS", "/opt/fincon-test/editors"))
PROGRAM = INSTALLED / "node_modules" / "yaml-language-server" / "bin" / "yaml-language-server"
STARTER = ROOT / "roles" / "fincon_init" / "files"

pytestmark = pytest.mark.skipif(
    not (PROGRAM.exists() and shutil.which("node")),
    reason="the YAML language server is not here: sh tests/setup/editors.sh",
)

FAULTY = """\
# yaml-language-server: $schema=../.schemas/branch.schema.json
branch: cape-town
installation:
  backend:\x20
  server_password:\x20
smtp_servers:
  - name: HQ relay
    port:\x20
    use_tls: maybe
users:
  - user: THANDI
    password: !vault |
      $ANSIBLE_VAULT;1.1;AES256
      6161
    sender_name: !unsafe "{{ Thandi }}"
    sender_emial: thandi@example.co.za
    \x20
"""


@pytest.fixture(scope="module")
def editor() -> Iterator[Editor]:
    """An editor with the settings of a new site. It asks nobody in the network for schemas."""
    settings = json.loads((STARTER / "editor" / "vscode.json").read_text("utf-8"))
    switches = {"yaml.validate": True, "yaml.hover": True, "yaml.completion": True, "yaml.schemaStore.enable": False}
    with Editor(["node", str(PROGRAM), "--stdio"], {**settings, **switches}) as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a fleet with the schemas in it."""
    (tmp_path / ".schemas").mkdir()
    for name, schema in FILES.items():
        (tmp_path / ".schemas" / f"{name}.schema.json").write_text(file_text(schema()), "utf-8")
    return tmp_path


@pytest.mark.parametrize("name", ["fincon.yml", "branches/cape-town.yml"])
def test_the_files_of_a_new_site_have_no_problem(name: str, editor: Editor, folder: Path) -> None:
    uri = editor.open(folder / name, (STARTER / "fleet" / name).read_text("utf-8"))
    assert editor.problems(uri) == []
    assert editor.hover(uri, 3, 2), "the schema of the modeline is in use"


def test_a_problem_is_shown_where_it_is_and_a_vault_value_is_none(editor: Editor, folder: Path) -> None:
    uri = editor.open(folder / "branches" / "faulty.yml", FAULTY)
    found = {problem["range"]["start"]["line"]: problem["message"] for problem in editor.problems(uri)}
    lines = FAULTY.splitlines()
    assert found.pop(lines.index("    sender_emial: thandi@example.co.za")) == "Property sender_emial is not allowed."
    assert "boolean" in found.pop(lines.index("    use_tls: maybe"))
    assert not [message for message in found.values() if "tag" in message or "password" in message], found


def test_hover_says_what_a_field_is_with_fincons_label_and_an_example(editor: Editor, folder: Path) -> None:
    uri = editor.open(folder / "branches" / "faulty.yml", FAULTY)
    lines = FAULTY.splitlines()
    password = editor.hover(uri, lines.index("    password: !vault |"), 6)
    assert "#### SMTP server password" in password
    assert "It can be set but not read back." in password
    assert "{{ vault_thandi }}" in password
    assert "#### SMTP Name" in editor.hover(uri, lines.index("  - name: HQ relay"), 6)


def test_completion_offers_the_fields_that_are_left_and_values_for_each(editor: Editor, folder: Path) -> None:
    uri = editor.open(folder / "branches" / "faulty.yml", FAULTY)
    lines = FAULTY.splitlines()

    def at_end(line: str) -> dict[str, str]:
        found = editor.completions(uri, lines.index(line), len(line))
        return {label: item.get("insertText", "") for label, item in found.items()}

    fields = editor.completions(uri, len(lines) - 1, 4)
    assert {"sender_email", "job_title", "email_enabled", "state"} <= set(fields)
    assert not {"user", "password", "sender_name"} & set(fields), "they are there already"
    assert fields["job_title"]["documentation"] == "Job title, for the document text of e-mails."
    assert {"attended", "command", "rest"} <= set(at_end("  backend: "))
    assert {"587", "465", "25", "!vault"} <= set(at_end("    port: "))
    (proposed,) = [text for label, text in at_end("  server_password: ").items() if "vault_" in label]
    assert proposed.startswith('"{{ vault_fincon_server'), "a template is inserted in quotes"
