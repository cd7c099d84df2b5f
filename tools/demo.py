# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Show the collection at work on four branches, with stand-ins on this machine: `make demo`."""

from __future__ import annotations

import argparse
import itertools
import signal
import sys
import tempfile
from pathlib import Path

from collection import ROOT
from demonstration import replies
from demonstration.clerk import Page, read
from demonstration.show import RULE, UnexpectedError, expect, heading, show, unchanged
from demonstration.site import Site, declared_users, empty, stand_ins

INTRODUCTION = """\
Fincon needs three things before it can send e-mail: SMTP settings, each user's e-mail information, and e-mail
switched on for the users. Here four branches get them from the YAML files below examples/fleet:

  cape-town     rest      a Fincon REST server that offers the mail methods (the vendor's published one does not)
  durban        command   a program of the site that works its Fincon
  polokwane     attended  a person at Fincon's windows, with a work order
  bloemfontein  attended  the same

The Fincon server, the adapter's Fincon, the mail server, and the clerks and windows of the attended branches are
stand-ins on this machine. Nothing is sent anywhere, and everything that is started here is stopped at the end."""

KEPT = """\
Done. What was started is stopped. What was made is kept until the next start, in
{folder}:

  pages/*.html                the work orders as the clerks got them: open them in a browser, and print them from there
  pages/*.md                  the same to read in an editor, or to send in a mail
  report-with-drift/*.html    the report that shows the drift: open it in a browser; report/ has the last one
  replies/                    the reply that was saved as a file
  windows/                    what stands for Fincon's windows, as the clerks left it
  status-*.json               the open work orders at three times
  state/ledgers/*.yml         the ledgers of the attended branches: what Fincon holds, and who confirmed it
"""

NEXT = """\
Next, on a real site:
  1. Read docs/backends.md: which of the three ways fits your Fincon. If you do not know, it is attended.
  2. Copy examples/fleet, write your own branches, and put the passwords into Ansible Vault.
  3. ansible-playbook -i fleet/fincon.yml fincon.mail.validate      until the files have no errors
  4. ansible-playbook -i fleet/fincon.yml fincon.mail.verify        until every login works
  5. ansible-playbook -i fleet/fincon.yml fincon.mail.apply --check --diff --limit one-branch
  6. ansible-playbook -i fleet/fincon.yml fincon.mail.apply"""

CLERKS = {"bloemfontein": "Nomsa Khumalo", "polokwane": "Kgosi Molefe"}
#: The existing Fincon users there. RUAN has not been added yet.
KNOWN = {"bloemfontein": ("NOMSA",), "polokwane": ("KGOSI", "ZANELE")}

_NUMBERS = itertools.count(1)


def step(title: str, why: str) -> None:
    """Print what comes next, and why."""
    heading(next(_NUMBERS), title, why)


def bring(site: Site) -> None:
    """Check the files, show what would change, and change it.

    :raises UnexpectedError: here and below, when a step does not have the expected result.
    """
    step("validate", "Are the files right? All errors of all files would be reported together, with their lines.")
    site.play("validate")

    step("verify", "Would the settings work? Each login is tried once at the mail server; Fincon is not asked.")
    site.play("verify")

    step("apply --check", "What would be changed? Nothing is written, at no branch.")
    before = site.written()
    site.play("apply", "--check")
    expect(site.written() == before, "check mode wrote something")

    step("apply", "Bring the branches to what their files declare. At the attended ones that is ordered.")
    site.play("apply")
    expect(site.written() != before, "nothing was written")

    step("apply again", "The second run finds nothing to do: changed=0 for every branch. The work orders are pending.")
    expect(unchanged(site.play("apply")), "the second run changed something")
    expect("2 pending" in site.play("drift"), "the work orders are not pending")


