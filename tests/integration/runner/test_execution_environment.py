# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The execution environment: what ansible-builder finds in the collection, and makes of the example."""

from __future__ import annotations

import importlib.metadata
import shutil
from pathlib import Path

import yaml
from collection import ROOT

from .conftest import program

EXAMPLE = ROOT / "examples" / "execution-environment" / "execution-environment.yml"


def test_the_builder_finds_what_the_installed_collection_needs(
    runner_tools: Path, installed: Path, tmp_path: Path
) -> None:
    told = program([runner_tools / "ansible-builder", "introspect", "--sanitize", installed], tmp_path)
    found = yaml.safe_load(told)
    needed = [line.split("#")[0].strip() for line in found["python"]]
    assert needed == ["fastjsonschema", "jsonschema"]
    assert found["system"] == []
    assert all(importlib.metadata.version(name) for name in needed), "and it is what the tests ran with"


def test_the_example_becomes_a_build_context_with_the_collection(
    runner_tools: Path, artifact: Path, tmp_path: Path
) -> None:
    shutil.copy(EXAMPLE, tmp_path)
    shutil.copy(artifact, tmp_path)
    program([runner_tools / "ansible-builder", "create", "--context", "context"], tmp_path)
    context = tmp_path / "context"
    assert (context / "_build" / "collections" / artifact.name).read_bytes() == artifact.read_bytes()
    (collection,) = yaml.safe_load((context / "_build" / "requirements.yml").read_text())["collections"]
    (recipe,) = (path.read_text() for path in context.iterdir() if path.is_file())
    copied, used = recipe.index(f"{artifact.name} {collection['name']}"), recipe.index("collection install")
    assert copied < used, "the collection is there before it is installed"
    assert "ansible-core>=2.19,<2.23" in recipe
