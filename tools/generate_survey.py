# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The survey form of a new site, from the records table: a branch notes on paper what Fincon's windows show."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from ansible_collections.fincon.mail.plugins.module_utils._core.records import (
    MAIL_USER,
    SMTP_SERVER,
    USER_FIELDS,
    Field,
)

#: The questions of the form about the branch itself.
BRANCH = (
    "Name of the branch",
    "Name of the Fincon company",
    "Your name and telephone number",
    "Who may change e-mail settings in Fincon",
    "Date",
)
#: How many definitions and users fit on the form; a branch with more prints it twice.
DEFINITIONS, USERS = 3, 12
#: The fields of a user that are columns; the others are rarely used.
COLUMNS = ("smtp_server", "username", "sender_name", "sender_email", "job_title", "telephone", "email_enabled")

PAGE = """\
<!DOCTYPE html>
<!-- Written by tools/generate.py of the collection fincon.mail. Yours to change. -->
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Survey: e-mail settings of Fincon</title>
<style>
  @page {{ size: A4 landscape; margin: 12mm; }}
  body {{ font: 11pt/1.4 sans-serif; margin: 1.5em auto; max-width: 70em; padding: 0 1em; }}
  h1 {{ font-size: 16pt; }} h2 {{ font-size: 13pt; break-after: avoid; }}
  .wide {{ overflow-x: auto; }}
  table {{ border-collapse: collapse; width: 100%; }}
  th, td {{ border: 1px solid #555; padding: .3em; text-align: left; vertical-align: top; }}
  thead th, tbody th {{ background: #eee; font-weight: normal; }}
  tbody th {{ width: 25%; }}
  td {{ height: 1.9em; min-width: 5em; }}
  tr {{ break-inside: avoid; }}
  section {{ break-inside: avoid-page; }}
  small {{ color: #444; }}
  @media print {{ body {{ margin: 0; max-width: none; padding: 0; }} }}
</style>
</head>
<body>
<h1>Survey: e-mail settings of Fincon</h1>
<p>Copy what Fincon shows. Change nothing. Leave out what you do not find.
<strong>Do not write a password on this form</strong>: mark only whether one is set.</p>
<section>
<h2>1. The branch</h2>
{branch}
</section>
<section>
<h2>2. SMTP definitions</h2>
<p>Open <em>{window}</em>. One column for each definition.</p>
{definitions}
</section>
<section>
<h2>3. People who send e-mail from Fincon</h2>
<p>One row for each user. The user is the name that the person logs in to Fincon with.</p>
{users}
</section>
<section>
<h2>4. Anything else</h2>
<p>Who has left, who is about to join, which mailboxes are shared, which document texts use further
fields of a user?</p>
<table><tbody><tr><td style="height: 8em"></td></tr></tbody></table>
</section>
</body>
</html>
"""


def render() -> str:
    """Return the page."""
    branch = _table([], [[_head(question), "<td></td>"] for question in BRANCH])
    definition_fields = [SMTP_SERVER.key, *SMTP_SERVER.fields]
    definitions = _table([], [[_head(*_words(field)), *["<td></td>"] * DEFINITIONS] for field in definition_fields])
    columns = [MAIL_USER.key, *map(_user_field, COLUMNS)]
    users = _table([_head(*_words(field)) for field in columns], [["<td></td>"] * len(columns)] * USERS)
    return PAGE.format(branch=branch, definitions=definitions, users=users, window=escape(SMTP_SERVER.window))


def _user_field(name: str) -> Field:
    return next(field for field in USER_FIELDS if field.name == name)


def _words(field: Field) -> tuple[str, str]:
    """The name of a field on the form, and what to write there."""
    if field.secret:
        return field.title, "set or not set; never the password"
    if field.kind == "flag":
        return field.title, "yes or no"
    # A link has the title of its target.
    return field.title, "name of the definition" if field.kind == "name" and not field.label else ""


def _head(title: str, note: str = "") -> str:
    return f"<th>{escape(title)}{f'<br><small>{escape(note)}</small>' if note else ''}</th>"


def _table(head: list[str], rows: Iterable[list[str]]) -> str:
    top = f"<thead><tr>{''.join(head)}</tr></thead>\n" if head else ""
    body = "\n".join(f"<tr>{''.join(cells)}</tr>" for cells in rows)
    return f'<div class="wide"><table>\n{top}<tbody>\n{body}\n</tbody>\n</table></div>'
