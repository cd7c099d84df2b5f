# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mutations: a file that was right, damaged as files are. The same seed makes the same damage."""

from __future__ import annotations

import codecs
import json
import random
import re
from collections.abc import Callable
from typing import Any

import yaml

Mutation = Callable[[bytes, random.Random], bytes]

#: What a value becomes: other types, huge numbers, half of a surrogate pair, text that acts on a terminal.
_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 2**63, 10**30, 1.5, -0.0, "", " ", "x", "null", "2026-02-30", "\x1b[31mred", "\u202egnp",
    "\ud800", "*****", "{{ x }}", "{% x %}", "é" * 300, "a\nb", "a\x00b", [], {}, [[]], [None], {"": None}, {"x": [1]},
    ["x", "x"],
)  # fmt: skip
_TEXTS = (
    b"\0", b"\x1b[2J", b"\x07", b"\r", b"\t", "\u0085".encode(), "\u009b31m".encode(), "\u202e".encode(),
    "\u2028".encode(), "\u200b".encode(), "\ufeff".encode(), b"\xff\xfe", b"\x80", b"\xed\xa0\x80", b"\xc0\xaf",
    b"\xf5\x80\x80\x80", b"&a ", b"*a", b"&a [*a]", b"<<: *a\n", b"!x ", b"!!python/object:os.system ", b"!vault |\n",
    b"? ", b"- ", b": ", b"# ", b"%YAML 1.2\n", b"---\n", b"...\n", b"'", b'"', b"|\n", b">-\n", b"{", b"}", b"[", b"]",
    b",", b";", b"\\", b"\\u0000", b"\\ud800", b"@", b"`", b"=", b"<<<<<<< HEAD\n",
)  # fmt: skip
_NUMBERS = (
    b"9" * 5000, b"-1", b"0", b"1e999", b"-1e999", b"NaN", b"Infinity", b".inf", b".nan", b"0x7f", b"0x" + b"f" * 5000,
    b"0o17", b"017",
    b"1_000", b"12:30:45", b"1.0", b"1e3", b"9" * 30, "\u0661\u0662".encode(), "\u00b2".encode(),
)  # fmt: skip
_DEEP = (
    (b"[", b"]"), (b"{a: ", b"}"), (b'{"a":', b"}"), (b"- ", b""), (b"? ", b""), (b"(", b")"), (b"!t ", b""),
)  # fmt: skip


def mutated(content: bytes, seed: int) -> bytes:
    """Return the content with one to three mutations."""
    rng = random.Random(seed)
    for _time in range(rng.choice((1, 1, 1, 2, 3))):
        (mutation,) = rng.choices(*zip(*_WEIGHTS, strict=True))
        content = mutation(content, rng)
    return content


def cut(content: bytes, rng: random.Random) -> bytes:
    return content[: rng.randrange(len(content) + 1)]


def flip(content: bytes, rng: random.Random) -> bytes:
    damaged = bytearray(content)
    for _time in range(rng.choice((1, 1, 2, 8)) if damaged else 0):
        damaged[rng.randrange(len(damaged))] = rng.randrange(256)
    return bytes(damaged)


def drop(content: bytes, rng: random.Random) -> bytes:
    start, end = _span(content, rng)
    return content[:start] + content[end:]


def duplicate(content: bytes, rng: random.Random) -> bytes:
    start, end = _span(content, rng)
    return content[:end] + content[start:end] + content[end:]


def insert(content: bytes, rng: random.Random) -> bytes:
    return _inserted(content, rng, rng.choice(_TEXTS))


def lines(content: bytes, rng: random.Random) -> bytes:
    """Swap two lines, drop one, or have one twice: keys that appear twice, and values in another's place."""
    found = content.splitlines(keepends=True)
    if not found:
        return content
    one, other = rng.randrange(len(found)), rng.randrange(len(found))
    match rng.randrange(3):
        case 0:
            found[one], found[other] = found[other], found[one]
        case 1:
            del found[one]
        case _:
            found.insert(other, found[one])
    return b"".join(found)


