# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build dist/fincon-probe.pyz: the probe as one file, for machines without Ansible (docs/probe-anywhere.md).

The file holds the modules of the collection that the program imports, as they are and under their own names. The same
tree gives the same bytes: files in one order, without compression, dates and owners.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from collection import INSIDE, ROOT

SHARED = "ansible_collections.fincon.mail.plugins.module_utils"
START = f"{SHARED}._probe_cli.main"
TARGET = ROOT / "dist" / "fincon-probe.pyz"
SHEBANG = b"#!/usr/bin/env python3\n"

#: The main file. Even a Python that is too old runs it, so it must be readable for old versions.
MAIN = """\
import sys

if sys.version_info < (3, 9):
    sys.stderr.write("fincon-probe: needs Python 3.9 or newer\\n")
    sys.exit(2)

from {start} import main

sys.exit(main("{release}"))
"""


def build(target: Path) -> None:
    """Write the program, replacing an older one.

    :param target: its path.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as stream:
        stream.write(SHEBANG)
        with zipfile.ZipFile(stream, "w") as archive:
            for name, content in sorted(contents().items()):
                archive.writestr(_entry(name), content)
    target.chmod(0o755)


def contents() -> dict[str, str]:
    """Return the content of the program, by name in the archive. A name that ends in a slash is a folder."""
    files = {_inside(module): _source(module).read_text("utf-8") for module in imported(START)}
    # A package without __init__.py is found only by its folder, so each folder has an entry.
    folders = {f"{parent}/": "" for name in files for parent in PurePosixPath(name).parents if parent.name}
    return {
        **folders,
        **files,
        "LICENSE": (ROOT / "LICENSES" / "BSD-2-Clause.txt").read_text("utf-8"),
        "__main__.py": MAIN.format(start=START, release=release()),
    }


def imported(start: str) -> set[str]:
    """Return a module of the collection and all modules of the collection that it imports, with their packages.

    :param start: its full name.
    """
    found: set[str] = set()
    waiting = [start]
    while waiting:
        module = waiting.pop()
        if module not in found:
            found.add(module)
            waiting += [name for name in (*_packages(module), *_imports(module)) if _exists(name)]
    return found


def release() -> str:
    """Return the version of the collection."""
    found = re.search(r"^version: (\S+)$", (ROOT / "galaxy.yml").read_text("utf-8"), re.MULTILINE)
    if found is None:
        raise ValueError("galaxy.yml names no version")
    return found[1]


def _imports(module: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(_source(module).read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith(SHARED):
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith(SHARED))


def _packages(module: str) -> list[str]:
    parts = module.split(".")
    return [".".join(parts[:count]) for count in range(1, len(parts))]


def _exists(module: str) -> bool:
    return module.startswith(SHARED) and _source(module).is_file()


def _source(module: str) -> Path:
    path = ROOT.joinpath(*module.split(".")[len(INSIDE.parts) :])
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def _inside(module: str) -> str:
    return str(PurePosixPath(*INSIDE.parts, *_source(module).relative_to(ROOT).parts))


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)  # 1 January 1980
    entry.create_system = 3  # the system of the file modes: the same wherever it is built
    entry.external_attr = (0o40755 << 16 | 0x10) if name.endswith("/") else 0o100644 << 16
    return entry


def main() -> int:
    """Build the program at the path that the user gives."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", nargs="?", type=Path, default=TARGET, help=f"by default {TARGET.relative_to(ROOT)}")
    target = parser.parse_args().target.resolve()
    build(target)
    print(f"{target}: {target.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
