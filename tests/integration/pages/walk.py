# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages of the documentation that are walks: their files are written, their commands run, their output compared.

A block ```yaml or ```ini is a file, whole, and its first line is a comment with its path. So is a block ```csv, but CSV
has no comments, and the file begins in the second line. A block ```console holds commands, after "$ " and, in further
lines of one, after "> ", and what each of them prints. In an output "…" stands for any text of a line, and alone on a
line for any lines.
A command that fails must be followed by "$ echo $?", so that a reader sees it.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
_PATH = re.compile(r"# ([\w./-]+\.\w+)")
_ANY = "…"
_STATUS = "echo $?"


class PageError(AssertionError):
    """A page does not say what happens, or cannot be walked."""


@dataclass(frozen=True)
class File:
    """A file as the page shows it."""

    path: str
    text: str


@dataclass(frozen=True)
class Command:
    """A command, and the lines that the page shows as its output."""

    line: int
    text: str
    output: tuple[str, ...]


def steps(page: str) -> list[File | Command]:
    """Return what a reader of the page does, in its order."""
    found: list[File | Command] = []
    for block in _BLOCK.finditer(page):
        line = page.count("\n", 0, block.start(2)) + 1
        kind, text = block[1], block[2]
        if kind == "console":
            found += _commands(text, line)
        elif kind in ("yaml", "csv", "ini"):
            path = _PATH.fullmatch(text.partition("\n")[0])
            if not path:
                raise PageError(f"line {line}: the first line of a file must be a comment with its path")
            found.append(File(path[1], text.partition("\n")[2] if kind == "csv" else text))
        else:
            raise PageError(f"line {line}: a block is yaml, csv, ini or console, not {kind!r}")
    return found


def _commands(text: str, first: int) -> list[Command]:
    found: list[Command] = []
    for number, line in enumerate(text.splitlines(), first):
        if line.startswith("$ "):
            found.append(Command(number, line[2:], ()))
        elif found and line.startswith("> ") and not found[-1].output:
            last = found.pop()
            found.append(Command(last.line, f"{last.text}\n{line[2:]}", ()))
        elif found:
            last = found.pop()
            found.append(Command(last.line, last.text, (*last.output, line)))
        else:
            raise PageError(f"line {number}: a block of commands begins with one, after '$ '")
    return found


def shows(expected: Iterable[str], printed: str) -> bool:
    """Whether the lines of a page show what was printed."""
    pattern = "".join(
        r"(?:.*\n)*?" if line.strip() == _ANY else re.escape(line.rstrip()).replace(_ANY, ".*") + r" *\n"
        for line in expected
    )
    return re.fullmatch(pattern, printed) is not None


def walk(page: Path, folder: Path, environment: Mapping[str, str], real: Mapping[str, str]) -> int:
    """Do what a page says, and return how many commands were run.

    :param folder: where its files are written and its commands run.
    :param real: what a stand-in needs in the files, in place of what the page says.
    :raises PageError: at the first thing that is not as the page says.
    """
    status = count = 0
    for step in steps(page.read_text("utf-8")):
        if isinstance(step, File):
            path = folder / step.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(_with(step.text, real), "utf-8")
            continue
        if status and step.text != _STATUS:
            raise PageError(
                f"{page.name}:{step.line}: the command before failed with {status}, and the page does not say so"
            )
        status, printed = _run(step.text, status, folder, environment)
        count += 1
        if not shows(step.output, printed):
            shown = "\n".join(step.output)
            raise PageError(f"{page.name}:{step.line}: {step.text}\n--- the page\n{shown}\n--- printed\n{printed}")
    if status:
        raise PageError(f"{page.name}: the last command failed with {status}, and the page does not say so")
    return count


def _with(text: str, real: Mapping[str, str]) -> str:
    for said, needed in real.items():
        text = text.replace(said, needed)
    return text


def _run(command: str, before: int, folder: Path, environment: Mapping[str, str]) -> tuple[int, str]:
    """Run a command in a shell to which the one before ended with a status."""
    done = subprocess.run(
        ["bash", "-c", f"(exit {before}); {command}"], env=environment, cwd=folder, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, timeout=300, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout.replace(str(folder), "/srv/fincon")
