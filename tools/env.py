# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the pinned environments of this checkout and run commands in them.

An environment is a virtual environment in .cache/env, made from requirements/NAME.txt with the first Python of its
list that this machine has. It is built when first needed, and rebuilt when its pins or its Python change. Packages must
match the pinned hashes.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import functools
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from collection import CACHE, ROOT, link_collection

ENVIRONMENTS = CACHE / "env"
REQUIREMENTS = ROOT / "requirements"

# The Pythons that each environment may use, the best first. What ansible-core supports decides.
PYTHONS = {
    "callbacks-2.19": ("3.11", "3.12", "3.13"),
    "callbacks-2.22": ("3.14", "3.13"),
    "core-2.19": ("3.11", "3.12", "3.13"),
    "core-2.21": ("3.13", "3.12", "3.14"),
    "core-2.22": ("3.14", "3.13"),
    "docs": ("3.13", "3.12", "3.14"),
    "ecosystem": ("3.13", "3.12", "3.14"),
    "galaxy": ("3.13", "3.12", "3.14"),
    "node": ("3.9",),
    "runner": ("3.13", "3.12", "3.14"),
    "tools": ("3.13", "3.12", "3.14", "3.11"),
}
#: The variable that selects one Python for all environments that support it, for a matrix in CI.
CHOICE = "FINCON_TEST_PYTHON"
# `main` is the first of these that can be built.
MAIN = ("core-2.21", "core-2.19")


class MissingPython(Exception):
    """No Python on this machine is suitable for the environment."""


def build(name: str) -> Path:
    """Return the directory of environment `name`; build it if it is missing or stale. Raises MissingPython."""
    name = resolve(name)
    python = interpreter(name)
    pins = REQUIREMENTS / f"{name}.txt"
    target = ENVIRONMENTS / name
    stamp = hashlib.sha256(f"{python}\n{target}\n{pins.read_text()}".encode()).hexdigest()
    with _lock(name):
        stamp_file = target / "built-from"
        if not stamp_file.is_file() or stamp_file.read_text() != stamp:
            print(f"Building environment {name} with {python} …", file=sys.stderr, flush=True)
            _install(python, target, ["--no-deps", "--require-hashes", "-r", str(pins)])
            # No unpinned package can be installed (--no-deps), so this shows whether the pins are complete.
            _pip(target, "check")
            stamp_file.write_text(stamp)
    return target


def resolve(name: str) -> str:
    """The environment that `main` means here; any other name unchanged."""
    if name != "main":
        return name
    return next((candidate for candidate in MAIN if _first_python(PYTHONS[candidate])), MAIN[-1])


def interpreter(name: str) -> str:
    """The Python for environment `name`; raises MissingPython."""
    versions = PYTHONS[resolve(name)]
    wanted = os.environ.get(CHOICE)
    if wanted in versions:
        versions = (wanted,)
    python = _first_python(versions)
    if python is None:
        raise MissingPython(
            f"environment {name} needs Python {' or '.join(versions)}, which is neither on PATH nor in pyenv"
        )
    return python


def variables(name: str) -> dict[str, str]:
    """The process environment for commands in environment `name`, which is built if needed.

    The user's settings are not used (ansible.cfg, ANSIBLE_… and Python paths). Files that the tools write to the home
    directory go to .cache. So a run has the same result everywhere and leaves nothing behind.
    """
    bin_directory = build(name) / "bin"
    home = CACHE / "ansible"
    config = home / "ansible.cfg"
    home.mkdir(parents=True, exist_ok=True)
    config.touch()
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("ANSIBLE_", "PYTHON"))}
    return {
        **kept,
        "PATH": f"{bin_directory}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "VIRTUAL_ENV": str(bin_directory.parent),
        "XDG_CACHE_HOME": str(CACHE / "xdg"),
        "HYPOTHESIS_STORAGE_DIRECTORY": str(CACHE / "hypothesis"),
        "ANSIBLE_COLLECTIONS_PATH": str(link_collection()),
        "ANSIBLE_CONFIG": str(config),
        "ANSIBLE_HOME": str(home),
        "ANSIBLE_REMOTE_TMP": str(home / "remote"),
        # Some of the tools write colours into a log as if it were a terminal.
        **({} if sys.stdout.isatty() else {"NO_COLOR": "1"}),
    }


