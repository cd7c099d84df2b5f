# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with YAML: its place, in words, and nothing of the text."""

from __future__ import annotations

import pytest
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.careful import FAULTY, looks_like_a_key
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.source import Source


def faults(text):
    return [str(finding) for finding in Source("b.yml", text).load()[1]]


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("a: 1\nb: 'CANARY\nc: 2\n", "2:4", "a quote is opened here and never closed"),
        ('a: "CANARY\nb: "x"\nc: 1\n', "1:4", "a quote is opened here and closed only some lines below"),
        ("a: [CANARY\nb: 2\n", "1:4", "the closing bracket is missing"),
        ("a: {b: CANARY\nd: e\n", "1:4", "the closing brace is missing"),
        ("a: CANARY: c\n", "1:10", "put a text with a colon in quotes"),
        ("\ta: CANARY\n", "1:1", "indent with spaces"),
        ("a: @CANARY\n", "1:4", "put a text like this in quotes"),
        ("a: %CANARY\n", "1:4", "put a text like this in quotes"),
        ("a: *CANARY\n", "1:4", "a text that begins with * must be in quotes"),
        ("a: !CANARY x\n", "1:4", "put a text that begins with ! in quotes"),
        ("a: !CANARY\n", "1:4", "put a text that begins with ! in quotes"),
        ('a: "CANARY\\q"\n', "1:11", "this backslash"),
        ("a: 'CANARY's'\n", "1:12", "check the indentation and the quotes"),
        ("a:\n  - CANARY\n c: d\n", "3:2", "check the indentation"),
        ("a: 1\n---\nb: CANARY\n", "2:1", "a second document begins here"),
        ("a: 1\n--- CANARY\n", "2:1", "a second document begins here"),
        ("a: CANARY\x08\n", "1:10", "a control character (U+0008)"),
        ("a: 2026-02-30\n", "1:4", "a: this looks like a date"),
        ("a: {{ CANARY }}\n", "1:4", "a template without quotes"),
        ("a: {{ CANARY }}/b\n", "1:4", "a template without quotes"),
        ("a: {{ CANARY('b', 'c') }}\n", "1:4", "a template without quotes"),
        ("a: [{{ CANARY }}]\n", "1:5", "a template without quotes"),
        ("a: 'CANARY{{x'\n", "1:4", "this template cannot be read"),
        ("a: 'CANARY{% x'\n", "1:4", "this template cannot be read"),
        ("a: '{{ CANARY | }}'\n", "1:4", "this template cannot be read"),
        ("a: !vault CANARY\n", "1:4", "this is not vault text"),
        ("a: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  CANARY\n", "1:4", "this is not vault text"),
        ("a: |\n  $ANSIBLE_VAULT;1.1;AES256\n  6162\n", "1:4", "vault text without its tag"),
        ("a: '$ANSIBLE_VAULT;1.1;AES256 6162'\n", "1:4", "vault text without its tag"),
        ("a: 0465\n", "1:4", "write it in plain digits"),
        ("a: 9:43\n", "1:4", "write it in plain digits"),
        ("a: 0x1f\n", "1:4", "write it in plain digits"),
        ("a: 1_000\n", "1:4", "write it in plain digits"),
        ("a: &x [CANARY, *x]\n", "1:4", "has no end"),
        ("? [CANARY]\n: b\n", "1:3", "a key has to be plain text"),
        ("<<<<<<< HEAD\na: CANARY\n=======\na: x\n>>>>>>> y\n", "1:1", "git could not settle it"),
        ("a:\n  <<: 5\n  b: CANARY\n", "2:3", "what << takes in must be a mapping"),
        ("a:\n  <<: [{c: 1}, CANARY]\n", "2:3", "what << takes in must be a mapping"),
        ("a: !!python/object/apply:os.system [CANARY]\n", "1:4", "put a text that begins with ! in quotes"),
        ("a: !!python/name:os.system CANARY\n", "1:4", "put a text that begins with ! in quotes"),
        ("a: !!omap {b: CANARY}\n", "1:4", "put a text that begins with ! in quotes"),
        ("a: !!seq {b: CANARY}\n", "1:4", "put a text that begins with ! in quotes"),
        ("a: !!map CANARY\n", "1:4", "put a text that begins with ! in quotes"),
        ("CANARY: 1\nCANARY: 2\n", "2:1", "the key appears twice; the first is in line 1"),
    ],
)
def test_a_fault_of_yaml_is_told_in_words_at_the_place_where_it_began(text, place, words):
    (line,) = faults(text)
    assert line.startswith(f"b.yml:{place}: ")
    assert words in line
    assert "CANARY" not in line


def test_all_faults_of_a_text_are_found_at_once_and_the_rest_is_kept():
    source = Source("b.yml", "a: 2026-02-30\nb: 'x\x08y'\nc: !q 1\nd: '{{ x'\na: 1\nrest: 5\n")
    assert [(fault.line, fault.path) for fault in source.reading.faults] == [
        (2, ()), (5, ()), (1, ("a",)), (3, ("c",)), (4, ("d",)),
    ]  # fmt: skip
    assert source.reading.data == {"a": FAULTY, "b": "x y", "c": FAULTY, "d": FAULTY, "rest": 5}
    assert source.reading.is_whole


def test_what_stands_above_a_broken_line_is_kept_as_a_part():
    reading = Source("b.yml", "branch: b\nregion: r\nusers: [\n").reading
    assert (reading.data, reading.is_whole) == ({"branch": "b", "region": "r"}, False)


def test_a_number_of_another_notation_may_stand_among_variables():
    data, found = Source("b.yml", "vars: {mode: 0644}\n").load()
    assert (data, found) == ({"vars": {"mode": 420}}, [])


@pytest.mark.parametrize(
    "text",
    [
        "{{ vault_thandi }}", "{{ a.b }}-{{ c }}", "{{ x | default(omit) }}", "{% if a %}b{% endif %}",
        "{{ lookup('env', 'X') }}", "{{ {'a': 1}['a'] }}", "{{ a ~ '}}' }}", "{# note #}{{ a }}",
    ],
)  # fmt: skip
def test_a_template_that_can_be_read_passes(text):
    assert faults(f'a: "{text}"\n') == []


def test_an_unsafe_text_may_hold_what_would_be_half_a_template():
    data, found = Source("b.yml", "a: !unsafe 'x{{y'\n").load()
    assert (data, found) == ({"a": "x{{y"}, [])


@pytest.mark.parametrize(
    ("name", "does"),
    [
        ("sender_name", True),
        ("user_field_1", True),
        ("CANARYrest", False),
        ("x9kQ", False),
        ("a" * 40, False),
        (1, False),
    ],
)
def test_only_what_is_written_like_a_key_is_repeated_as_one(name, does):
    assert looks_like_a_key(name) is does
