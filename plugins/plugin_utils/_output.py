# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Ansible shows for a task of ours: lines, the progress of long work, and a failure with only its message."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from multiprocessing import parent_process
from typing import NoReturn

from ansible import constants, context
from ansible.errors import AnsibleActionFail, AnsibleError
from ansible.utils.display import Display
from ansible_collections.fincon.mail.plugins.module_utils._io.progress import listening

#: After how many seconds long work first reports its progress, and how often after that.
_FIRST = 5.0
_INTERVAL = 15.0

#: The exit status of a run that stops before its tasks, as of Ansible itself (docs/exit-status.md).
_STOPPED = 4

#: The last part of the names of stdout callbacks that show each result as a whole, some of them for programs.
#: Lines between their results would disturb them.
_OF_RESULTS = frozenset({"json", "jsonl", "minimal", "oneline"})


class Failure(AnsibleActionFail):
    """A failure that Ansible shows once, as the ``msg`` of the result.

    For any other failed task it also shows an error with the same message and the lines of the task. For a task of this
    collection, those lines do not help a user. It is raised and bypasses ``failed_when``, so it is only for actions
    whose purpose is to fail.
    """

    @property
    def omit_exception_key(self) -> bool:
        """Whether the result omits the exception, for which Ansible would show that error."""
        return True


def end_run(text: str) -> NoReturn:
    """End the run with an error and nothing around it, from ``hosts`` of a play.

    For an error raised there, Ansible also shows the lines of the playbook. They do not help a user whose files have
    errors.

    :raises AnsibleError: in a worker, where a task can fail but the run cannot end.
    """
    if parent_process() is not None:
        raise AnsibleError(text)
    Display().error(text, wrap_text=False)
    raise SystemExit(_STOPPED)


def is_for_people() -> bool:
    """Whether lines may be shown between the results."""
    callback = str(constants.DEFAULT_STDOUT_CALLBACK).rpartition(".")[2]
    # An ad hoc call shows the result itself, in one line with -o.
    return callback not in _OF_RESULTS and "module_name" not in context.CLIARGS


def show(lines: Iterable[str]) -> None:
    """Show lines all together, since workers of other hosts may show theirs at the same time."""
    text = "\n".join(lines)
    if text and is_for_people():
        Display().display(text)


def warn(texts: Iterable[str]) -> None:
    """Show warnings at once, each one once.

    Ansible shows the warnings of a task with its result, so a setting that hides the result, such as
    ``display_skipped_hosts``, hides them too.
    """
    for text in dict.fromkeys(texts):
        Display().display(f"[WARNING]: {text}", color=constants.COLOR_WARN, stderr=True)


class Progress:
    """Reports the progress of long work: a line at intervals, and none when the work is quick.

    :param name: what the work is for, such as a branch.
    :param clock: returns the time in seconds.
    :param said: receives the line.
    """

    def __init__(
        self,
        name: str,
        clock: Callable[[], float] = time.monotonic,
        said: Callable[[Iterable[str]], None] = show,
    ) -> None:
        self._name, self._clock, self._said = name, clock, said
        self._next = clock() + _FIRST

    def __call__(self, done: int, total: int, what: str) -> None:
        """Record the steps, and report them if it is time. Finished work is not reported: its result says more."""
        now = self._clock()
        if (done < total or not total) and now >= self._next:
            self._next = now + _INTERVAL
            self._said([f"{self._name}: {done:,}{f' of {total:,}' if total else ''} {what}"])


def progress(name: str) -> AbstractContextManager[None]:
    """Report the progress of the work of a block.

    :param name: what the work is for.
    """
    return listening(Progress(name))
