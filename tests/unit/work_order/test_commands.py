# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands on a page, as a shell and Ansible take them apart."""

from __future__ import annotations

import json
import shlex

import pytest
from ansible.parsing.splitter import parse_kv
from ansible_collections.fincon.mail.plugins.plugin_utils._work_order.commands import confirm_command, replies_command


def test_a_plain_branch_is_named_as_everybody_would_name_it():
    assert confirm_command(3, "cape-town") == (
        "ansible-playbook -i fleet/fincon.yml fincon.mail.confirm -e fincon_order=3 --limit cape-town"
    )


@pytest.mark.parametrize("path", ["my fleet/fincon.yml", "it's/fincon.yml", "$HOME/fincon.yml", "a,"])
def test_a_path_is_one_word_of_the_shell_whatever_is_in_it(path):
    words = shlex.split(confirm_command(3, "soweto", [path, "b.yml"]))
    assert words[1:5] == ["-i", path, "-i", "b.yml"]


@pytest.mark.parametrize("branch", ["cape town", "it's", "a:b", "a,b", "*", "!x", "-x", "[a]", "Zoë", "a\nb"])
def test_a_branch_that_limit_would_not_take_as_it_stands_is_named_in_json(branch):
    words = shlex.split(confirm_command(3, branch))
    assert "--limit" not in words
    assert json.loads(words[words.index("-e") + 1]) == {"fincon_replies": {branch: 3}}


def test_a_name_with_a_blank_comes_through_the_shell_and_ansible_whole():
    said = {"soweto": {"order": 3, "except": [9], "by": "T. O'Nkosi"}}
    words = shlex.split(replies_command(said))
    assert json.loads(words[words.index("-e") + 1]) == {"fincon_replies": said}
    # What the shell leaves of -e name="T. Nkosi" is split once more.
    assert parse_kv("by=T. Nkosi") != {"by": "T. Nkosi"}
