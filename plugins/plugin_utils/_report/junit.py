# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report as JUnit XML, which CI systems show as test results. Pure.

The elements and attributes are those of the schema that Jenkins' xUnit plugin publishes (junit-10.xsd), which GitLab
and others also read. A branch is a test case: drift is a failure, a branch that could not be read is an error, and a
pending branch is skipped.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

from ansible_collections.fincon.mail.plugins.plugin_utils._report.document import Document
from ansible_collections.fincon.mail.plugins.plugin_utils._report.evidence import branch_text, check_texts, open_texts
from ansible_collections.fincon.mail.plugins.plugin_utils._report.lines import brief, unseen_text
from ansible_collections.fincon.mail.plugins.plugin_utils._report.words import (
    DRIFT,
    FAILED,
    INVALID,
    NOT_DECLARED,
    PENDING,
    UNREACHABLE,
    age,
    difference_text,
    pending_text,
    subject,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._work_order.view import order_name

_ELEMENTS = {DRIFT: "failure", PENDING: "skipped", UNREACHABLE: "error", FAILED: "error", INVALID: "error"}

#: Characters that XML 1.0 cannot contain, not even as references.
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_junit(document: Document) -> str:
    """Return the report as JUnit XML."""
    counts = document["counts"]
    numbers = {
        "tests": counts["branches"],
        "failures": counts[DRIFT],
        "errors": counts[UNREACHABLE] + counts[FAILED] + counts[INVALID],
    }
    totals = {"name": "fincon.mail drift", **{key: str(value) for key, value in numbers.items()}, "time": "0"}
    suites = ElementTree.Element("testsuites", totals)
    # Readers treat a time without a zone as UTC.
    own = {"skipped": str(counts[PENDING]), "timestamp": document["generated"].rstrip("Z")}
    suite = ElementTree.SubElement(suites, "testsuite", {**totals, **own})
    for entry in document["branches"]:
        _add_case(suite, entry, document["generated"])
    unseen = unseen_text(document, len(document["branches"]))
    if unseen:
        ElementTree.SubElement(suite, "system-out").text = _legal(unseen)
    ElementTree.indent(suites, " ")
    text = ElementTree.tostring(suites, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _add_case(suite: ElementTree.Element, entry: Mapping[str, Any], now: str) -> None:
    name = {
        "name": _legal(entry["branch"]),
        "classname": _legal(f"fincon.mail.{entry['region'] or 'drift'}"),
        "time": "0",
    }
    case = ElementTree.SubElement(suite, "testcase", name)
    if entry["state"] in _ELEMENTS:
        about = {"message": _legal(brief(dict(entry))), "type": entry["state"]}
        ElementTree.SubElement(case, _ELEMENTS[entry["state"]], about).text = _legal("\n".join(_details(entry, now)))
    undeclared = [record for record in entry["records"] if record.get("undeclared")]
    texts = [f"{subject(record)}: {NOT_DECLARED} (a warning)" for record in undeclared]
    if "evidence" in entry:
        texts += [f"evidence: {branch_text(entry['evidence'])}", *open_texts(entry)]
        texts += [f"{text} (an extra check)" for text in check_texts(entry)]
    if texts:
        ElementTree.SubElement(case, "system-out").text = _legal("\n".join(texts))


def _details(entry: Mapping[str, Any], now: str) -> list[str]:
    lines = [f"{entry['state']} since {entry['since']} ({age(entry['since'], now)})"]
    lines += entry["reason"].splitlines()
    for record in entry["records"]:
        lines += [f"{difference_text(record, item)} (since {item['since']})" for item in record.get("differences", ())]
        lines += [
            f"{pending_text(record, item)} "
            f"({order_name(entry['branch'], item['order'])}, item {item['item']}, since {item['since']})"
            for item in record.get("pending", ())
        ]
    return lines


def _legal(text: str) -> str:
    return _ILLEGAL.sub("\ufffd", text)
