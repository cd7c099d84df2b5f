# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What pre-commit installs for .pre-commit-hooks.yaml. The collection itself is installed by ansible-galaxy."""

import re
from pathlib import Path

from setuptools import find_packages, setup

PLUGINS = "ansible_collections.fincon.mail.plugins"

setup(
    name="fincon-mail-hooks",
    version=re.search(r"^version: (\S+)$", Path("galaxy.yml").read_text("utf-8"), re.MULTILINE)[1],
    python_requires=">=3.11",
    install_requires=["fastjsonschema", "jsonschema", "PyYAML"],
    package_dir={PLUGINS: "plugins"},
    packages=[
        f"{PLUGINS}.{name}"
        for name in find_packages(
            "plugins",
            include=["module_utils*", "plugin_utils", "*._evidence*", "*._fleet*", "*._schemas*", "*._work_order*"],
        )
    ],
    entry_points={"console_scripts": [f"fincon-check-fleet = {PLUGINS}.plugin_utils._fleet.hook:main"]},
)
