# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every file is where the others of its kind are, is short enough, and names its licence."""

from __future__ import annotations

import re
import sys
from pathlib import PurePosixPath as Path

import pytest
from collection import ROOT, files

FILES = [Path(name) for name in files()]
PYTHON = [file for file in FILES if file.suffix == ".py"]
#: Lines of a Python file.
LONGEST = 420

#: Whose folders have their tests in tests/unit, under the same name without the underscore.
SHARED = (Path("plugins/module_utils"), Path("plugins/plugin_utils"))

WITHOUT_FOLDER = {
    Path("plugins/module_utils/_backends/command/conformance"),  # one file of tests, next to those of the adapters
}

# What is written by hand for a program to run; REUSE.toml covers all else.
CODE = [
    file
    for file in FILES
    if file.suffix in {".py", ".sh", ".js", ".css", ".j2"}
    # What a new site gets, in the folder `files` of a role, is its own to change.
    or (
        file.suffix == ".yml"
        and file.parts[0] in {"molecule", "playbooks", "plugins", "roles"}
        and "files" not in file.parts
    )
]


def mirrored(folder: Path) -> Path:
    """The folder in tests/unit for a folder of plugins/module_utils or plugins/plugin_utils."""
    return Path("tests/unit", *(part.removeprefix("_") for part in folder.parts[2:]))


SOURCES = sorted(
    {
        file.parent
        for file in PYTHON
        if file.name != "__init__.py" and any(shared in file.parent.parents for shared in SHARED)
    }
)
TESTS = sorted({file.parent for file in PYTHON if file.is_relative_to("tests/unit") and file.name.startswith("test_")})


@pytest.mark.parametrize("folder", sorted(set(SOURCES) - WITHOUT_FOLDER), ids=str)
def test_every_folder_of_shared_code_has_its_tests(folder: Path) -> None:
    assert mirrored(folder) in TESTS


@pytest.mark.parametrize("folder", TESTS, ids=str)
def test_every_folder_of_unit_tests_has_what_it_tests(folder: Path) -> None:
    name = folder.relative_to("tests/unit")
    others = [base / name for base in (ROOT, ROOT / "plugins", ROOT / "tests")]
    assert folder in map(mirrored, SOURCES) or any(other.is_dir() for other in others)


def test_no_exception_is_left_over() -> None:
    assert set(SOURCES) >= WITHOUT_FOLDER


def test_no_python_file_is_too_long() -> None:
    lengths = {str(file): len((ROOT / file).read_text("utf-8").splitlines()) for file in PYTHON}
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def test_code_names_its_licence() -> None:
    wrong = {}
    for file in CODE:
        text = (ROOT / file).read_text("utf-8")
        found = re.search(r"License-Identifier: (\S+)", "\n".join(text.splitlines()[:6]))
        expected = "BSD-2-Clause" if file.is_relative_to("plugins/module_utils") else "GPL-3.0-or-later"
        if text and (found is None or found[1] != expected):
            wrong[str(file)] = f"{found and found[1]} instead of {expected}"
    assert wrong == {}


def test_each_package_that_the_plugins_import_is_explained_among_the_dependencies() -> None:
    explained = (ROOT / "SECURITY.md").read_text("utf-8").partition("## What the collection depends on")[2]
    named = set(re.findall(r"^\| ([\w.-]+) \|", explained, re.MULTILINE)) - {"Package"}
    ours = {"ansible_collections"} | set(sys.stdlib_module_names)
    packages = {"ansible": "ansible-core", "imapclient": "IMAPClient", "yaml": "PyYAML"}
    # jinja2 comes with ansible-core, which renders with it.
    imported = {
        packages.get(module, module)
        for file in PYTHON
        if file.parts[0] == "plugins"
        for module in re.findall(r"^ *(?:from|import) (\w+)", code_of(file), re.MULTILINE)
        if module not in ours | {"jinja2", "markupsafe"}
    }
    assert named == imported


def code_of(file: Path) -> str:
    """The file without its texts in triple quotes, where a sentence may begin with "from"."""
    return re.sub(r'r?""".*?"""', "", (ROOT / file).read_text("utf-8"), flags=re.DOTALL)
