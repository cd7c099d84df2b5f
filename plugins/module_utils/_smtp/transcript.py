# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""The record of a dialogue: its stages with their times, and what was learnt."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._smtp.observation import Failure, Observation


@dataclass
class Transcript:
    """Filled by a dialogue, whether it succeeds or not. ``warnings`` are observations for those of the result."""

    stages: list[dict[str, Any]] = field(default_factory=list)
    addresses: list[dict[str, Any]] = field(default_factory=list)
    tls: dict[str, Any] | None = None
    capabilities: dict[str, str] = field(default_factory=dict)
    warnings: list[Observation] = field(default_factory=list)
    greeting: str = ""
    """What the server said of itself: its banner, and the first line of its answer to EHLO."""
    ehlo_name: str = ""
    """The name by which the probe introduced itself."""
    message_id: str = ""
    """That of the test message, once the server has accepted it."""

    def passed(self, stage: str) -> bool:
        """Whether a stage was passed."""
        return any(entry["stage"] == stage and entry["ok"] for entry in self.stages)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time one stage (milliseconds), and add its name to a failure that has no stage."""
        started = time.monotonic()
        try:
            yield
        except TimeoutError:
            # The deadline of the whole probe was over before this stage could send anything.
            self._record(name, False, started)
            raise Failure(Observation(stage=name, event="stalled")) from None
        except Failure as exc:
            seen = exc.observation
            exc.observation = seen if seen.stage else replace(seen, stage=name)
            self._record(exc.observation.stage, False, started)
            raise
        self._record(name, True, started)

    def warn(self, stage: str, event: str, facts: Mapping[str, str] | None = None, text: str = "") -> None:
        """Note an observation for a warning."""
        self.warnings.append(Observation(stage=stage, event=event, text=text, facts=facts or {}))

    def _record(self, name: str, ok: bool, started: float) -> None:
        self.stages.append({"stage": name, "ok": ok, "ms": round((time.monotonic() - started) * 1000)})
