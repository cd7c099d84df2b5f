# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A window with the fields of one of Fincon's, which writes down what they hold at each change.

A program of its own, for any Python with tkinter: `python3 fincon_window.py DESCRIPTION STATE`. Both files are JSON.
The description has the `title`, the `fields` in the order of the Tab key with what they hold (`true` or `false` is a
tick box), and the field with the `cursor`. The state has the `fields` and the `cursor`.
"""

from __future__ import annotations

import json
import os
import sys
import tkinter


def main(description: str, state: str) -> None:
    """Show the window until the process is ended."""
    with open(description, encoding="utf-8") as file:
        wanted = json.load(file)
    root = tkinter.Tk()
    root.title(wanted["title"])
    values: dict[str, tkinter.Variable] = {}
    widgets: dict[str, tkinter.Widget] = {}

    def write(*_: object) -> None:
        cursor = root.focus_get()
        shown = {
            "fields": {name: value.get() for name, value in values.items()},
            "cursor": next((name for name, widget in widgets.items() if widget is cursor), ""),
        }
        with open(f"{state}.new", "w", encoding="utf-8") as file:
            json.dump(shown, file)
        os.replace(f"{state}.new", state)

    for name, held in wanted["fields"].items():
        if isinstance(held, bool):
            values[name] = tkinter.BooleanVar(root, held)
            widgets[name] = tkinter.Checkbutton(root, text=name, variable=values[name])
        else:
            values[name] = tkinter.StringVar(root, held)
            widgets[name] = tkinter.Entry(root, textvariable=values[name], width=60)
        widgets[name].pack()
        widgets[name].bind("<FocusIn>", write)
        values[name].trace_add("write", write)
    widgets[wanted["cursor"]].focus_set()
    root.mainloop()


if __name__ == "__main__":
    main(*sys.argv[1:])
