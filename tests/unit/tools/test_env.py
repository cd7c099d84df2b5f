# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How environments choose their interpreter, and when they are built."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import env
import pytest

THIS = "{}.{}".format(*sys.version_info)


@pytest.fixture(autouse=True)
def _nothing_remembered(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    env.find_python.cache_clear()
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


def program(path: Path, body: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def test_a_shim_without_its_python_is_passed_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program(tmp_path / "shims" / f"python{THIS}", "echo 'command not found' >&2; exit 127")
    program(tmp_path / "bin" / f"python{THIS}", f'exec {sys.executable} "$@"')
    monkeypatch.setenv("PATH", os.pathsep.join([str(tmp_path / "shims"), str(tmp_path / "bin"), os.defpath]))
    found = env.find_python(THIS)
    assert found is not None
    assert not found.startswith(str(tmp_path / "shims"))


def test_a_python_of_pyenv_is_found_without_being_on_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program(tmp_path / "pyenv" / "versions" / "3.99.1" / "bin" / "python3.99", "echo /found/by/pyenv")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert env.find_python("3.99") == "/found/by/pyenv"


def test_a_python_of_another_version_is_not_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program(tmp_path / "bin" / "python3.98", f'exec {sys.executable} "$@"')
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert env.find_python("3.98") is None


def test_a_missing_python_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(env.PYTHONS, "node", ("3.98", "3.99"))
    with pytest.raises(env.MissingPython, match=r"node needs Python 3\.98 or 3\.99"):
        env.interpreter("node")


@pytest.mark.parametrize(("found", "expected"), [({"3.12"}, "core-2.21"), ({"3.11"}, "core-2.19")])
def test_main_is_the_newest_core_that_the_machine_can_run(
    monkeypatch: pytest.MonkeyPatch, found: set[str], expected: str
) -> None:
    monkeypatch.setattr(env, "find_python", lambda version: f"/python{version}" if version in found else None)
    assert env.resolve("main") == expected


def test_an_environment_is_built_once_and_again_when_its_pins_change(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    built: list[Path] = []

    def install(python: str, target: Path, arguments: list[str]) -> None:
        target.mkdir(parents=True, exist_ok=True)
        built.append(target)

    monkeypatch.setattr(env, "_install", install)
    monkeypatch.setattr(env, "_pip", lambda target, *arguments: "")
    monkeypatch.setattr(env, "find_python", lambda version: f"/python{version}")
    monkeypatch.setattr(env, "ENVIRONMENTS", tmp_path / "env")
    monkeypatch.setattr(env, "REQUIREMENTS", tmp_path)
    pins = tmp_path / "node.txt"

    pins.write_text("pytest==1\n")
    env.build("node")
    env.build("node")
    assert len(built) == 1
    pins.write_text("pytest==2\n")
    env.build("node")
    assert len(built) == 2


def test_every_environment_pins_each_package_and_its_hashes() -> None:
    for name in env.PYTHONS:
        text = (env.REQUIREMENTS / f"{name}.txt").read_text().replace("\\\n", " ")
        pins = [line for line in text.splitlines() if line and not line.startswith("#")]
        assert pins, name
        assert all("==" in pin and "--hash=sha256:" in pin for pin in pins), name


def test_a_matrix_chooses_the_python_of_what_can_have_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for version in ("3.97", "3.98"):
        program(tmp_path / "pyenv" / "versions" / f"{version}.1" / "bin" / f"python{version}", f"echo {version}")
    monkeypatch.setitem(env.PYTHONS, "node", ("3.97", "3.98"))
    monkeypatch.setitem(env.PYTHONS, "tools", ("3.97",))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert env.interpreter("node") == "3.97"
    monkeypatch.setenv(env.CHOICE, "3.98")
    assert (env.interpreter("node"), env.interpreter("tools")) == ("3.98", "3.97")
