# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings of the documentation site. tools/build_docs.py puts its pages together; `make docs` builds it."""

import sys
from pathlib import Path

import yaml

#: The checkout, which tools/build_docs.py names: this file is built from a copy.
ROOT = Path(__file__).with_name("root").resolve()
sys.path.insert(0, str(ROOT / "tools"))

_galaxy = yaml.safe_load((ROOT / "galaxy.yml").read_text("utf-8"))

project = f"{_galaxy['namespace']}.{_galaxy['name']}"
author = "fincon.mail contributors"
project_copyright = f"2026, {author}"
release = version = _galaxy["version"]

extensions = ["myst_parser", "sphinx_antsibull_ext", "sphinx_pages"]
exclude_patterns = ["root"]

#: Headings down to this level can be linked to, as on the pages of a forge.
myst_heading_anchors = 4

html_theme = "furo"
html_title = f"{project} {version}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False

linkcheck_timeout = 10
# Ansible's pages have their anchors from scripts.
linkcheck_anchors_ignore_for_url = [r"https://docs\.ansible\.com/.*"]
