# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file of the metrics holds those of every kind, and never half of them."""

from __future__ import annotations

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.plugin_utils._metrics.file import write_metrics
from ansible_collections.fincon.mail.plugins.plugin_utils._metrics.text import Family


def family(name, value=1.0, **labels):
    made = Family(name, "Of a test.")
    made.add(value, **labels)
    return made


def samples(path):
    return [line for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]


def test_each_kind_replaces_its_own_metrics_and_leaves_the_others(tmp_path):
    path = tmp_path / "made" / "fincon.prom"
    assert write_metrics(str(path), [family("drift_a", branch="gone"), family("drift_b")])
    assert write_metrics(str(path), [family("verify_a")])
    assert write_metrics(str(path), [family("drift_a", 2, branch="new")])
    assert samples(path) == ["fincon_mail_verify_a 1", 'fincon_mail_drift_a{branch="new"} 2']
    assert not write_metrics(str(path), [family("drift_a", 2, branch="new")])
    assert [item.name for item in path.parent.iterdir()] == ["fincon.prom"]


def test_the_collector_may_read_it(tmp_path):
    path = tmp_path / "fincon.prom"
    write_metrics(str(path), [family("drift_a")])
    assert path.stat().st_mode & 0o777 == 0o644


def test_check_mode_writes_nothing_and_says_the_same(tmp_path):
    path = tmp_path / "fincon.prom"
    assert write_metrics(str(path), [family("drift_a")], check_mode=True)
    assert not path.exists()


@pytest.mark.parametrize(
    "content", ["root:x:0:0\n", "node_load1 0.1\n", "# a note\n", "\ud800".encode("utf-16", "surrogatepass")]
)
def test_a_file_of_something_else_is_left_as_it_is(tmp_path, content):
    path = tmp_path / "other.prom"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    before = path.read_bytes()
    with pytest.raises(FinconError, match="is not a file of this collection's metrics"):
        write_metrics(str(path), [family("drift_a")])
    assert path.read_bytes() == before


def test_a_name_that_the_collector_would_not_read_is_refused(tmp_path):
    with pytest.raises(FinconError, match=r"must end with \.prom"):
        write_metrics(str(tmp_path / "fincon.txt"), [family("drift_a")])


def test_a_folder_that_cannot_be_written_is_an_error_with_its_name(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(FinconError, match=r"file.*: the metrics cannot be written"):
        write_metrics(str(tmp_path / "file" / "fincon.prom"), [family("drift_a")])
