# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._backends.attended.csv_records import decoded
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._io import files
from ansible_collections.fincon.mail.plugins.plugin_utils._action import FinconAction


class ActionModule(FinconAction):
    """The module of the same name. The CSV files are on the controller, so they are read here."""

    def _arguments(self, variables: dict[str, Any]) -> dict[str, Any]:
        arguments = super()._arguments(variables)
        files = arguments.get("csv_files") or []
        names = [files] if isinstance(files, str) else list(files)
        return {**arguments, "csv_files": names, "csv_contents": [_content(str(name)) for name in names]}


def _content(name: str) -> str:
    try:
        return decoded(name, files.read(Path(name).expanduser()))
    except OSError as exc:
        raise FinconError(f"{name}: the file cannot be read on the controller: {exc.strerror}") from exc
