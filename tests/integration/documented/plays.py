# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plays that run the examples of the modules, and what RETURN speaks of besides."""

from __future__ import annotations

from typing import Any

from .documents import FILTERS, LOOKUPS, examples, filter_documents
from .site import Documented

#: The modules whose examples build on each other, and the host of each.
IN_ORDER = {
    "fincon_adapter_check": "adapter",
    "fincon_adopt_fleet": "adopt",
    "fincon_confirm_replies": "replies",
    "fincon_drift_report": "report",
    "fincon_mail_branch": "branch",
    "fincon_mail_enabled": "enabled",
    "fincon_mail_evidence": "evidence",
    "fincon_mail_info": "info",
    "fincon_mail_user": "user",
    "fincon_message": "info",
    "fincon_metrics": "metrics",
    "fincon_smtp_probe": "probe",
    "fincon_smtp_server": "server",
    "fincon_work_order_passwords": "passwords",
}
#: Those of which each example is a case of its own, with a host of its own.
EACH_ALONE = {"fincon_mail_confirm": "confirm", "fincon_mail_import": "import"}
#: In its place, where a module works in the role only.
ROLE = "ansible.builtin.include_role"
#: The work orders that examples confirm, by branch.
ORDERS = {"cape-town": 3, "confirm-0": 3, "confirm-1": 3, "confirm-2": 3, "durban": 7, "soweto": 3}
#: What the example of a filter calls `found`, after the playbook that uses it.
FILTERED = {
    "work_order_status": {
        "found": [
            {
                "branch": "soweto", "title": "Soweto", "result": "{{ fincon_status }}", "page": "soweto",
                "contact": {}, "due_days": 0, "reminder_to": "",
            }
        ]
    },
}  # fmt: skip


def play(site: Documented, hosts: str, tasks: list[dict[str, Any]]) -> dict[str, Any]:
    """A play whose probes trust the stand-in's authority."""
    defaults = {"group/fincon.mail.fincon_probe": {"ca_path": site.mail.ca_path}}
    return {"hosts": hosts, "gather_facts": False, "module_defaults": defaults, "tasks": tasks}


def declared(**options: Any) -> dict[str, Any]:
    """A task that brings a host to what its variables declare."""
    records = {"smtp_servers": "{{ fincon_smtp_servers }}", "users": "{{ fincon_users }}", "verify": "none"}
    return {"fincon.mail.fincon_mail_branch": {**records, **options}, "register": "before"}


def ordered(site: Documented) -> list[dict[str, Any]]:
    """Plays that leave a work order of nine items, of the number and the day of the examples, at each branch."""
    users = [{**site.users[0], "user": f"USER{number}", "password": "c4nary-one-Zx9"} for number in range(4)]
    plays = []
    for branch, number in ORDERS.items():
        ledger = site.installation(branch)["ledger"]
        told = {
            r"(number|last_order): 1$": rf"\1: {number}",
            r"^(  date|    since|  - since): .*": r"\1: '2026-11-24'",
        }
        edits = [
            {"ansible.builtin.replace": {"path": ledger, "regexp": f"(?m){said}", "replace": needed}}
            for said, needed in told.items()
        ]
        plays.append(play(site, branch, [declared(users=users), *edits]))
    return plays


def before(site: Documented) -> list[dict[str, Any]]:
    """The plays that come before the examples: what was there before the person of the example came."""
    relay = {key: value for key, value in site.relay.items() if key != "password"}
    linked = {"fincon.mail.fincon_smtp_server": {**relay, "username": "", "verify": "none"}}
    reports = [
        {"fincon.mail.fincon_drift_report": {"variable": "before", "dest": half}, "run_once": True}
        for half in ("north", "south")
    ]
    return [
        play(site, "user:enabled:report:adopt", [linked]),
        play(site, "enabled:report:adopt", [declared()]),
        play(site, "report", reports),
        *ordered(site),
    ]


def tried(site: Documented) -> list[dict[str, Any]]:
    """A play for each module, with its examples as they are; a play for each example where each is a case."""
    plays = []
    for name, host in IN_ORDER.items():
        hosts = "cape-town:durban:soweto" if host == "replies" else host
        plays.append(play(site, hosts, examples("modules", name, site.real)))
    for name, host in EACH_ALONE.items():
        for number, task in enumerate(examples("modules", name, site.real)):
            plays.append(play(site, f"{host}-{number}", [task]))
    return plays


