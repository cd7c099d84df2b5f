# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An editor that asks a language server about files (Language Server Protocol 3.17, over standard streams)."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

Message = dict[str, Any]


class Editor:
    """A running language server.

    :param command: starts it.
    :param settings: those of the editor, as VS Code writes them: `{"yaml.customTags": [...]}`.
    """

    def __init__(self, command: Sequence[str], settings: Mapping[str, Any]) -> None:
        self._server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._settings = settings
        self._number = 0
        self._problems: dict[str, list[Message]] = {}
        self._ask("initialize", {"processId": None, "rootUri": None, "capabilities": CAPABILITIES})
        self._send({"method": "initialized", "params": {}})
        self._send({"method": "workspace/didChangeConfiguration", "params": {"settings": self._section("")}})

    def __enter__(self) -> Editor:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._ask("shutdown", None)
        self._send({"method": "exit"})
        self._server.communicate(timeout=30)

    def open(self, path: Path, text: str) -> str:
        """Open a file with a text, which need not be on the disk; return its address for the other questions."""
        uri = path.as_uri()
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self._problems.pop(uri, None)
        self._send({"method": "textDocument/didOpen", "params": {"textDocument": document}})
        return uri

    def problems(self, uri: str) -> list[Message]:
        """What the server finds wrong with a file that was opened."""
        while uri not in self._problems:
            self._take(self._read())
        return self._problems[uri]

    def hover(self, uri: str, line: int, column: int) -> str:
        """What is shown of a place; lines and columns from 0."""
        found = self._ask("textDocument/hover", _place(uri, line, column))
        return found["contents"]["value"] if found else ""

    def completions(self, uri: str, line: int, column: int) -> dict[str, Message]:
        """What can be inserted at a place, by its label."""
        found = self._ask("textDocument/completion", _place(uri, line, column))
        return {item["label"]: item for item in (found["items"] if isinstance(found, dict) else found)}

    def _ask(self, method: str, params: Any) -> Any:
        self._number += 1
        self._send({"id": self._number, "method": method, "params": params})
        while True:
            message = self._read()
            if message.get("id") == self._number and "method" not in message:
                assert "error" not in message, message["error"]
                return message["result"]
            self._take(message)

    def _take(self, message: Message) -> None:
        """Answer a question of the server, or note what it reports."""
        if message.get("method") == "textDocument/publishDiagnostics":
            self._problems[message["params"]["uri"]] = message["params"]["diagnostics"]
        elif "id" in message and "method" in message:
            wanted = message["method"] == "workspace/configuration"
            result = [self._section(item["section"]) for item in message["params"]["items"]] if wanted else None
            self._send({"id": message["id"], "result": result})

    def _section(self, name: str) -> Any:
        """A part of the settings, as a tree."""
        tree: dict[str, Any] = {}
        for key, value in self._settings.items():
            *folders, leaf = key.split(".")
            part = tree
            for folder in folders:
                part = part.setdefault(folder, {})
            part[leaf] = value
        return tree.get(name, {}) if name else tree

    def _send(self, message: Message) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._server.stdin is not None
        self._server.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self._server.stdin.flush()

    def _read(self) -> Message:
        assert self._server.stdout is not None
        size = 0
        while header := self._server.stdout.readline().strip():
            name, _colon, value = header.partition(b":")
            if name.lower() == b"content-length":
                size = int(value)
        assert size, "the language server has ended"
        return json.loads(self._server.stdout.read(size))


CAPABILITIES = {
    "textDocument": {
        "completion": {"completionItem": {"snippetSupport": True, "documentationFormat": ["markdown"]}},
        "hover": {"contentFormat": ["markdown"]},
        "publishDiagnostics": {},
    },
    "workspace": {"configuration": True, "didChangeConfiguration": {"dynamicRegistration": True}},
}


def _place(uri: str, line: int, column: int) -> Message:
    return {"textDocument": {"uri": uri}, "position": {"line": line, "character": column}}
