# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The rules about what an adapter does with records. Each returns what was seen, or raises ``Broken``."""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.fincon.mail.plugins.module_utils._backends.command.adapter import RefusedError
from ansible_collections.fincon.mail.plugins.module_utils._backends.command.conformance.scene import (
    Difference,
    differences,
    leading_to,
    put_back,
    set_up,
    unlike,
    wanted,
)
from ansible_collections.fincon.mail.plugins.module_utils._backends.command.conformance.subject import (
    Broken,
    Change,
    Skipped,
    Subject,
    change,
)
from ansible_collections.fincon.mail.plugins.module_utils._backends.command.process import TIMEOUT
from ansible_collections.fincon.mail.plugins.module_utils._backends.command.protocol import Reading
from ansible_collections.fincon.mail.plugins.module_utils._core.passwords import password_word
from ansible_collections.fincon.mail.plugins.module_utils._core.records import (
    MAIL_ENABLED,
    MAIL_USER,
    SECTIONS,
    SMTP_SERVER,
    normal_key,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.state import CREATE, DELETE, UPDATE, State

#: When an interrupted call is killed, as fractions of the time of an uninterrupted call.
_MOMENTS = (0.25, 0.5, 0.75)


def idempotent(subject: Subject) -> str:
    """What was applied is what is read, and the same once more changes nothing."""
    set_up(subject)
    changes = wanted(subject)
    for time in ("once", "again"):
        subject.apply_all(*changes)
        _none(unlike(subject.read().state, changes), f"applied {time}")
    return f"{sum(len(item['values']) for item in changes)} fields are read as they were applied, once and again"


def omitted(subject: Subject) -> str:
    """A field that a change leaves out keeps its value."""
    before = set_up(subject)
    steps = _small_steps(subject, before)
    for step in steps:
        subject.apply_all(step)
        after = subject.read().state
        changed = [
            item for item in differences(before, after) if _is_of(item, step) and item.field not in step["values"]
        ]
        _none(changed, f"after a change of {' and '.join(step['values'])} alone")
        before = after
    return f"{len(steps)} changes of one field left the others of the record as they were"


def only_changed(subject: Subject) -> str:
    """A change touches its own record alone: neither other records nor the switch beside the settings."""
    before = set_up(subject)
    steps = _small_steps(subject, before)
    for step in steps:
        subject.apply_all(step)
        after = subject.read().state
        _none(
            (item for item in differences(before, after) if not _is_of(item, step)), f"after a change of {step['name']}"
        )
        before = after
    count = len(before.records(SMTP_SERVER)) + len(before.records(MAIL_USER)) - 1
    return f"{len(steps)} changes left {count} other records as they were"


def _small_steps(subject: Subject, state: State) -> list[Change]:
    enabled = bool((state.get(MAIL_ENABLED, subject.user) or {}).get("email_enabled"))
    return [
        change(SMTP_SERVER.name, subject.server, UPDATE, port=2526),
        change(MAIL_USER.name, subject.user, UPDATE, job_title="Tester again"),
        change(MAIL_ENABLED.name, subject.user, UPDATE, email_enabled=not enabled),
    ]


def _is_of(difference: Difference, step: Change) -> bool:
    resource = MAIL_USER if step["resource"] != SMTP_SERVER.name else SMTP_SERVER
    same_name = normal_key(resource, difference.name) == normal_key(resource, step["name"])
    return same_name and difference.resource == step["resource"]


def empty(subject: Subject) -> str:
    """An empty text clears a field."""
    set_up(subject)
    changes = [
        change(SMTP_SERVER.name, subject.server, UPDATE, bcc=""),
        change(MAIL_USER.name, subject.user, UPDATE, job_title="", user_field_6=""),
    ]
    subject.apply_all(*changes)
    _none(unlike(subject.read().state, changes), "after an empty text")
    return "empty texts cleared 3 fields"


def passwords(subject: Subject) -> str:
    """A password can be set, changed and cleared, and what is read says so and no more than ``describe`` promises."""
    set_up(subject)
    places = [(SMTP_SERVER.name, subject.server)]
    if subject.may_log_in:
        places.append((MAIL_USER.name, subject.user))
    for password in (*subject.passwords, ""):
        subject.apply_all(*(change(resource, name, UPDATE, password=password) for resource, name in places))
        found = subject.read()
        for resource, name in places:
            _check_password(subject, found, resource, name, password)
    _check_hidden(subject)
    kept = "" if subject.may_log_in else f"; that of {subject.user} was left alone, since it could not be put back"
    how = "read back" if subject.readback else "reported as set or unset, and never read back"
    return f"set, changed and cleared; {how}{kept}"


def _check_password(subject: Subject, found: Reading, resource: str, name: str, password: str) -> None:
    kind = SMTP_SERVER if resource == SMTP_SERVER.name else MAIL_USER
    have, want = (found.state.get(kind, name) or {}).get("password"), password_word(bool(password))
    if have != want:
        raise Broken(f"{resource} {name}: the password is reported as {have}, not {want}")
    if subject.readback and found.passwords.get((resource, normal_key(kind, name)), "") != password:
        raise Broken(f"{resource} {name}: another password is read back than was sent")


def _check_hidden(subject: Subject) -> None:
    if subject.readback:
        return
    answer = subject.raw_read()
    for member in SECTIONS:
        if any("password" in record for record in answer[member]):
            raise Broken(f"{member}: a record holds a password, though describe does not promise password_readback")


def unknown_user(subject: Subject) -> str:
    """A user that Fincon does not have is refused, and not created."""
    before = set_up(subject)
    values = {"smtp_server": subject.server, "sender_name": "Nobody", "sender_email": "nobody@fincon-check.invalid"}
    reason = _refusal(subject, change(MAIL_USER.name, subject.missing_user, CREATE, **values))
    _refusal(subject, change(MAIL_ENABLED.name, subject.missing_user, UPDATE, email_enabled=True))
    _none(differences(before, subject.read().state), "refused, but")
    return f"refused: {reason}"


def bad_input(subject: Subject) -> str:
    """A change that cannot be is refused as a whole, and nothing of it is done."""
    before = set_up(subject)
    server, user, secret = subject.server, subject.user, subject.passwords[1]
    # A different number for each, so that the final state shows if one of them was done after all.
    bad = [
        change(SMTP_SERVER.name, server, UPDATE, timeout=21, password=secret, port=70000),
        change(SMTP_SERVER.name, server, UPDATE, timeout=22, use_tls="yes"),
        change(SMTP_SERVER.name, server, UPDATE, timeout=23, colour="red"),
        change(SMTP_SERVER.name, subject.second_server, UPDATE, timeout=24),
        change(SMTP_SERVER.name, server, CREATE, timeout=25),
        change(SMTP_SERVER.name, server, "rename", timeout=26),
        change(MAIL_USER.name, user, UPDATE, job_title="Tester 27", telephone=5),
        change("printer", user, UPDATE, job_title="Tester 28"),
    ]
    for item in bad:
        _refusal(subject, item)
    _none(differences(before, subject.read().state), "refused, but")
    return f"{len(bad)} changes that cannot be were refused, and nothing of them was done"


def _refusal(subject: Subject, item: Change) -> str:
    """Return why a change is refused."""
    try:
        done, reason = subject.outcome(item)
    except RefusedError as exc:
        return str(exc)
    if done:
        raise Broken(f"{item['action']} {item['resource']} {item['name']} with {item['values']} was done")
    return reason


def stops(subject: Subject) -> str:
    """Changes are applied in their order, and none after the first that fails."""
    before = set_up(subject)
    first, last = (change(SMTP_SERVER.name, subject.server, UPDATE, timeout=number) for number in (21, 22))
    wrong = change(SMTP_SERVER.name, subject.server, UPDATE, port=0)
    done, _reason = subject.outcome(first, wrong, last)
    if done != 1:
        raise Broken(f"of three changes, the second of them wrong, {done} were reported as done")
    rest = [item for item in differences(before, subject.read().state) if item.field != "timeout"]
    _none([*unlike(subject.read().state, [first]), *rest], "after three changes, the second of them wrong")
    return "the change before a wrong one was done, the one after it was not"


def key_case(subject: Subject) -> str:
    """Names are the same in upper and lower case, also where a user is linked to a definition."""
    before = set_up(subject)
    other = subject.server.swapcase()
    changes = [
        change(SMTP_SERVER.name, other, UPDATE, port=2526),
        change(MAIL_USER.name, subject.user.swapcase(), UPDATE, smtp_server=other, job_title="Tester again"),
    ]
    subject.apply_all(*changes)
    after = subject.read().state
    _none(unlike(after, changes), "with names in the other case")
    new = [item for item in differences(before, after) if item.field in ("record", "name", "user")]
    _none(new, "with names in the other case")
    return f"{other} and {subject.user.swapcase()} are the records that they were"


def unicode(subject: Subject) -> str:
    """A text is kept as it was sent or refused, never changed."""
    kept = []
    for name, text in (("Latin", "Zoë Nkósi – Café"), ("Chinese", "東京"), ("emoji", "Post 📮 𝕏")):
        before = set_up(subject)
        item = change(MAIL_USER.name, subject.user, UPDATE, sender_name=text)
        done, reason = subject.outcome(item)
        after = subject.read().state
        _none(unlike(after, [item]) if done else differences(before, after), f"{name} letters")
        kept.append(f"{name} {'kept' if done else f'refused ({reason})'}")
    if subject.deletes:
        _check_name(subject)
        kept.append("a name kept")
    return "; ".join(kept)


def _check_name(subject: Subject) -> None:
    name = subject.second_server
    if subject.read().state.get(SMTP_SERVER, name) is None:
        subject.apply_all(change(SMTP_SERVER.name, name, CREATE, mail_server="smtp.fincon-check.invalid"))
    if name not in [record["name"] for record in subject.read().state.records(SMTP_SERVER)]:
        raise Broken(f"the definition {name} was created, but has another name")
    subject.apply_all(change(SMTP_SERVER.name, name, DELETE))
    if subject.read().state.get(SMTP_SERVER, name) is not None:
        raise Broken(f"the definition {name} was deleted, but is still there")


def interrupted(subject: Subject) -> str:
    """Whatever a call that was killed has left, the next run brings it to what was wanted."""
    killed = 0
    seconds = _time_of_apply(subject)
    for part in _MOMENTS:
        set_up(subject)
        changes = _big_steps(subject)
        killed += subject.interrupt(changes, max(seconds * part, 0.001)).stopped == TIMEOUT
        state = subject.read().state
        rest = leading_to(state, changes)
        if rest:
            subject.apply_all(*rest)
        _none(unlike(subject.read().state, changes), f"killed after {part:.0%} of the time, then applied again")
    if not killed:
        raise Skipped(f"a call takes {seconds * 1000:.0f} ms, too short to be killed in the middle")
    return f"killed {killed} times in the middle; the next run went on from there"


def _time_of_apply(subject: Subject) -> float:
    set_up(subject)
    subject.apply_all(*_big_steps(subject))
    return subject.calls[-1].ended.seconds


def _big_steps(subject: Subject) -> list[Change]:
    return [
        change(
            SMTP_SERVER.name, subject.server, UPDATE, mail_server="smtp2.fincon-check.invalid", port=2526, timeout=21
        ),
        change(MAIL_USER.name, subject.user, UPDATE, sender_name="Fincon Check again", user_field_1="New"),
        change(SMTP_SERVER.name, subject.server, UPDATE, bcc="bcc2@fincon-check.invalid", use_tls=False),
        change(MAIL_USER.name, subject.user, UPDATE, job_title="Tester again"),
    ]


def restored(subject: Subject) -> str:
    """The user is as before, and the definitions of the kit are gone."""
    initial = subject.initial
    if initial is None:
        raise Skipped("nothing was read")
    found = put_back(subject, initial)
    _compare(subject, initial, found)
    left = [record["name"] for record in found.state.records(SMTP_SERVER) if _is_ours(subject, record["name"])]
    if left and subject.deletes:
        raise Broken(f"{', '.join(left)} was deleted, but is still there")
    if left:
        return f"{subject.user} is as before; {', '.join(left)} stays, since the adapter has no capability delete"
    return f"{subject.user} is as before, and {subject.server} is gone"


def _compare(subject: Subject, initial: Reading, found: Reading) -> None:
    """Raise ``Broken`` when a record that is not the kit's own differs, or its password that can be read back."""
    when = "after everything was put back"
    changed = differences(initial.state, found.state)
    _none((item for item in changed if item.resource != SMTP_SERVER.name or not _is_ours(subject, item.name)), when)
    for resource, key in {*initial.passwords, *found.passwords}:
        same = initial.passwords.get((resource, key)) == found.passwords.get((resource, key))
        if not same and not (resource == SMTP_SERVER.name and _is_ours(subject, key)):
            raise Broken(f"{when}: {resource} {key}, password: is not what it was")


def _is_ours(subject: Subject, server: str) -> bool:
    names = (subject.server, subject.second_server)
    return normal_key(SMTP_SERVER, server) in {normal_key(SMTP_SERVER, name) for name in names}


def _none(found: Iterable[Difference], when: str) -> None:
    """Raise ``Broken`` with the first difference, if there is one."""
    listed = list(found)
    if listed:
        more = f" (and {len(listed) - 1} more)" if len(listed) > 1 else ""
        raise Broken(f"{when}: {listed[0]}{more}")
