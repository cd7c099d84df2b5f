# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The profile of hypothesis for a long run: `--hypothesis-profile=long`."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("long", max_examples=1000, stateful_step_count=30, deadline=None)
