# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.fincon.mail.plugins.plugin_utils._action import FinconAction


class ActionModule(FinconAction):
    """The action of every module that works on an installation: ``meta/runtime.yml`` sends them all here.

    It has the name of one of them, since ``ansible-test`` wants a module of the same name for its documentation.
    """
