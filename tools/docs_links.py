# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The links within a built site: Sphinx checks those that it resolves, not those that a theme or a directive writes."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urlsplit

_LINK = re.compile(r'\bhref="([^"]+)"')
_ANCHOR = re.compile(r'\b(?:id|name)="([^"]+)"')


def dead(site: Path) -> list[str]:
    """Return the links of all pages that lead to no file of the site, or to no place in it, each with its page."""
    pages = {path.resolve(): path.read_text("utf-8") for path in sorted(site.rglob("*.html"))}
    anchors = {path: set(map(unescape, _ANCHOR.findall(text))) for path, text in pages.items()}
    found = []
    for path, text in pages.items():
        for link in dict.fromkeys(map(unescape, _LINK.findall(text))):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            place = unquote(parts.fragment)
            if not target.exists() or (place and target in anchors and place not in anchors[target]):
                found.append(f"{path.relative_to(site.resolve())}: {link} leads nowhere")
    return found
