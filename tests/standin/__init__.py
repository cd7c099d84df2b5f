# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stand-in: a strict stand-in for a Fincon REST server that offers the mail contract.

It exists for tests and for the demonstration. It is not Fincon, and it was made without access to one. Where the vendor
documents nothing, its behaviour is an assumption, which a comment names. `python tests/standin` starts it by hand;
`--help` shows the options.
"""

from .handle import StandIn

__all__ = ["StandIn"]