def attend(site: Site) -> None:
    """Follow the work orders of the attended branches, from the pages to their confirmation."""
    step("status", "Which work orders are open, since when, and by when are they due?")
    opened = site.status("status-1-ordered")
    expect(
        {branch: one["items_left"] for branch, one in opened.items()} == {"bloemfontein": 5, "polokwane": 5}, "status"
    )

    step(
        "the page",
        "This is what the clerk in Polokwane gets, here as Markdown. There is also a page in HTML, to print.",
    )
    show(site.page("polokwane").read_text("utf-8"))
    site.keep_pages()

    step(
        "the clerks at work",
        "A script plays the clerks. It reads each page and types what it says into a file that stands for Fincon's "
        "windows. At Bloemfontein Fincon does not know the user RUAN, so that two items cannot be done. "
        f"The replies are made by {replies.maker()}.",
    )
    by_file, by_code = reply(site, "bloemfontein"), reply(site, "polokwane")

    step(
        "confirm, all branches in one run",
        "Bloemfontein has sent its reply as a file, which also gives the reasons. Polokwane has read out its code.",
    )
    folder = site.folder / "replies"
    (folder / "BLOEMFONTEIN-1.reply.json").write_bytes(by_file.file)
    received = {"fincon_replies": [str(folder), by_code.code], "fincon_confirmed_by": CLERKS["polokwane"]}
    confirmed = site.play("confirm", **received)
    expect("item 3: Fincon has no user RUAN." in " ".join(confirmed.split()), "the reason is missing")

    step("status again", "Polokwane is done. At Bloemfontein the two items of RUAN are left, under their numbers.")
    left = site.status("status-2-replies-confirmed")
    expect({branch: one["items_left"] for branch, one in left.items()} == {"bloemfontein": 2}, "other items are left")
    expect(not site.page("polokwane").exists(), "the page of a work order that is done is still there")
    expect(unchanged(site.play("confirm", **received)), "the same replies were confirmed twice")

    step(
        "the rest, by its number",
        "RUAN is added to Fincon. The page has only his two items now. They are typed in, and the paper is signed.",
    )
    site.windows("bloemfontein").add_user("RUAN")
    expect(work(site, "bloemfontein")[1] == {}, "an item cannot be done")
    site.play("confirm", "--limit", "bloemfontein", fincon_order=1, fincon_confirmed_by=CLERKS["bloemfontein"])
    expect(site.status("status-3-all-confirmed") == {}, "a work order is still open")
    for branch in CLERKS:
        expect_typed(site, branch)


def work(site: Site, branch: str) -> tuple[Page, dict[int, str]]:
    """Let the clerk of a branch carry out its page; return the page and the items that are not done."""
    page, windows = read(site.page(branch).read_text("utf-8")), site.windows(branch)
    not_done = windows.work(page)
    lines = [f"{page.name}, in {windows.path.relative_to(site.folder.parent)}:", *windows.lines()]
    show("\n".join([*lines, *(f"  not done: item {number}: {reason}" for number, reason in not_done.items())]))
    return page, not_done


def reply(site: Site, branch: str) -> replies.Answer:
    """Let the clerk of a branch carry out its work order, and return the reply."""
    page, not_done = work(site, branch)
    answer = replies.answer(site.page(branch, "html"), page, not_done, CLERKS[branch])
    print(f"     code: {answer.code}")
    return answer


def expect_typed(site: Site, branch: str) -> None:
    """Check that the windows of a branch hold what its file declares."""
    users = site.windows(branch).content()["users"]
    for name, declared in declared_users(branch).items():
        wanted = {declared[key] for key in ("sender_name", "sender_email", "username") if key in declared}
        expect(wanted | {"on", "HQ relay"} <= set(users[name].values()), f"{branch}: {name} is not as declared")


def watch(site: Site) -> None:
    """Find and repair manual changes, and refuse settings that do not work."""
    step(
        "drift",
        "Pieter's e-mail is switched off and Lerato's address is changed in Fincon by hand. The report shows both.",
    )
    site.tamper()
    found = site.play("drift", fails=True)
    expect("PIETER: e-mail is off, declared on" in found and "LERATO, sender_email" in found, "the drift was not found")
    site.keep_report("report-with-drift")

    step("apply", "The next run repairs it, and only it.")
    site.play("apply")
    expect("4 in sync" in site.play("drift"), "a branch is still not as declared")

    step("a wrong password", "Thandi's new password has a typing error. It is refused before anything is written.")
    before = site.written()
    found = site.play("apply", "--limit", "cape-town", fails=True, **site.wrong_password("thandi"))
    expect("535" in found, "the mail server's reason is missing")
    expect(site.written() == before, "something was written")


def main(arguments: list[str] | None = None) -> int:
    """Run the demonstration; return 0 when everything went as expected."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=ROOT / "demo", help="folder for all output (default: demo)")
    folder = parser.parse_args(arguments).folder.resolve()
    print(INTRODUCTION)
    try:
        empty(folder)
        with tempfile.TemporaryDirectory(prefix="fincon-demo-") as private, stand_ins(Path(private)) as ready:
            site = Site(ready, folder, Path(private))
            for branch, users in KNOWN.items():
                for user in users:
                    site.windows(branch).add_user(user)
            bring(site)
            attend(site)
            watch(site)
    except UnexpectedError as exc:
        print(f"\nThe demonstration stopped: {exc}", file=sys.stderr)
        return 1
    print(f"\n{RULE}\n{KEPT.format(folder=folder)}\n{NEXT}")
    return 0


if __name__ == "__main__":
    # A stopped run also ends the processes that it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
