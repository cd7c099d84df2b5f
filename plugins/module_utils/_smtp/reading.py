# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""The text of a reply, without the names and addresses that it quotes.

Servers quote what they were given: a recipient named relay@… or a machine named blocked.example must not be mistaken
for a word of the server.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

#: Characters of a text that are read: every reason comes earlier, and no server can make the comparison slow.
MAX_READ = 800

_LINK = re.compile(r"https?://[^\s<>\"]+")
#: Links that are part of the reason: to a block list, to a page about SPF, or with Google's word for the reason.
_TELLING_LINK = re.compile(r"openspf|spamhaus|spamcop|barracuda|sorbs|dnsbl|\brbl\b|[?&]p=\w", re.IGNORECASE)
_MAIL_ADDRESS = re.compile(r"<?[^\s<>(),;:\"]+@[^\s<>(),;:\"]*[^\s<>(),;:\".]>?")
_IP_ADDRESS = re.compile(
    r"\[?(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.]*\d)\]?|\[(?:IPv6:)?[0-9a-fA-F:]*:[0-9a-fA-F:]+\]"
)
_QUOTED_NAME = re.compile(r"<[^<>\s/]*>|\[[^\[\]\s]*[.:][^\[\]\s]*\]")
#: A host name at the beginning of a greeting or a refusal, as RFC 5321 section 4.2 shows it.
_LEADING_HOST = re.compile(r"\A(?=[^\s]*[a-z])[\w-]+(?:\.[\w-]+)+[:,]?\s+", re.IGNORECASE)

#: Sentences of RFC 5321 section 4.2.2 that many servers send before their own reason, or without one.
_STOCK = re.compile(
    r"\brequested (mail )?action( was)? (not taken|aborted|failed)\W*"
    r"(mailbox (unavailable|name not allowed)|local error in processing|exceeded storage allocation"
    r"|insufficient system storage)?\W*|\btransaction failed\b\W*",
    re.IGNORECASE,
)

#: Words that give no reason: a text of only these words leaves the decision to the code.
_EMPTY_WORD = re.compile(
    r"(?:a|abort|aborted|access|action|again|all|an|and|any|are|at|available|away|be|been|by|bye|can|cannot"
    r"|channel|close|closed|closing|command|completed|connection|could|denied|denies|deny|do|does|err|error"
    r"|esmtp|fail|failed|failure|fatal|for|from|go|goodbye|has|have|here|in|is|it|later|mail|message|moment"
    r"|no|not|now|of|ok|on|or|out|perm|permanent|permanently|permission|please|refuse|refused|reject"
    r"|rejected|rejecting|request|requested|server|service|session|smtp|sorry|system|taken|temp|temporarily"
    r"|temporary|that|the|this|to|transaction|transient|transmission|try|unable|unavailable|us|was|we|will"
    r"|with|you|your"
    r")\Z"
)


def _short_link(match: re.Match[str]) -> str:
    return match.group() if _TELLING_LINK.search(match.group()) else "(link)"


def neutral(text: str, names: Iterable[str] = ()) -> str:
    """The beginning of the text, with every address and quoted name replaced by a word in brackets.

    :param names: further host names that the server was given, such as that of this machine.
    """
    text = _LINK.sub(_short_link, text[:MAX_READ])
    text = _MAIL_ADDRESS.sub("(address)", text)
    for name in sorted((name for name in names if "." in name), key=len, reverse=True):
        text = re.sub(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", "(name)", text, flags=re.IGNORECASE)
    text = _IP_ADDRESS.sub("(ip)", text)
    text = _QUOTED_NAME.sub("(name)", text)
    text = _LEADING_HOST.sub("", text)
    own_words = _STOCK.sub("", text)
    return text if gives_no_reason(own_words) else own_words


def gives_no_reason(text: str) -> bool:
    """Whether the text, without names, holds only words such as "refused" and "try again"."""
    words = re.findall(r"[^\W\d_]+", re.sub(r"\((?:address|name|ip|link)\)", " ", text.lower()).replace("'", ""))
    return all(_EMPTY_WORD.match(word) for word in words)
