# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A headless Chromium for tests and the demonstration, controlled by https://www.w3.org/TR/webdriver2/ over plain HTTP.

Nothing else is needed of a driver here, so no library is used: Selenium would add thirteen packages, and a manager that
downloads browsers.
"""

from __future__ import annotations

import base64
import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

#: The key of a reference to an element in WebDriver.
_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
_OPTIONS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
CONTROL = "\ue009"


def missing() -> str:
    """Return the missing programs, or nothing."""
    programs = {"chromium": "chromium", "chromedriver": "chromium-driver"}
    absent = [package for program, package in programs.items() if shutil.which(program) is None]
    return f"not installed: {', '.join(absent)} (sh tests/setup/browser.sh)" if absent else ""


class Browser:
    """A session of a browser.

    :param address: of the session at its driver.
    :param downloads: the folder in which it saves files.
    """

    def __init__(self, address: str, downloads: Path) -> None:
        self._address, self.downloads = address, downloads

    def call(self, method: str, path: str, **body: Any) -> Any:
        """Call the driver and return the value of its answer."""
        return _call(method, f"{self._address}/{path}", body)

    def open(self, path: Path) -> None:
        """Open a file."""
        self.call("POST", "url", url=path.as_uri())

    def reload(self) -> None:
        """Reload the page."""
        self.call("POST", "refresh")

    def run(self, script: str, *arguments: Any) -> Any:
        """Run a script and return what it returns."""
        return self.call("POST", "execute/sync", script=script, args=list(arguments))

    def wait(self, script: str, seconds: float = 20) -> None:
        """Wait until a script returns something true."""
        end = time.monotonic() + seconds
        while not self.run(script):
            if time.monotonic() > end:
                raise TimeoutError(script)
            time.sleep(0.05)

    def click(self, selector: str) -> None:
        """Scroll to the first element that matches a CSS selector, as a person would, and click it."""
        self.run("document.querySelector(arguments[0]).scrollIntoView({block: 'center'})", selector)
        self.call("POST", f"element/{self._find(selector)}/click")

    def type(self, selector: str, text: str) -> None:
        """Type into an element."""
        self.call("POST", f"element/{self._find(selector)}/value", text=text)

    def text(self, selector: str) -> str:
        """The visible text of an element."""
        return str(self.call("GET", f"element/{self._find(selector)}/text"))

    def screenshot(self) -> bytes:
        """The visible part of the page, as PNG."""
        return base64.b64decode(self.call("GET", "screenshot"))

    def printed(self) -> bytes:
        """The page as printed on A4, as a PDF."""
        sheet = {"width": 21.0, "height": 29.7}
        return base64.b64decode(self.call("POST", "print", page=sheet, shrinkToFit=False))

    def saved(self, name: str, seconds: float = 20) -> bytes:
        """The content of a file, after the browser has saved it."""
        file = self.downloads / name
        end = time.monotonic() + seconds
        while not file.exists():
            if time.monotonic() > end:
                raise TimeoutError(f"{name} is not among {[path.name for path in self.downloads.iterdir()]}")
            time.sleep(0.05)
        return file.read_bytes()

    def _find(self, selector: str) -> str:
        found: dict[str, str] = self.call("POST", "element", using="css selector", value=selector)
        return found[_ELEMENT]


@contextmanager
def browser(folder: Path, width: int = 1366, height: int = 900) -> Iterator[Browser]:
    """Run a browser with a new profile, and stop it.

    :param folder: an empty one, for the profile and for saved files.
    :param width: of its window, in CSS pixels; below 500 like a telephone.
    :param height: of its window, in CSS pixels.
    """
    downloads, profile = folder / "downloads", folder / "profile"
    downloads.mkdir()
    options: dict[str, Any] = {
        "args": [*_OPTIONS, f"--user-data-dir={profile}", f"--window-size={width},{height}"],
        "prefs": {"download.default_directory": str(downloads), "download.prompt_for_download": False},
    }
    if width < 500:
        options["mobileEmulation"] = {"deviceMetrics": {"width": width, "height": 844, "pixelRatio": 2.0}}
    port = _free_port()
    with subprocess.Popen(
        ["chromedriver", f"--port={port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as driver:
        try:
            _wait(port)
            wanted = {"alwaysMatch": {"browserName": "chrome", "goog:chromeOptions": options}}
            session = _call("POST", f"http://127.0.0.1:{port}/session", {"capabilities": wanted})["sessionId"]
            made = Browser(f"http://127.0.0.1:{port}/session/{session}", downloads)
            try:
                yield made
            finally:
                _call("DELETE", f"http://127.0.0.1:{port}/session/{session}", {})
        finally:
            driver.terminate()


def _call(method: str, address: str, body: dict[str, Any]) -> Any:
    data = json.dumps(body).encode() if method == "POST" else None
    # The driver's own address on loopback.
    request = urllib.request.Request(  # noqa: S310
        address, data, {"Content-Type": "application/json"}, method=method
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=120) as answer:
            return json.load(answer)["value"]
    except urllib.error.HTTPError as exc:
        raise AssertionError(f"{method} {address}: {exc.read().decode()[:500]}") from None


def _wait(port: int, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while True:
        try:
            if _call("GET", f"http://127.0.0.1:{port}/status", {})["ready"]:
                return
        except OSError:
            if time.monotonic() > end:
                raise TimeoutError("chromedriver does not answer") from None
        time.sleep(0.05)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
