# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What records of runs keep: the message of an error as it is, and no secret."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import ara.setup
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from .collector import collecting
from .conftest import Refusal

#: Prints the results that failed, by ARA's own client, in its last line.
_FAILED = """
import json
from ara.clients.offline import AraOfflineClient
client = AraOfflineClient()
failed = client.get("/api/v1/results", status="failed")["results"]
print(json.dumps([client.get(f"/api/v1/results/{result['id']}")["content"] for result in failed]))
"""


def kept(database: Path) -> Iterator[str]:
    """Every value of a database of ARA, which compresses most texts."""
    with closing(sqlite3.connect(database)) as connection:
        for (table,) in connection.execute("select name from sqlite_master where type = 'table'").fetchall():
            for row in connection.execute(f'select * from "{table}"'):
                for value in row:
                    yield str(zlib.decompress(value) if isinstance(value, bytes) else value)


def texts(attributes: Iterable[Any]) -> dict[str, str]:
    """The texts among the attributes of a span or an event."""
    return {each.key: each.value.string_value for each in attributes if each.value.HasField("string_value")}


def test_ara_keeps_the_error_as_it_is_and_no_secret(refusal: Refusal) -> None:
    folder = refusal.site.folder / "ara"
    settings = {"ARA_BASE_DIR": str(folder), "DJANGO_LOG_LEVEL": "ERROR"}
    refusal.run(ANSIBLE_CALLBACK_PLUGINS=str(Path(ara.setup.path) / "plugins" / "callback"), **settings)
    asked = subprocess.run(
        [sys.executable, "-c", _FAILED], env={**refusal.site.environment(refusal.site.folder), **settings},
        cwd=refusal.site.folder, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert asked.returncode == 0, asked.stderr
    assert json.loads(asked.stdout.splitlines()[-1]) == [{"changed": False, "msg": refusal.message}]
    values = list(kept(folder / "ansible.sqlite"))
    assert any("relay@example.co.za" in value for value in values), "the search reads results"
    assert not [value for value in values if "c4nary" in value]
    assert not [file for file in folder.rglob("*") if file.is_file() and b"c4nary" in file.read_bytes()]


def test_opentelemetry_sends_the_error_as_that_of_one_span_and_no_secret(refusal: Refusal) -> None:
    with collecting() as collector:
        refusal.run(
            ANSIBLE_CALLBACKS_ENABLED="community.general.opentelemetry",
            OTEL_EXPORTER_OTLP_ENDPOINT=collector.url,
            OTEL_EXPORTER_OTLP_TRACES_PROTOCOL="http/protobuf",
        )
    failed = [span for span in collector.spans if span.parent_span_id and span.status.code == Status.STATUS_CODE_ERROR]
    assert [span.status.message for span in failed] == [refusal.message]
    assert texts(failed[0].attributes)["ansible.task.message"] == refusal.message
    (exception,) = [texts(event.attributes) for event in failed[0].events if event.name == "exception"]
    assert exception["exception.message"] == f'message: "{refusal.message}"\nexception: "None"\nstderr: "None"'
    assert any(b"relay@example.co.za" in body for body in collector.bodies), "the search reads results"
    assert not [body for body in collector.bodies if b"c4nary" in body]
