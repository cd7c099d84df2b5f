# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prometheus' own program reads the metrics and the sample alerts, and finds nothing to say."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from ansible_collections.fincon.mail.plugins.plugin_utils._metrics.text import to_text
from ansible_collections.fincon.mail.tests.unit.metrics.test_sources import drift, evidence, status, verify
from collection import ROOT

if shutil.which("promtool") is None:
    pytest.skip("not installed: promtool (sh tests/setup/promtool.sh)", allow_module_level=True)


def promtool(*arguments, given=""):
    return subprocess.run(
        ["promtool", *arguments], input=given, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("make", [drift, status, verify, evidence])
def test_the_metrics_follow_the_practice_of_prometheus(make):
    done = promtool("check", "metrics", given=to_text(make()))
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_the_sample_alerts_are_rules():
    done = promtool("check", "rules", str(ROOT / "examples" / "metrics" / "fincon-alerts.yml"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "7 rules found" in done.stdout
