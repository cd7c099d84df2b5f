# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The formats that people and other programs read."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from ansible_collections.fincon.mail.plugins.plugin_utils._report.document import make_document
from ansible_collections.fincon.mail.plugins.plugin_utils._report.junit import to_junit
from ansible_collections.fincon.mail.plugins.plugin_utils._report.lines import brief, out_of_sync, summary
from ansible_collections.fincon.mail.plugins.plugin_utils._report.markdown import to_markdown
from ansible_collections.fincon.mail.plugins.plugin_utils._report.page import to_html
from demo_report import TODAY, YESTERDAY, fleet

# The elements and attributes of Jenkins' junit-10.xsd, as far as they are used here.
JUNIT = {
    "testsuites": ({"name", "time", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": ({"name", "tests", "failures", "errors", "time", "skipped", "timestamp"}, {"testcase"}),
    "testcase": ({"name", "time", "classname"}, {"skipped", "error", "failure"}),
    "failure": ({"type", "message"}, set()),
    "error": ({"type", "message"}, set()),
    "skipped": ({"type", "message"}, set()),
}


@pytest.fixture(scope="module")
def made():
    """Every kind of trouble, on the second of two days."""
    return make_document(fleet(60, 12, TODAY), TODAY, make_document(fleet(60, 12, YESTERDAY), YESTERDAY))


@pytest.fixture(scope="module")
def large():
    """A fleet of 1,000 branches with 51 records each."""
    return make_document(fleet(1000, 50, TODAY), TODAY, make_document(fleet(1000, 50, YESTERDAY), YESTERDAY))


class Page(HTMLParser):
    """The elements of a page, and its text without styles and scripts."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.text, self.open = [], "", []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in ("meta", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] not in ("style", "script"):
            self.text += data

    def of(self, name):
        return [attrs for tag, attrs in self.elements if tag == name]


HOSTILE = "</script><script>alert(1)</script>|*_`[x](y) & \x00\x1b\ud800 <b>"


def hostile(results):
    change = results.change({"field": "bcc", "have": HOSTILE, "want": "a|b"}, name=HOSTILE)
    return make_document(
        [
            results.entry(results.read(change), HOSTILE, region=HOSTILE, tags=[HOSTILE]),
            results.entry({"msg": HOSTILE}, "failed"),
        ],
        results.monday,
        results.document(a=results.read(change)),
    )


def test_junit_has_the_elements_and_attributes_that_readers_know(made):
    for element in ElementTree.fromstring(to_junit(made)).iter():
        attributes, children = JUNIT[element.tag]
        assert set(element.attrib) <= attributes
        assert {child.tag for child in element} <= children


def test_junit_counts_what_it_holds(made):
    suites = ElementTree.fromstring(to_junit(made))
    suite = suites.find("testsuite")
    counts = made["counts"]
    assert int(suite.get("tests")) == len(suite.findall("testcase")) == 60
    assert int(suite.get("failures")) == len(suite.findall("testcase/failure")) == counts["drift"]
    assert int(suite.get("skipped")) == len(suite.findall("testcase/skipped")) == counts["pending"]
    errors = suite.findall("testcase/error")
    assert int(suite.get("errors")) == len(errors) == counts["failed"] + counts["unreachable"] + counts["invalid"]
    assert {error.get("type") for error in errors} == {"failed", "unreachable", "invalid"}


def test_junit_says_what_differs_and_since_when(made):
    case = next(
        case for case in ElementTree.fromstring(to_junit(made)).iter("testcase") if case.get("name") == "branch-0006"
    )
    assert case.get("classname") == "fincon.mail.north-west"
    failure = case.find("failure")
    assert failure.get("message").startswith("drift: KGOSI, sender_email: is kgosi@home.example, declared ")
    assert f"SIPHO: e-mail is off, declared on (since {TODAY})" in failure.text.splitlines()


def test_junit_survives_characters_that_xml_cannot_hold(results):
    cases = ElementTree.fromstring(to_junit(hostile(results)).encode()).findall("testsuite/testcase")
    assert cases[0].get("name") == HOSTILE.translate({0: "\\x00", 0x1B: "\\x1b", 0xD800: "\ufffd"})


def test_markdown_tells_counts_troubles_and_branches(made):
    text = to_markdown(made)
    for line in (
        "| drift | 8 |",
        "| 4 | drift | definition HQ relay, port: is 25, declared 587 "
        "| branch-0004, branch-0005, branch-0054, branch-0055 |",
        "| branch-0001 | unreachable | 2026-11-23 (1 day) | https://10.1.1.3:4090: no connection within 10 seconds; "
        "is a firewall between? |",
        "## Since the report of 2026-11-23 04:00 UTC",
        "- New: branch-0006: SIPHO: e-mail is off, declared on",
        "- branch-0002: in sync → failed",
    ):
        assert line in text.splitlines()
    assert "branch-0011" not in text, "a branch that is in sync is only counted"


def test_markdown_shows_every_text_literally(results):
    text = to_markdown(hostile(results))
    assert "<" not in text
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} <= {3, 5}
    assert r"\|\*\_\`\[x\](y) &amp;" in text


def test_markdown_of_a_large_fleet_fits_into_a_comment(large):
    text = to_markdown(large)
    assert len(text) < 65_536
    assert "more in the other formats" in text


def test_a_fleet_in_sync_is_a_short_report(results):
    document = results.document(results.tuesday, results.document(a=results.read()), a=results.read())
    assert summary(document) == [
        "1 branch: 1 in sync",
        "Since 2026-11-23 04:00 UTC: 0 differences new, 0 resolved, 0 branches in another state",
    ]
    assert to_markdown(document).endswith("## Since the report of 2026-11-23 04:00 UTC\n\nNothing has changed.\n")
    assert out_of_sync(document, fail_on_pending=True) == {}
    assert "Problems" not in to_html(document)


def test_the_summary_of_a_large_fleet_is_readable(large):
    lines = summary(large)
    assert lines[0] == "1,000 branches: 80 drift, 20 failed, 20 unreachable, 20 invalid, 40 pending, 820 in sync"
    assert len(lines) < 200
    assert all(len(line) <= 110 for line in lines)
    assert "40 x drift: definition HQ relay, port: is 25, declared 587" in lines
    assert "  BRANCH-0008-3: 5 items since 2026-11-04 (20 days)" in lines


def test_a_run_fails_for_a_branch_that_waits_only_when_it_is_told_to(results):
    document = results.document(a=results.read(pending=[results.waiting()]), b={"msg": "no"}, c=results.read())
    assert out_of_sync(document, fail_on_pending=False) == {"b": "failed: no"}
    assert out_of_sync(document, fail_on_pending=True) == {
        "a": "pending: work order A-3, 1 item open since 2026-11-20: definition HQ: port is 25, ordered 587",
        "b": "failed: no",
    }


def test_what_is_the_matter_with_a_branch_is_one_line(results):
    many = [results.change(results.port, name=f"definition {number}") for number in range(50)]
    text = brief(results.document(a=results.read(*many))["branches"][0])
    assert len(text) <= 500
    assert text.endswith(" …")


def test_the_page_needs_nothing_but_itself(large):
    page = Page(to_html(large))
    assert {tag for tag, _attrs in page.elements}.isdisjoint({"link", "img", "iframe", "object", "embed", "base"})
    assert all("src" not in attrs for _tag, attrs in page.elements)
    assert all(attrs["href"].startswith("#") for attrs in page.of("a"))
    assert "default-src 'none'" in page.of("meta")[3]["content"]
    assert page.open == []


def test_every_link_of_the_page_leads_to_its_branch(made):
    page = Page(to_html(made))
    ids = [attrs["id"] for _tag, attrs in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert {attrs["href"][1:] for attrs in page.of("a")} <= set(ids)


def test_the_map_has_a_cell_for_each_record_with_its_mark(made):
    text = to_html(made)
    row = text[text.index("<h3>branch-0007</h3>") :].partition("</div>")[0]
    assert 'role="img" aria-label="14 records: 1 missing, 1 undeclared, 12 in sync"' in row
    assert re.findall(r'<i class="c ([^"]*)" title="[^"]*">([^<]*)</i>', row) == [
        ("in_sync", "■"), ("undeclared", "+"), ("in_sync n10", "■" * 10), ("in_sync", "■"), ("missing", "–"),
    ]  # fmt: skip


def test_the_page_says_everything_without_scripts(made):
    page = Page(to_html(made))
    for text in (
        "60 branches on 2026-11-24 04:00 UTC",
        "user KGOSI sender_email is kgosi@home.example, declared kgosi@branch-0006.example.co.za",
        "https://10.1.1.3:4090: no connection within 10 seconds",
        "definition old gmail is not declared",
        "smtp_server is empty, ordered HQ relay (BRANCH-0008-3, item 2, since 2026-11-04, 20 days)",
        "New differences: 2",
    ):
        assert text in page.text
    assert [attrs for attrs in page.of("form") if "hidden" not in attrs] == [], "a filter without a script does nothing"


def test_texts_from_outside_never_become_part_of_the_page(results):
    text = to_html(hostile(results))
    page = Page(text)
    assert len(page.of("script")) == 1
    assert "alert(1)" not in text[text.index("<script>") :]
    assert page.text.count("</script><script>alert(1)</script>") >= 5


def test_the_page_of_a_large_fleet_is_light(large):
    text = to_html(large)
    assert len(text) < 3_000_000
    assert text.count("<") < 40_000
    assert text.count("■") + text.count("▨") > 50_000, "each of the records is a cell"


def test_the_lines_of_a_reason_stay_lines_in_the_summary(results):
    reason = "l.yml:1:1: ordered must be given\nl.yml:2:1: x must be text\nRepair the ledger by hand."
    assert summary(results.document(durban={"failed": True, "msg": reason}))[1:] == [
        "",
        "1 x failed: l.yml:1:1: ordered must be given",
        "    l.yml:2:1: x must be text",
        "    Repair the ledger by hand.",
        "  at: durban",
    ]
