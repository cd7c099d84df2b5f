# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The program ``fincon-check-fleet``: checks fleet files without Ansible, for hooks of a repository.

It finds what loading the inventory finds. The playbook ``fincon.mail.validate`` also finds errors that only rendering
shows, such as a template without its variable.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from ansible_collections.fincon.mail.plugins.module_utils._core.findings import errors
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.branch import Branch
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.content import VAULT, content_of, text_of
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.fleet import load_fleet
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.source import Unreadable

DEFAULT = "fleet/fincon.yml"


def main(arguments: Sequence[str] | None = None) -> int:
    """Check fleet files with all their branch files, and print what is wrong, one line each.

    :return: 1 when there are errors, else 0. Warnings are printed, but do not count as errors.
    """
    parser = argparse.ArgumentParser(prog="fincon-check-fleet", description="Check fleet files of fincon.mail.")
    parser.add_argument("files", nargs="*", default=[DEFAULT], help=f"fleet files, by default {DEFAULT}")
    has_errors = False
    branches: list[Branch] = []
    for path in parser.parse_args(arguments).files:
        fleet = load_fleet(path, _read, branches)
        branches += fleet.branches
        faults = errors(fleet.findings)
        has_errors = has_errors or bool(faults)
        for finding in fleet.findings:
            sys.stdout.write(f"{'' if finding in faults else 'warning: '}{finding}\n")
    return 1 if has_errors else 0


def _read(path: str) -> str:
    content = content_of(path)
    if content.startswith(VAULT):
        raise Unreadable(
            "it is encrypted as a whole, so it cannot be checked here; encrypt the passwords in it instead"
        )
    return text_of(content)


if __name__ == "__main__":
    sys.exit(main())