@functools.cache
def find_python(version: str) -> str | None:
    """The path of a working Python `version` ("3.13") that can make virtual environments, or None."""
    probe = (
        "import sys, ssl, venv, ensurepip; "
        f"sys.version_info[:2] == {tuple(map(int, version.split('.')))} or sys.exit(1); "
        "print(getattr(sys, '_base_executable', sys.executable))"
    )
    for candidate in _candidates(version):
        # A pyenv shim may exist without its Python: only running it shows that.
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            answer = subprocess.run([candidate, "-c", probe], capture_output=True, text=True, timeout=30, check=False)
            if answer.returncode == 0:
                return answer.stdout.strip()
    return None


def _first_python(versions: tuple[str, ...]) -> str | None:
    return next((python for python in map(find_python, versions) if python), None)


def _candidates(version: str) -> Iterator[str]:
    for directory in os.get_exec_path():
        for name in (f"python{version}", "python3"):
            path = Path(directory, name)
            if path.exists():
                yield str(path)
    for root in (os.environ.get("PYENV_ROOT"), "~/.pyenv"):
        if root:
            yield from map(str, sorted(Path(root).expanduser().glob(f"versions/{version}.*/bin/python{version}")))
    yield sys.executable


@contextlib.contextmanager
def _lock(name: str) -> Iterator[None]:
    """Let only one of several commands build an environment at a time."""
    ENVIRONMENTS.mkdir(parents=True, exist_ok=True)
    with (ENVIRONMENTS / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _install(python: str, target: Path, arguments: list[str]) -> None:
    subprocess.run([python, "-m", "venv", "--clear", str(target)], check=True)
    # Twice quiet: otherwise warnings about the machine's pip configuration would hide the rest; errors are still shown.
    # The package ansible has 20,000 modules: Python compiles those that are imported.
    _pip(target, "install", "--quiet", "--quiet", "--no-compile", *arguments)


def _pip(target: Path, *arguments: str) -> None:
    environment = {"XDG_CACHE_HOME": str(CACHE / "xdg"), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    command = [str(target / "bin" / "python"), "-m", "pip", *arguments]
    subprocess.run(command, check=True, env={**os.environ, **environment}, stdout=subprocess.DEVNULL)


def pin(name: str) -> None:
    """Regenerate requirements/NAME.txt: the newest packages that satisfy NAME.in, their dependencies, and all hashes.

    The pins are valid for every Python of the environment's list, with markers where packages differ.
    """
    oldest = min(PYTHONS[name], key=lambda version: tuple(map(int, version.split("."))))
    wanted, pins = REQUIREMENTS / f"{name}.in", REQUIREMENTS / f"{name}.txt"
    options = ["--universal", "--generate-hashes", "--upgrade", "--no-annotate", "--quiet"]
    command = [str(build("tools") / "bin" / "uv"), "pip", "compile", *options]
    where = [f"--python-version={oldest}", f"--output-file={pins}", "--custom-compile-command=make pins", str(wanted)]
    subprocess.run([*command, *where], check=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="verb", required=True)
    run = commands.add_parser("run", help="run a command in an environment, which is built first if needed")
    run.add_argument("name", choices=("main", *PYTHONS))
    run.add_argument("command", nargs=argparse.REMAINDER)
    pins = commands.add_parser("pin", help="update the pins of the named environments (default: all)")
    pins.add_argument("names", nargs="*", metavar="name", help=", ".join(PYTHONS))
    arguments = parser.parse_args()
    try:
        if arguments.verb == "run":
            environment = variables(arguments.name)
            os.execvpe(arguments.command[0], arguments.command, environment)
        for name in arguments.names or PYTHONS:
            pin(name)
    except MissingPython as exc:
        print(f"Error: {exc}.", file=sys.stderr)
        return 3
    except subprocess.CalledProcessError as exc:
        print(f"Error: {' '.join(exc.cmd)} ended with status {exc.returncode}.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
