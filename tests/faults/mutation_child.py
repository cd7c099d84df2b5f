# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads mutated inputs in a process of its own, whose end by a signal is a finding and not the end of the tests.

    python3 tools/env.py run main python tests/faults/mutation_child.py ledger 17 18

reads the input of seed 17 once more, and prints it with what became of it.
"""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import sys
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "tools")]

from collection import link_collection  # noqa: E402

sys.path[:0] = [str(link_collection())]

from ansible_collections.fincon.mail.plugins.module_utils._core import passwords  # noqa: E402
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import InvalidRecordsError  # noqa: E402
from ansible_collections.fincon.mail.plugins.module_utils._core.texts import visible  # noqa: E402
from ansible_collections.fincon.mail.tests.faults import mutate  # noqa: E402
from ansible_collections.fincon.mail.tests.faults.readers import CANARY, READERS, Reader  # noqa: E402

#: What one input may take: seconds of the processor, and bytes of memory for the whole process.
SECONDS, MEMORY = 10, 2 * 1024**3
#: Nobody reads a longer line.
LINE = 2000


def main(name: str, first: int, last: int) -> None:
    """Read the inputs of the seeds, and print the findings as JSON: kind and sentence of each."""
    reader = READERS[name]
    found: list[tuple[str, str]] = []
    read = 0
    with tempfile.TemporaryDirectory() as folder:
        os.environ["HOME"] = folder
        path = Path(folder) / "file.yml"
        for seed in range(first, last):
            content = mutate.mutated(reader.samples[seed % len(reader.samples)], seed)
            if last == first + 1:
                print(content[:3000])
            problems, was_read = watched(reader, path, content, f"{name} {seed} {seed + 1}")
            read += was_read
            found += problems
        # The size of an answer is limited where it is received.
        for number, content in enumerate(large() if first == 0 and reader.secret != CANARY else ()):
            found += watched(reader, path, content, f"{name} large input {number}")[0]
        if reader.whole and first == 0:
            found += [("wrong", f"{name}: {sentence}") for sentence in taken_for_whole(reader, path)]
    print(json.dumps({"found": found, "read": read}), flush=True)


def watched(reader: Reader, path: Path, content: bytes, again: str) -> tuple[list[tuple[str, str]], bool]:
    """Judge one input within its time; a process that takes more of it is ended by a signal.

    :param again: what repeats it. Whoever finds this process dead learns from its standard error which input it was.
    """
    print(again, file=sys.stderr, flush=True)
    path.write_bytes(content)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    problems, was_read = judged(reader, path)
    signal.setitimer(signal.ITIMER_PROF, 0)
    return [(kind, f"{again}: {sentence}") for kind, sentence in problems], was_read


def large() -> Iterator[bytes]:
    """Yield inputs that would take all time or memory, if they were let."""
    for opening in (b"[", b'{"a":', b"{a: ", b"- ", b"? ", b"- - ? "):
        yield opening * 50_000
        yield b"ledger: 1\nplugin: fincon.mail.fleet\nbranch: a\nusers:\n- " + opening * 50_000
    yield b"".join(b"  " * depth + b"a:\n" for depth in range(2000))
    yield b"a: &a [x]\n" + b"".join(
        b"%c: &%c [*%c,*%c,*%c,*%c,*%c,*%c]\n" % (n, n, *[n - 1] * 6) for n in range(98, 123)
    )
    yield b"\n".join((b"ledger: 1", b"x: &a [*a]", b"y: *a", b"<<: &b {<<: *b}"))
    record = b"  - {user: THANDI, sender_name: Thandi Nkosi, password: set}\n"
    yield b"branch: a\nusers:\n" + record * (100 * 1024**2 // len(record))
    yield b'{"version": 1, "branches": [' + b"[]," * (100 * 1024**2 // 3)
    yield b"user,sender_name\n" + b"THANDI,Thandi\n" * (100 * 1024**2 // 14)
    yield b"#" * 100 * 1024**2


def _make_quick() -> None:
    """Fingerprints of the least cost and no wait for the disk: there are thousands."""
    slow = passwords.fingerprint
    passwords.fingerprint = lambda password, salt=None, cost=(16, 8, 1): slow(password, salt, cost)
    os.fsync = lambda _handle: None


def judged(reader: Reader, path: Path) -> tuple[list[tuple[str, str]], bool]:
    """Return what is wrong with how a file was read, and whether it was."""
    try:
        reader.read(path)
    except reader.errors as exc:
        # What is wrong with the records together is no fault of a file.
        place = "" if isinstance(exc, InvalidRecordsError) else reader.place(path)
        return list(told_badly(str(exc), place, reader.secret)), False
    except Exception:
        lines = traceback.format_exc().splitlines()
        places = [line.strip() for line in lines if "/plugins/" in line]
        return [("tracebacks", f"{lines[-1][:200]!r} at {places[-1:]}")], False
    return [], True


def told_badly(text: str, place: str, secret: str) -> Any:
    """Yield what is wrong with a sentence of the product."""
    shown = repr(text[:300])
    if place not in text:
        yield "wrong", f"does not name {place}: {shown}"
    if secret in text:
        at = text.index(secret)
        yield "leaked", f"shows the password: {text[max(0, at - 150) : at + 50]!r}"
    for line in text.split("\n"):
        if visible(line) != line or re.search("[\ud800-\udfff]", line):
            yield "wrong", f"acts on a terminal: {line[:300]!r}"
        if len(line) > LINE:
            yield "wrong", f"has a line of {len(line)} characters: {line[:300]!r}"


def taken_for_whole(reader: Reader, path: Path) -> Any:
    """Yield the beginnings of a right file that are taken for a file, and for another one."""
    sample = reader.samples[0]
    path.write_bytes(sample)
    if not judged(reader, path)[1]:
        return
    whole = reader.read(path)
    for end in range(len(sample)):
        path.write_bytes(sample[:end])
        problems, was_read = judged(reader, path)
        yield from (f"cut after {end} bytes: {sentence}" for _kind, sentence in problems)
        if was_read and reader.read(path) != whole:
            yield f"the first {end} of {len(sample)} bytes are taken for the whole: …{sample[:end][-60:]!r}"


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    _make_quick()
    for position in range(1, len(sys.argv), 3):
        main(sys.argv[position], int(sys.argv[position + 1]), int(sys.argv[position + 2]))