def number(content: bytes, rng: random.Random) -> bytes:
    found = list(re.finditer(rb"\d+", content))
    if not found:
        return content
    start, end = rng.choice(found).span()
    return content[:start] + rng.choice(_NUMBERS) + content[end:]


def encoding(content: bytes, rng: random.Random) -> bytes:
    text = content.decode("utf-8", "replace")
    return rng.choice(
        [
            codecs.BOM_UTF8 + content,
            text.encode("utf-16"),
            text.encode("utf-16-le"),
            text.encode("utf-16-be"),
            text.encode("utf-32"),
            (text + "é").encode("latin-1", "replace"),
            text.encode("utf-7"),
            content.replace(b"\n", b"\r\n"),
            content.replace(b"\n", b"\r"),
            b"",
            b"\n" * 10,
            b"\0" * 4096,
        ]
    )


def long_line(content: bytes, rng: random.Random) -> bytes:
    return _inserted(content, rng, rng.choice((b"x", b" ", "é".encode(), b"a b ", b"'", b"0", b": ")) * 20_000)


def deep(content: bytes, rng: random.Random) -> bytes:
    opening, closing = rng.choice(_DEEP)
    depth = rng.choice((100, 1000, 3000, 50_000))
    return _inserted(content, rng, opening * depth + closing * rng.choice((0, depth)))


def tree(content: bytes, rng: random.Random) -> bytes:
    """Change the parsed data: a type, a key, an entry twice or left out. What cannot be parsed stays."""
    try:
        data, is_json = _parsed(content)
        holders = list(_holders(data))
        if not holders:
            return content
        _change(rng.choice(holders), rng)
        spelt = json.dumps(data, ensure_ascii=rng.random() < 0.5, default=str)
        # YAML cannot spell half of a surrogate pair, which JSON can.
        if is_json or rng.random() < 0.5 or "\\ud800" in spelt or "\ud800" in spelt:
            return spelt.encode("utf-8", "surrogatepass")
        return yaml.dump(data, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True).encode("utf-8")
    except (yaml.YAMLError, ValueError, TypeError, RecursionError):
        return content


def _parsed(content: bytes) -> tuple[Any, bool]:
    """Return the data, and whether it is JSON."""
    try:
        return json.loads(content), True
    except ValueError:
        return yaml.load(content, yaml.CSafeLoader) if len(content) < 20_000 else None, False


_WEIGHTS: list[tuple[Mutation, int]] = [
    (tree, 30), (flip, 12), (cut, 8), (drop, 8), (duplicate, 8), (insert, 14), (lines, 8), (number, 6), (encoding, 4),
    (long_line, 1), (deep, 1),
]  # fmt: skip


def _span(content: bytes, rng: random.Random) -> tuple[int, int]:
    start = rng.randrange(len(content) + 1)
    return start, min(len(content), start + rng.choice((1, 2, 5, 20, 100, 400)))


def _inserted(content: bytes, rng: random.Random, text: bytes) -> bytes:
    # At the beginning of a value as often as anywhere: there it is more than a broken word.
    starts = [found.end() for found in re.finditer(rb"[:\-,\[{\n] ?", content)] or [0]
    place = rng.choice((rng.choice(starts), rng.randrange(len(content) + 1)))
    return content[:place] + text + content[place:]


def _holders(data: Any) -> Any:
    """Everything in the data that holds something."""
    if isinstance(data, (dict, list)) and data:
        yield data
        for part in data.values() if isinstance(data, dict) else data:
            yield from _holders(part)


def _change(holder: Any, rng: random.Random) -> None:
    key = rng.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
    match rng.randrange(5):
        case 0 | 1:
            holder[key] = rng.choice(_VALUES)
        case 2:
            del holder[key]
        case 3 if isinstance(holder, dict):
            name = rng.choice(("x", "", f"{key} ", str(key).upper(), "\x1b[31m", "k" * 5000, "naïve", "__proto__"))
            holder[name] = holder.pop(key)
        case 3:
            holder.append(holder[key])
        case _:
            holder[key] = [holder[key]]
