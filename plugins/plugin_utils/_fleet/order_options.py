# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of the pages of work orders, checked before an order is in the ledger that no page can show."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.checks import EMAIL_PATTERN, is_template
from ansible_collections.fincon.mail.plugins.module_utils._core.findings import did_you_mean
from ansible_collections.fincon.mail.plugins.plugin_utils._work_order.view import CONTACT, LABELLED


def order_problem(name: str, value: Any) -> str | None:
    """Return what is wrong with the value of an option of the pages, or ``None``. The sentence does not repeat it.

    Values of another type than that of the option are not judged here.

    :param name: the name of a variable.
    """
    check = _CHECKS.get(name)
    return check(value) if check else None


def _contact_problem(contact: Any) -> str | None:
    if not isinstance(contact, Mapping):
        return None
    email = contact.get("email")
    is_wrong = isinstance(email, str) and email.strip() and not is_template(email)
    if is_wrong and not re.search(EMAIL_PATTERN, str(email).strip()):
        return "email must be one e-mail address, such as name@example.co.za"
    return _key_problem(contact, CONTACT)


def _labels_problem(labels: Any) -> str | None:
    return _key_problem(labels, LABELLED) if isinstance(labels, Mapping) else None


def _key_problem(given: Mapping[Any, Any], known: tuple[str, ...]) -> str | None:
    unknown = [str(key) for key in given if key not in known]
    if not unknown:
        return None
    hint = did_you_mean(unknown[0], known) or f"; known are {', '.join(known)}"
    return f"has a key that is not known{hint}"


_CHECKS: Mapping[str, Callable[[Any], str | None]] = {
    "fincon_work_order_contact": _contact_problem,
    "fincon_work_order_labels": _labels_problem,
}
