# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Sphinx extension: a path in a text, such as `docs/waves.md`, becomes a link.

So the texts are the same in a checkout, in ansible-doc and on the site. A broken path is a warning. References of
antsibull-docs to Ansible's own documentation become links without a request to its server.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml
from docutils import nodes
from pygments.lexers.special import TextLexer
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

_LOG = logging.getLogger(__name__)
_ROOT = Path(__file__).resolve().parent.parent
#: A path of the project; NAME in it means any name.
_PATH = re.compile(r"(?:docs|examples|schemas|tests|tools|plugins|playbooks|roles|requirements)/[\w./-]*\w|[A-Z]+\.md")
_ANSIBLE = "https://docs.ansible.com/ansible/latest/"
#: The pages with the labels that antsibull-docs refers to.
_LABELS = {
    "action_plugins": "plugins/action.html",
    "ansible_configuration_settings": "reference_appendices/config.html",
    "callback_plugins": "plugins/callback.html",
    "common_return_values": "reference_appendices/common_return_values.html",
}


class Adapt(SphinxPostTransform):
    """Link the paths in a page to the pages or files that they name, remove its list of contents, label its cells."""

    default_priority = 5

    def run(self, **kwargs: Any) -> None:
        """Change one page."""
        for literal in list(self.document.findall(nodes.literal)):
            path = literal.astext()
            if _PATH.fullmatch(path) and "NAME" not in path and not isinstance(literal.parent, nodes.reference):
                self._link(literal, path)

        # The theme shows the contents of each page at its side, so a second list is not needed.
        for contents in list(self.document.findall(nodes.topic)):
            if "contents" in contents["classes"]:
                contents.parent.remove(contents)
                # Its headings would still link to it.
                for title in self.document.findall(nodes.title):
                    title.attributes.pop("refid", None)

        for table in list(self.document.findall(nodes.table)):
            if not any("ansible" in name for name in table["classes"]):
                _label(table)

    def _link(self, literal: nodes.literal, path: str) -> None:
        page = path.removeprefix("docs/").removesuffix(".md")
        if path.endswith(".md") and page in self.env.all_docs:
            title = nodes.Text(self.env.titles[page].astext())
            address = self.app.builder.get_relative_uri(self.env.docname, page)
            literal.replace_self(nodes.reference("", "", title, refuri=address, internal=True))
        elif not (_ROOT / path).exists():
            _LOG.warning("%s is neither a page nor a file of the project", path, location=literal)
        elif self.config.project_address:
            address = f"{self.config.project_address}/blob/main/{path}"
            literal.replace_self(nodes.reference("", "", literal.deepcopy(), refuri=address))


def _label(table: nodes.table) -> None:
    """Begin each cell with the heading of its column, which the style shows only where cells are below each other.

    The first cell of a row is its own heading, and with two columns the other cell explains it.
    """
    headings = [entry.astext() for head in table.findall(nodes.thead) for entry in head.findall(nodes.entry)]
    if len(headings) < 3:
        return
    for row in (row for body in table.findall(nodes.tbody) for row in body.findall(nodes.row)):
        for heading, entry in list(zip(headings, row.findall(nodes.entry), strict=False))[1:]:
            paragraph = next(entry.findall(nodes.paragraph), None)
            if heading and paragraph is not None:
                paragraph.insert(0, nodes.inline("", f"{heading}: ", classes=["column"]))


def _ansible(
    _app: Sphinx, _environment: BuildEnvironment, node: pending_xref, content: nodes.TextElement
) -> nodes.reference | None:
    """The link for a label of Ansible's documentation; None for any other label, which is then an error."""
    page = _LABELS.get(node["reftarget"])
    return nodes.reference("", "", content, refuri=_ANSIBLE + page) if page else None


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension. The project's address is `repository` in galaxy.yml, if it is set."""
    galaxy = yaml.safe_load((_ROOT / "galaxy.yml").read_text("utf-8"))
    app.add_config_value("project_address", galaxy.get("repository", ""), "env")
    app.add_post_transform(Adapt)
    app.connect("missing-reference", _ansible)
    # Pygments has no lexer for it, and does not need one.
    app.add_lexer("csv", TextLexer)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