def cases(site: Documented) -> list[dict[str, Any]]:
    """Plays for what RETURN speaks of and no example shows: refusals, errors, what is held back, what is pending."""
    adopt: dict[str, Any] = {"fincon_adopt_fleet": {"variable": "installed", "dest": "fleet"}}
    written = {"ansible.builtin.copy": {"dest": str(site.folder / "fleet" / "fincon.yml"), "content": "other"}}
    return [
        play(site, "cases", [may_fail(task) for task in (*changes(site), *errors(site), *removals())]),
        play(site, "cases-attended", [may_fail(task) for task in orders(site)]),
        play(site, "adopt", [written, may_fail(adopt)]),
        play(site, "evidence", [may_fail({"fincon_mail_evidence": {"mailbox": {**site.audited, "path": "/nowhere"}}})]),
    ]


def changes(site: Documented) -> list[dict[str, Any]]:
    """Each module that writes: held back, refused, and written without a verification. The first write fails."""
    wrong = {"username": "thandi@example.co.za", "password": "c4nary-wrong-Ab1"}
    user = {name: value for name, value in site.users[1].items() if name != "email_enabled"}
    other = {**site.users[1], "password": "c4nary-wrong-Cd3"}
    tasks = [
        {"fincon_smtp_server": {**site.relay, **wrong}},
        {"fincon_mail_user": {**user, **wrong}},
        {"fincon_mail_enabled": {"users": ["THANDI"], "enabled": True}},
        {"fincon_mail_branch": {"smtp_servers": [site.relay], "users": [other]}},
    ]
    off = {"fincon_mail_enabled": {"users": ["THANDI"], "enabled": False}}
    ways = ({"verify_failure": "skip"}, {"verify_failure": "fail"}, {"verify": "none"})
    return [off, off, *(with_options(task, **way) for task in tasks for way in ways)]


def errors(site: Documented) -> list[dict[str, Any]]:
    """Each module that takes records, with one that cannot be."""
    user = {**site.users[1], "sender_email": "nobody"}
    return [
        {"fincon_smtp_server": {**site.relay, "port": 70000}},
        {"fincon_mail_user": {name: value for name, value in user.items() if name != "email_enabled"}},
        {"fincon_mail_enabled": {"users": ["TH\tANDI"], "enabled": True}},
        {"fincon_mail_branch": {"users": [user]}},
    ]


def removals() -> list[dict[str, Any]]:
    """What this machine has applied before, and is declared absent now."""
    names = {"fincon_mail_user": {"user": "THANDI"}, "fincon_smtp_server": {"name": "HQ relay"}}
    return [{module: {**name, "state": "absent"}} for module, name in names.items()]


def orders(site: Documented) -> list[dict[str, Any]]:
    """At an attended site: each module twice, so that the second finds a work order; then what else there is."""
    info: dict[str, Any] = {"fincon_mail_info": {}}
    confirm = {"fincon_mail_confirm": {"order": 1, "items": [1]}}
    damaged = {"fincon_mail_import": {"smtp_servers": [{**site.relay, "port": 70000}]}}
    ordered_twice = [task for task in changes(site) if "none" in next(iter(task.values())).values()] * 2
    outside_its_role = {"fincon_confirm_replies": {"replies": {"cases-attended": 1}}}
    return [*ordered_twice, info, outside_its_role, confirm, info, damaged]


def with_options(task: dict[str, Any], **options: Any) -> dict[str, Any]:
    """The task with further options."""
    return {name: {**given, **options} for name, given in task.items()}


def may_fail(task: dict[str, Any]) -> dict[str, Any]:
    """The task by its whole name, and none that ends the run."""
    named = {f"fincon.mail.{name}": options for name, options in task.items()}
    return {**named, "name": "A case", "failed_when": False}


def fleet_plays(site: Documented) -> list[dict[str, Any]]:
    """The examples of lookups and filters, at the hosts of a fleet, after what they look at has been done there."""
    probe = {"smtp_servers": "{{ fincon_smtp_servers }}", "users": "{{ fincon_users }}"}
    begin = [
        {**declared(), "register": "fincon_applied"},
        {"fincon.mail.fincon_smtp_probe": probe, "register": "fincon_verified"},
        {"fincon.mail.fincon_mail_info": {}, "register": "fincon_status"},
    ]
    shown = [example for name in LOOKUPS for example in examples("lookup", name, site.real)]
    plays = [entry for entry in shown if "hosts" in entry]
    tasks = [entry for entry in shown if "hosts" not in entry]
    filtered = [
        {
            "name": name,
            "ansible.builtin.debug": {"msg": filter_documents(name)["EXAMPLES"].strip()},
            "vars": FILTERED.get(name, {}),
        }
        for name in FILTERS
    ]
    return [play(site, "fincon", [*begin, *tasks]), play(site, "soweto", filtered), *plays]
