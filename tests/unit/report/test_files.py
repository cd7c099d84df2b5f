# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of a report."""

from __future__ import annotations

import errno
import json
import os

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._io import locks
from ansible_collections.fincon.mail.plugins.plugin_utils._report import files
from ansible_collections.fincon.mail.plugins.plugin_utils._report.document import to_json
from ansible_collections.fincon.mail.plugins.plugin_utils._report.files import (
    FORMATS,
    begin_report,
    now,
    read_reports,
    write_report,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._report.reading import ReportError

NAMES = ["drift-report.html", "drift-report.json", "drift-report.md", "drift-report.xml"]


@pytest.fixture
def write(results, tmp_path):
    def written(day=None, dest=tmp_path / "a" / "b", changes=(), **options):
        day = day or results.monday
        return write_report([results.entry(results.read(*changes), day=day)], day, str(dest), **options)

    return written


def test_all_formats_are_written_into_a_new_folder(write, tmp_path):
    written = write()
    assert sorted(os.listdir(tmp_path / "a" / "b")) == NAMES, "and no temporary file is left"
    assert sorted(written.files) == [str(tmp_path / "a" / "b" / name) for name in NAMES]
    assert (written.changed, written.warnings) == (True, [])


def test_the_json_comes_last_since_the_next_run_relies_on_it():
    assert FORMATS[-1] == "json"


def test_a_run_that_begins_sets_the_last_report_aside_and_its_history_goes_on(write, results, tmp_path):
    write(dest=tmp_path)
    gone = begin_report(str(tmp_path))
    assert sorted(gone) == [str(tmp_path / name) for name in NAMES]
    assert [name for name in os.listdir(tmp_path) if not name.startswith(".")] == []
    with pytest.raises(ReportError, match="no file matches"):
        read_reports([str(tmp_path / "*")])
    assert begin_report(str(tmp_path)) == [], "the run before has died"
    written = write(results.tuesday, tmp_path, [results.change(results.port)])
    assert written.document["history"]["previous"] == results.monday
    assert [item["text"] for item in written.document["history"]["new"]] == ["definition HQ, port: is 25, declared 587"]


def test_the_report_before_is_found_where_it_was_though_it_was_set_aside(write, results, tmp_path):
    write(dest=tmp_path)
    begin_report(str(tmp_path))
    written = write(results.tuesday, tmp_path, previous=str(tmp_path / "drift-report.json"))
    assert (written.document["history"]["previous"], written.warnings) == (results.monday, [])


def test_nothing_is_set_aside_in_check_mode_or_where_there_is_nothing(write, tmp_path):
    assert begin_report(str(tmp_path / "nowhere")) == []
    assert not (tmp_path / "nowhere").exists()
    write(dest=tmp_path)
    assert len(begin_report(str(tmp_path), check_mode=True)) == len(NAMES)
    assert sorted(os.listdir(tmp_path)) == NAMES


def test_only_the_formats_that_are_wanted_are_written(write, tmp_path):
    assert write(formats=["markdown"], dest=tmp_path).files == [str(tmp_path / "drift-report.md")]
    assert os.listdir(tmp_path) == ["drift-report.md"]


def test_a_run_waits_for_another_that_writes_into_the_same_folder(write, tmp_path, monkeypatch):
    monkeypatch.setattr(files, "_LOCK_WAIT", 0.0)
    with locks.acquire_folder(str(tmp_path), wait=0):
        with pytest.raises(ReportError, match="another run has been writing its report there"):
            write(dest=tmp_path)
        assert write(dest=tmp_path, check_mode=True).changed, "a look needs no lock"
        assert os.listdir(tmp_path) == []
    assert write(dest=tmp_path).changed


def test_where_a_folder_cannot_be_locked_the_report_is_written_nevertheless(write, tmp_path, monkeypatch):
    def refused(*_arguments, **_options):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(locks, "acquire_folder", refused)
    write(dest=tmp_path)
    assert sorted(os.listdir(tmp_path)) == NAMES


def test_what_a_killed_run_left_half_written_is_cleared_away(write, tmp_path):
    (tmp_path / ".drift-report.html.tmp").write_text("<html>")
    write(dest=tmp_path)
    assert sorted(os.listdir(tmp_path)) == NAMES


def test_check_mode_writes_nothing_and_says_the_same(write, tmp_path):
    checked = write(check_mode=True)
    assert os.listdir(tmp_path) == []
    assert checked == write()


def test_changed_is_told_by_the_content(write):
    write()
    assert write(previous="/nonexistent").changed is False, "the same report"
    assert write("2026-11-24T04:00:00Z").changed is True


def test_new_files_have_the_rights_that_the_umask_gives(write, tmp_path):
    before = os.umask(0o027)
    try:
        write(dest=tmp_path)
    finally:
        os.umask(before)
    assert {(tmp_path / name).stat().st_mode & 0o777 for name in NAMES} == {0o640}


def test_running_it_daily_makes_a_history(results, write):
    write(changes=[results.change(results.port)])
    document = write(results.tuesday).document
    assert document["history"]["previous"] == results.monday
    assert len(document["history"]["gone"]) == 1


def test_the_report_before_can_be_elsewhere(results, write, tmp_path):
    write(dest=tmp_path / "old", changes=[results.change(results.port)])
    written = write(results.tuesday, previous=str(tmp_path / "old" / "drift-report.json"))
    assert written.document["history"]["previous"] == results.monday


@pytest.mark.parametrize("content", [b"{", b"\xff", b'{"version": 2}', None])
def test_a_report_before_that_cannot_be_used_is_a_warning_and_no_failure(write, tmp_path, content):
    previous = tmp_path / "before.json"
    if content is not None:
        previous.write_bytes(content)
    written = write(previous=str(previous))
    assert written.document["history"]["previous"] is None
    assert len(written.warnings) == 1
    assert written.warnings[0].startswith(str(previous))
    assert written.warnings[0].endswith("this report cannot show what is new or resolved")


def test_half_a_character_from_outside_can_be_written_and_read(results, tmp_path):
    entry = results.entry({"msg": "half \ud83d"})
    write_report([entry], results.monday, str(tmp_path))
    assert read_reports([str(tmp_path / "drift-report.json")])[0]["branches"][0]["reason"] == "half \ud83d"
    assert "half \\ud83d" in (tmp_path / "drift-report.md").read_text("utf-8")


def test_a_folder_that_cannot_be_written_is_named(write, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ReportError, match=r"file.*: the report cannot be written \("):
        write(dest=tmp_path / "file" / "below")


def test_patterns_lead_to_reports_each_once(write, tmp_path):
    for name in ("north", "south"):
        write(dest=tmp_path / name)
    patterns = [str(tmp_path / "*" / "*.json"), str(tmp_path / "north" / "drift-report.json")]
    assert len(read_reports(patterns)) == 2


def test_a_pattern_that_leads_to_no_file_is_an_error(tmp_path):
    with pytest.raises(ReportError, match=r"none-\*\.json: no file matches in "):
        read_reports([str(tmp_path / "none-*.json")])


def test_a_file_that_is_not_a_report_is_named_when_it_is_merged(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps({"version": 0}))
    with pytest.raises(ReportError, match=r"a\.json: is a report of version 0"):
        read_reports([str(tmp_path / "a.json")])


def test_the_present_time_is_in_utc_to_the_second():
    assert len(now()) == len("2026-11-24T04:00:00Z")
    assert now().endswith("Z")


@pytest.mark.parametrize(
    ("spoilt", "reason"),
    [
        (lambda text: text.replace("2026-11-23T04", "2026-02-30T04"), "must be a date or a time in UTC"),
        (lambda text: text.replace('"version": 1', f'"version": {"9" * 5000}'), "a number of too many digits"),
        (lambda _text: "[" * 100000, "nested too deeply"),
    ],
    ids=["30 February", "digits", "depth"],
)
def test_a_damaged_report_is_named_with_what_is_wrong(results, tmp_path, spoilt, reason):
    document = results.document(durban=results.read(results.change(results.port)))
    path = tmp_path / "old.json"
    path.write_text(spoilt(to_json(document)))
    with pytest.raises(ReportError, match=reason) as caught:
        read_reports([str(path)])
    assert str(path) in str(caught.value)
