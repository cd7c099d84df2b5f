# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A screen that nobody sees, on which KeePassXC types into a window that looks like Fincon's.

The screen has a window manager, since KeePassXC types into the window that was active before its own. Keys are pressed
by xdotool as a person would press them. Each program runs in its own process group and with its own home, and all end
with the screen.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

#: Debian's own Python, which has tkinter as a package. Others may be built without it.
PYTHON = "/usr/bin/python3"
WINDOW = Path(__file__).with_name("fincon_window.py")
SECONDS = 60
#: What a window holds, by field.
Fields = Mapping[str, str | bool]

#: A keyboard with English letters, and others with the key AltGr. KeePassXC puts what is on no key on one for a moment,
#: and a window that is slow to notice loses the character; that exists only under X11. It finds the euro by this name.
_KEYBOARD = """\
xkb_keymap {
    xkb_keycodes { include "evdev+aliases(qwerty)" };
    xkb_types { include "complete" };
    xkb_compat { include "complete" };
    xkb_symbols { include "pc+us(altgr-intl)+inet(evdev)" key <AE05> { [ 5, percent, U20AC, U20AC ] }; };
};
"""

#: No question at the first start, no network, and no lock when the window is minimized. The rest is as installed.
_SETTINGS = """\
[General]
ConfigVersion=2
UpdateCheckMessageShown=true
[GUI]
CheckForUpdates=false
[Security]
LockDatabaseIdle=false
LockDatabaseMinimize=false
LockDatabaseScreenLock=false
"""


def missing() -> str:
    """Return the missing programs, or nothing."""
    programs = {"keepassxc": "keepassxc", "Xvfb": "xvfb", "xdotool": "xdotool", "openbox": "openbox"}
    absent = [package for program, package in programs.items() if shutil.which(program) is None]
    if not _has_tkinter():
        absent.append("python3-tk")
    return f"not installed: {', '.join(absent)} (sh tests/setup/keepass.sh)" if absent else ""


def _has_tkinter() -> bool:
    if not Path(PYTHON).exists():
        return False
    command = [PYTHON, "-c", "import tkinter"]
    return subprocess.run(command, capture_output=True, timeout=SECONDS, check=False).returncode == 0


def wait(condition: Callable[[], Any], otherwise: Callable[[], object]) -> None:
    """Wait until a condition is true.

    :param otherwise: what is there instead, for the message of the error.
    """
    end = time.monotonic() + SECONDS
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"after {SECONDS} seconds: {otherwise()}")
        time.sleep(0.05)


