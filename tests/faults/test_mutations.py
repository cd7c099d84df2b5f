# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Damaged files and answers: each is read, or there is a sentence that names it.

The inputs are the same in each run. `FAULTS_SEED=100000` tries others; a finding names what repeats it, for
`python tests/faults/mutation_child.py`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._backends import fingerprints
from ansible_collections.fincon.mail.plugins.module_utils._backends.attended.backend import AttendedBackend
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._core.passwords import Fingerprints
from ansible_collections.fincon.mail.plugins.module_utils._core.records import SMTP_SERVER
from ansible_collections.fincon.mail.plugins.module_utils._core.state import DesiredRecord
from ansible_collections.fincon.mail.plugins.module_utils._module.workflow import Request, write
from ansible_collections.fincon.mail.plugins.plugin_utils._report.files import write_report
from ansible_collections.fincon.mail.plugins.plugin_utils._report.reading import ReportError

from .readers import READERS

#: How many inputs each reader gets: about as many as take the same time.
INPUTS = {
    "files of a fleet": {"fleet": 1000, "branch": 1000, "users": 1000},
    "ledgers": {"ledger": 2500, "right ledger": 2000},
    "other files": {"csv": 3000, "fingerprints": 3000, "report": 700},
    "answers of adapters": {
        "adapter's description": 1500, "adapter's records": 1500, "adapter's results": 700, "adapter's failure": 400,
        "adapter's error": 1500,
    },
    "answers of servers": {name: 250 for name in READERS if name.startswith("server's")},
}  # fmt: skip
FIRST = int(os.environ.get("FAULTS_SEED", "0"))
CHILD = Path(__file__).with_name("mutation_child.py")


def test_every_reader_gets_inputs() -> None:
    assert {name for counts in INPUTS.values() for name in counts} == set(READERS)


@pytest.mark.parametrize("group", INPUTS)
def test_whatever_is_damaged_is_read_or_named_and_never_ends_in_a_python_error(
    group: str, tally: Callable[..., None]
) -> None:
    counts = INPUTS[group]
    arguments = [text for name, count in counts.items() for text in (name, str(FIRST), str(FIRST + count))]
    done = subprocess.run([sys.executable, str(CHILD), *arguments], capture_output=True, text=True, check=False)
    found: dict[str, list[str]] = {"wrong": [], "leaked": [], "tracebacks": []}
    read = 0
    for line in done.stdout.splitlines():
        report = json.loads(line)
        read += report["read"]
        for kind, sentence in report["found"]:
            found[kind].append(sentence)
    if done.returncode:
        found["tracebacks"].append(f"the process ended with {done.returncode}: {done.stderr.splitlines()[-1:]}")
    assert read or done.returncode or group == "ledgers", "some damage does no harm"
    tally("inputs", sum(counts.values()), **found)


@pytest.fixture
def ordinary() -> Iterator[None]:
    """The rights of an ordinary user, whom the mode of a folder binds."""
    if os.getuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def attended(ledger: Path) -> Any:
    """A write at an attended site."""
    desired = DesiredRecord(SMTP_SERVER, "HQ relay", {"mail_server": "smtp.example.co.za"})
    backend = AttendedBackend({"ledger": str(ledger), "lock_wait": 1.0})
    return lambda check_mode: write(backend, Request((desired,), verify="none"), check_mode)


@pytest.fixture
def closed() -> Iterator[Path]:
    """A folder that everybody reaches and nobody but root can write to. Those of pytest are for their owner only."""
    with tempfile.TemporaryDirectory() as name:
        os.chmod(name, 0o555)
        yield Path(name)


def test_a_folder_that_cannot_be_written_is_named_and_check_mode_reads_it_all_the_same(
    closed: Path, ordinary: None, tally: Callable[..., None]
) -> None:
    folder = closed
    run, wrong = attended(folder / "ledger.yml"), []
    assert run(True).outcome == "planned"
    attempts: list[tuple[type[Exception], str, Callable[[], object]]] = [
        (FinconError, f"{folder}/ledger.yml: the ledger cannot be locked (Permission denied)", lambda: run(False)),
        (
            FinconError,
            f"{folder}/prints.json: the fingerprints cannot be written (Permission denied)",
            lambda: fingerprints.save(folder / "prints.json", Fingerprints({})),
        ),
        (
            ReportError,
            "the report cannot be written (Permission denied)",
            lambda: write_report([], "2026-11-24T04:00:00Z", str(folder / "report")),
        ),
    ]
    for kind, text, attempt in attempts:
        with pytest.raises(kind) as caught:
            attempt()
        if text not in str(caught.value) or str(folder) not in str(caught.value):
            wrong.append(str(caught.value))
    tally("inputs", len(attempts), wrong=wrong)
