# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The contracts on imports hold back what they are there for."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import env
import pytest
from collection import ROOT, copy_collection

PLUGINS = "ansible_collections.fincon.mail.plugins"


@pytest.fixture(scope="module")
def lint_imports() -> Path:
    """The program; its environment is big, so it is not built only for this."""
    program = env.ENVIRONMENTS / "tools" / "bin" / "lint-imports"
    if not program.exists():
        pytest.skip("the environment tools is not built yet: run `make lint` first")
    return program


@pytest.mark.parametrize(
    ("contract", "file", "imported"),
    [
        ("plugins", "module_utils/_core/planted.py", "module_utils._smtp.batch"),
        ("plugins", "module_utils/_backends/base.py", "plugin_utils._worker"),
        ("backends", "module_utils/_backends/command/planted.py", "module_utils._backends.rest.backend"),
        ("registry", "module_utils/_module/planted.py", "module_utils._backends.rest.backend"),
        ("controller", "plugin_utils/_report/planted.py", "plugin_utils._fleet.fleet"),
        ("nodes", "module_utils/_smtp/planted.py", "jsonschema"),
    ],
)
def test_a_wrong_import_breaks_its_contract(
    lint_imports: Path, tmp_path: Path, contract: str, file: str, imported: str
) -> None:
    copy = copy_collection(tmp_path)
    name = f"{PLUGINS}.{imported}" if "." in imported else imported
    with (copy / "plugins" / file).open("a") as planted:
        planted.write(f"import {name}\n")
    command = [str(lint_imports), "--no-logo", "--no-cache", f"--contract={contract}", str(ROOT / "pyproject.toml")]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "1 broken" in done.stdout
    importer = file.removesuffix(".py").replace("/", ".")
    # Long lines are broken at spaces.
    assert f"{PLUGINS}.{importer} -> {name} " in " ".join(done.stdout.split())


def test_no_tool_imports_from_the_tests() -> None:
    imported = re.compile(r"^\s*(?:from|import) (?:\S+\.)?tests\b", re.MULTILINE)
    tools = sorted((ROOT / "tools").rglob("*.py"))
    assert [tool.name for tool in tools if imported.search(tool.read_text("utf-8"))] == []