class Screen:
    """An X server and what runs on it.

    :param folder: for the files of the programs. Its path must be short, since a socket is in it.
    :param programs: ends them.
    """

    def __init__(self, folder: Path, programs: ExitStack) -> None:
        self._folder, self._programs = folder, programs
        # No session bus: looking for one would start one, and nobody would end it.
        self._environment = {
            "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "QT_QPA_PLATFORM": "xcb",
            "DBUS_SESSION_BUS_ADDRESS": "disabled:",
            **dict.fromkeys(("HOME", "TMPDIR", "XDG_RUNTIME_DIR"), str(folder)),
        }  # fmt: skip
        self._environment["DISPLAY"] = f":{self._server()}"
        self._run("xkbcomp", "-w0", "-", self._environment["DISPLAY"], input=_KEYBOARD).check_returncode()
        self._start("openbox")
        wait(lambda: self._run("xdotool", "get_num_desktops").returncode == 0, lambda: "no window manager")

    def _server(self) -> str:
        """Start the X server on a free display and return its number, which it writes when it is ready."""
        file = self._folder / "display"
        with file.open("wb") as number:
            descriptor = number.fileno()
            # Without -noreset it would forget its keyboard when the first program has ended.
            options = ("-displayfd", str(descriptor), "-noreset", "-nolisten", "tcp")
            # It also ends when the tests are killed, and with it the programs that it shows.
            self._start("setpriv", "--pdeathsig", "TERM", "Xvfb", *options, pass_fds=[descriptor])
        wait(lambda: file.read_text("ascii").endswith("\n"), lambda: "no X server")
        return file.read_text("ascii").strip()

    def _start(self, *command: str, **options: Any) -> subprocess.Popen[bytes]:
        log = self._programs.enter_context((self._folder / f"{Path(command[0]).name}.log").open("wb"))
        program = subprocess.Popen(
            command, env=self._environment, start_new_session=True, stdout=log, stderr=log, **options
        )
        self._programs.callback(_end, program)
        return program

    def _run(self, *command: str, **options: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, env=self._environment, capture_output=True, text=True, timeout=SECONDS, check=False, **options
        )

    def active(self) -> str:
        """The title of the window with the focus."""
        return self._run("xdotool", "getactivewindow", "getwindowname").stdout.strip()

    def wait_for(self, title: str) -> None:
        """Wait until a window has the focus."""
        wait(lambda: self.active() == title, lambda: f"{title!r} is not in front, but {self.active()!r}")

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        self._run("xdotool", "key", *keys).check_returncode()

    def open_window(self, title: str, fields: Fields, cursor: str) -> Window:
        """Open a window with these fields, in the order of the Tab key, and the cursor in one of them."""
        description, state = self._folder / "description.json", self._folder / "state.json"
        description.write_text(json.dumps({"title": title, "fields": fields, "cursor": cursor}), "utf-8")
        self._start(PYTHON, str(WINDOW), str(description), str(state))
        window = Window(state)
        self.wait_for(title)
        window.wait_for(fields, cursor)
        return window

    def open_keepassxc(self, content: bytes, passphrase: str, name: str) -> None:
        """Open a KeePass file in KeePassXC's window. The passphrase goes through standard input.

        :param name: of the database, which is in the title of the window.
        """
        file, settings = self._folder / "order.kdbx", self._folder / "keepassxc.ini"
        file.write_bytes(content)
        settings.write_text(_SETTINGS, "utf-8")
        own = ["--config", str(settings), "--localconfig", str(self._folder / "local.ini")]
        program = self._start("keepassxc", *own, "--pw-stdin", str(file), stdin=subprocess.PIPE)
        assert program.stdin is not None
        with program.stdin as stdin:
            stdin.write(f"{passphrase}\n".encode())
        self.wait_for(f"{name} - KeePassXC")

    def auto_type(self, place: int) -> None:
        """Select an entry in KeePassXC's window, which has the focus, and let it be typed.

        :param place: of the entry among those of the file, from 0.
        """
        # From the search to the entries, and there from the first one down.
        self.press("Down", "Home", *["Down"] * place, "ctrl+shift+v")
        self.wait_for("Confirm Auto-Type")
        self.press("alt+y")


class Window:
    """What the window on the screen holds.

    :param state: the file in which it writes that down.
    """

    def __init__(self, state: Path) -> None:
        self._state = state

    def shown(self) -> dict[str, Any]:
        """Its fields, and the field with the cursor."""
        found: dict[str, Any] = json.loads(self._state.read_text("utf-8")) if self._state.exists() else {}
        return found

    def wait_for(self, fields: Fields, cursor: str) -> None:
        """Wait until its fields hold this and the cursor is in one of them."""
        expected = {"fields": fields, "cursor": cursor}
        wait(lambda: self.shown() == expected, lambda: f"the window has {self.shown()} instead of {expected}")


@contextmanager
def screen() -> Iterator[Screen]:
    """A screen, until the end of the block."""
    with tempfile.TemporaryDirectory(prefix="fincon-") as folder, ExitStack() as programs:
        yield Screen(Path(folder), programs)


def _end(program: subprocess.Popen[bytes]) -> None:
    """End a program and all that it started."""
    for kind in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(program.pid, kind)
        with suppress(subprocess.TimeoutExpired):
            program.wait(10)
