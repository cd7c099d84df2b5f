# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sessions that collection authors know, by antsibull-nox.toml; `make ecosystem` runs them with pinned tools."""

import antsibull_nox

antsibull_nox.load_antsibull_nox_toml()
