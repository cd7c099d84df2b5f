# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Runs one program: bytes in, bytes out, with limits on time and size. No process is left when it returns."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO, Any, Callable

from ansible_collections.fincon.mail.plugins.module_utils._io.deadlines import Deadline

#: How much of the end of standard error is kept, in bytes: programs name the cause there.
TAIL = 8192
#: Why a program was stopped before it was done.
TIMEOUT = "timeout"
EXCESS = "excess"

#: How long the output of an ended program is still read, in seconds, when another process holds its pipes.
_LINGER = 1.0
#: How often to check whether a program with open pipes has ended, in seconds.
_TICK = 0.05
_CHUNK = 65536


@dataclass(frozen=True)
class Limits:
    """The limits of one call.

    :param seconds: longest time.
    :param output: largest number of bytes on standard output.
    :param grace: time between SIGTERM and SIGKILL, in seconds; with 0 there is no SIGTERM.
    """

    seconds: float
    output: int
    grace: float = 5.0


@dataclass(frozen=True)
class Ended:
    """The result of a program. Its texts may hold secrets, so they are not part of the repr.

    :param status: exit status; the negative number of the signal that killed it.
    :param stdout: standard output, whole unless ``stopped``.
    :param stderr: the last :data:`TAIL` bytes of standard error.
    :param stderr_cut: whether there was more of it.
    :param stopped: :data:`TIMEOUT` or :data:`EXCESS` when it was stopped here, else empty.
    :param seconds: how long it ran.
    """

    status: int
    stdout: bytes = field(default=b"", repr=False)
    stderr: bytes = field(default=b"", repr=False)
    stderr_cut: bool = False
    stopped: str = ""
    seconds: float = 0.0


#: ``runner(argv, request, limits)``: see :func:`run`.
Runner = Callable[[Sequence[str], bytes, Limits], Ended]


def run(argv: Sequence[str], request: bytes, limits: Limits) -> Ended:
    """Run a program in its own session, without a shell, and return its result.

    The environment and the working directory are those of this process. When the program has ended or was stopped, the
    rest of its process group is killed.

    :param request: what it gets on standard input. It need not read it.
    :raises OSError: when it cannot be started.
    :raises ValueError: when an argument cannot be passed.
    """
    started, deadline = time.monotonic(), Deadline.after(limits.seconds)
    # The administrator's own program. run_command of AnsibleModule has no limits, and a worker has no AnsibleModule.
    process = subprocess.Popen(  # noqa: S603  # pylint: disable=ansible-bad-function
        list(argv),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
        start_new_session=True,
    )
    with _Talk(process, request, limits.output) as talk:
        stopped = _guide(talk, deadline, limits.grace)
    return Ended(
        process.returncode,
        bytes(talk.stdout),
        bytes(talk.stderr[-TAIL:]),
        len(talk.stderr) > TAIL,
        stopped,
        time.monotonic() - started,
    )


def _guide(talk: _Talk, deadline: Deadline, grace: float) -> str:
    """Let the program work until it ends or must be stopped; return why it was stopped."""
    if talk.listen(deadline):
        return ""
    if grace > 0:
        talk.signal(signal.SIGTERM)
        talk.listen(Deadline.after(grace))
    return EXCESS if talk.excess else TIMEOUT


class _Talk:
    """The pipes of a running program, none of which may block the others."""

    def __init__(self, process: subprocess.Popen[bytes], request: bytes, most: int) -> None:
        self.stdout, self.stderr = bytearray(), bytearray()
        self.excess = False
        self._process = process
        self._unsent = memoryview(request)
        self._most = most
        self._selector = selectors.DefaultSelector()
        for pipe, event, handle in (
            (process.stdin, selectors.EVENT_WRITE, self._send),
            (process.stdout, selectors.EVENT_READ, self._take_stdout),
            (process.stderr, selectors.EVENT_READ, self._take_stderr),
        ):
            if pipe is None:
                continue
            os.set_blocking(pipe.fileno(), False)
            self._selector.register(pipe, event, handle)

    def __enter__(self) -> _Talk:
        return self

    def __exit__(self, *_exc: Any) -> None:
        self.signal(signal.SIGKILL)
        self._process.wait()
        self._selector.close()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe is not None:
                pipe.close()

    def signal(self, number: int) -> None:
        """Send a signal to the whole process group."""
        # macOS reports EPERM for a group whose members have all ended.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)

    def listen(self, deadline: Deadline) -> bool:
        """Serve the pipes; true when the program has ended, false at the deadline or when it prints too much."""
        linger: Deadline | None = None
        while True:
            if linger is None and self._process.poll() is not None:
                linger = Deadline.after(_LINGER)
            if linger is not None and (not self._is_heard() or linger.passed):
                return True
            if linger is None and deadline.passed:
                return False
            before = self.excess
            self._serve(min(_TICK, deadline.remaining()) if linger is None else _TICK)
            if self.excess and not before:
                return False

    def _is_heard(self) -> bool:
        return any(key.events & selectors.EVENT_READ for key in self._selector.get_map().values())

    def _serve(self, seconds: float) -> None:
        if not self._selector.get_map():
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(seconds)
            return
        for key, _events in self._selector.select(seconds):
            key.data(key.fileobj)

    def _send(self, pipe: IO[bytes]) -> None:
        try:
            self._unsent = self._unsent[os.write(pipe.fileno(), self._unsent[:_CHUNK]) :]
        except BlockingIOError:
            return
        except BrokenPipeError:
            # The program does not read its input. Its own answer says more than this error.
            self._unsent = self._unsent[:0]
        if not self._unsent:
            self._drop(pipe)

    def _take_stdout(self, pipe: IO[bytes]) -> None:
        self.stdout += self._receive(pipe)
        if len(self.stdout) > self._most:
            self.excess = True
            self._drop(pipe)

    def _take_stderr(self, pipe: IO[bytes]) -> None:
        self.stderr += self._receive(pipe)
        # One byte more than the tail shows that it was cut.
        del self.stderr[: -TAIL - 1]

    def _receive(self, pipe: IO[bytes]) -> bytes:
        try:
            chunk = os.read(pipe.fileno(), _CHUNK)
        except BlockingIOError:
            return b""
        if not chunk:
            self._drop(pipe)
        return chunk

    def _drop(self, pipe: IO[bytes]) -> None:
        self._selector.unregister(pipe)
        pipe.close()
