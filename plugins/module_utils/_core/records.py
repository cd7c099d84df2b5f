# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The records table: the single source of every field that the collection manages.

The JSON Schemas, the argument specs, the documentation fragments, the field tables of the documentation and the names
of the mail contract are all derived from the table below. A new field is a new entry. Other files that must know every
field, such as the example adapters, fail their tests until they do: CONTRIBUTING.md has the list.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

#: Where the facts come from. ``S`` marks what was seen in the source, ``I`` what is inferred, and ``U`` what is not
#: publicly documented, so that it is this collection's choice.
SOURCES = {
    "overview": "S: help.fincon.co.za article 360017867938, Email Settings Overview",
    "smtp": "S: help.fincon.co.za article 360017727277, Creating an SMTP setting definition",
    "user": "I: C(8) in the log records of the vendor's REST manual, version 5.285.002",
    "email": "I: e-mail addresses elsewhere in the vendor's REST manual are C(100) (pages 12 to 18)",
    "undocumented": "U: not publicly documented, the choice of this collection",
}

#: What a value may be. ``checks.py`` defines what each kind accepts; ``names`` is a list. ``names`` and ``path`` are
#: only for files of a fleet.
KINDS = ("name", "user", "host", "email", "text", "path", "integer", "flag", "secret", "choice", "names")


@dataclass(frozen=True)
class Field:
    """One field of a record.

    :param name: the name in YAML and of the module option.
    :param kind: one of :data:`KINDS`.
    :param wire: the field's name in version 1 of the mail contract of the ``rest`` backend.
    :param description: one sentence for people.
    :param source: a key of :data:`SOURCES`.
    :param label: Fincon's own label, as its window shows it; empty where it is not publicly documented.
    :param purpose: where there is no label, what a work order calls the field, in the words of Fincon's help.
    :param example: a value to test the field with; the conformance kit writes it. Hosts and addresses are under
        ``.invalid`` (RFC 2606), so that Fincon cannot send anything to them. ``None`` for keys, links, secrets and the
        switch, whose values depend on the installation.
    :param samples: values as people write them, which editors propose in place of the example. Those of a secret are
        templates.
    :param login: for a secret, the login that it belongs to.
    :param default: the value that a new record takes when the field is left out.
    :param required: whether a new record must have it.
    :param minimum: smallest number allowed.
    :param maximum: largest number allowed.
    :param max_length: largest number of characters.
    :param soft_limit: whether exceeding ``max_length`` is only a warning, since the limit is inferred.
    :param unit: unit of a number.
    :param choices: the words that a choice may be.
    :param probed: whether the mail server sees the value, so that a change of it must be verified.
    :param wire_set: for a secret, the name of the Y/N flag that says whether one is set.
    """

    name: str
    kind: str
    wire: str
    description: str
    source: str
    label: str = ""
    purpose: str = ""
    example: Any = None
    samples: tuple[Any, ...] = ()
    login: str = ""
    default: Any = ""
    required: bool = False
    minimum: int | None = None
    maximum: int | None = None
    max_length: int | None = None
    soft_limit: bool = False
    unit: str = ""
    choices: tuple[str, ...] = ()
    probed: bool = False
    wire_set: str = ""

    @property
    def secret(self) -> bool:
        """Whether the value must never be shown."""
        return self.kind == "secret"

    @property
    def title(self) -> str:
        """What a work order calls the field, unless a site has entered Fincon's label for it."""
        return self.label or self.purpose


@dataclass(frozen=True)
class Resource:
    """A kind of record.

    :param name: as in the ``resource`` of a change.
    :param title: what people call it in a sentence.
    :param key: the field that identifies a record.
    :param fields: the other fields, in the order of Fincon's window.
    :param window: menu path of Fincon's window for it; empty where it is not publicly documented.
    """

    name: str
    title: str
    key: Field
    fields: tuple[Field, ...]
    window: str = ""

    def field(self, name: str) -> Field:
        """Return the field of that name; raises :class:`KeyError` when there is none."""
        for candidate in (self.key, *self.fields):
            if candidate.name == name:
                return candidate
        raise KeyError(name)


def normal_key(resource: Resource, name: str) -> str:
    """Return the normal form of a record's name: equal for two spellings of one name.

    Fincon changes user names to upper case. Names of definitions are compared without case and kept as written.
    """
    return _normal_user(name) if resource.key.kind == "user" else _normal_name(name)


def written_key(resource: Resource, name: str) -> str:
    """Return the form in which a record's name is sent to Fincon and shown: accents are part of their letters (NFC)."""
    return _normal_user(name) if resource.key.kind == "user" else _composed(name)


def same_value(field: Field, have: Any, want: Any) -> bool:
    """Whether two values of a field, not a secret, mean the same; names are compared without case."""
    if field.kind == "name":
        return _normal_name(str(have)) == _normal_name(str(want))
    return bool(have == want)


# A branch's names are compared with each other again and again.
@lru_cache(maxsize=4096)
def _normal_user(name: str) -> str:
    return _composed(name).upper()


@lru_cache(maxsize=4096)
def _normal_name(name: str) -> str:
    return _composed(name).casefold()


def _composed(name: str) -> str:
    name = name.strip()
    # Most names are plain ASCII, and thousands are compared.
    return name if name.isascii() else unicodedata.normalize("NFC", name)


def _password(login: str, variable: str, wire: str, source: str, label: str = "", purpose: str = "") -> Field:
    return Field(
        name="password",
        kind="secret",
        wire=wire,
        wire_set=f"{wire}Set",
        description=f"Password of {login}. It can be set but not read back.",
        source=source,
        samples=(f"{{{{ {variable} }}}}",),
        login=login,
        label=label,
        purpose=purpose,
        probed=True,
    )


def _for_documents(name: str, wire: str, what: str, purpose: str, example: str) -> Field:
    description = f"{what}, for the document text of e-mails."
    return Field(name, "text", wire, description, "overview", purpose=purpose, example=example)


SMTP_SERVER = Resource(
    name="smtp_server",
    title="SMTP definition",
    # help.fincon.co.za article 360017727277
    window="System / Mail Settings / SMTP Settings",
    key=Field(
        name="name",
        kind="name",
        wire="SMTPName",
        description="Name of the SMTP definition, compared without case.",
        source="smtp",
        label="SMTP Name",
        samples=("HQ relay",),
    ),
    fields=(
        Field(
            name="mail_server",
            kind="host",
            wire="MailServer",
            description="Host name or address of the mail server.",
            source="smtp",
            label="Mail Server",
            example="smtp.fincon-check.invalid",
            samples=("smtp.example.co.za",),
            required=True,
            probed=True,
        ),
        Field(
            name="authenticate",
            kind="flag",
            wire="Authenticate",
            description="Whether the server wants a login. Must be true as well when each user has their own login.",
            source="smtp",
            label="Authenticate",
            example=True,
            default=True,
            probed=True,
        ),
        Field(
            name="username",
            kind="text",
            wire="Username",
            description="Login that all users of the definition share. A user's own login replaces it.",
            source="smtp",
            label="Username",
            example="fincon-check",
            samples=("relay@example.co.za",),
            probed=True,
        ),
        _password("the shared login", "vault_relay", wire="Password", source="smtp", label="Password"),
        Field(
            name="port",
            kind="integer",
            wire="Port",
            description="Port of the mail server.",
            source="smtp",
            label="Port",
            example=2525,
            samples=(587, 465, 25),
            default=587,
            minimum=1,
            maximum=65535,
            probed=True,
        ),
        Field(
            name="use_tls",
            kind="flag",
            wire="UseTLS",
            description=(
                "Whether the provider requires TLS or SSL. Fincon has one flag for both STARTTLS and implicit TLS."
            ),
            source="smtp",
            label="Use TLS",
            example=True,
            default=True,
            probed=True,
        ),
        Field(
            name="timeout",
            kind="integer",
            wire="TimeOut",
            description="Longest wait for the connection to be established.",
            source="smtp",
            label="Time Out (Seconds)",
            example=20,
            default=30,
            minimum=1,
            maximum=600,
            unit="seconds",
            probed=True,
        ),
        Field(
            name="bcc",
            kind="email",
            wire="BCC",
            description="Address to which every e-mail sent through this definition is blind-copied.",
            source="smtp",
            label="BCC",
            example="bcc@fincon-check.invalid",
            samples=("audit@example.co.za",),
            max_length=100,
        ),
    ),
)

MAIL_USER = Resource(
    name="mail_user",
    title="mail user",
    key=Field(
        name="user",
        kind="user",
        wire="UserName",
        description="Name of the Fincon user, compared and written in upper case.",
        source="user",
        label="User",
        samples=("THANDI",),
        max_length=8,
        soft_limit=True,
    ),
    fields=(
        Field(
            name="smtp_server",
            kind="name",
            wire="SMTPName",
            description="Name of the SMTP definition that the user is linked to.",
            source="overview",
            purpose="SMTP server settings",
            samples=("HQ relay",),
            required=True,
            probed=True,
        ),
        Field(
            name="username",
            kind="text",
            wire="SMTPUsername",
            description="The user's own login to the mail server. It replaces the login of the definition.",
            source="overview",
            purpose="SMTP server username",
            example="fincon-check",
            samples=("thandi@example.co.za",),
            probed=True,
        ),
        _password(
            "the user's own login",
            "vault_thandi",
            wire="SMTPPassword",
            source="overview",
            purpose="SMTP server password",
        ),
        Field(
            name="sender_name",
            kind="text",
            wire="SenderName",
            description="Name that recipients see.",
            source="overview",
            purpose="Sender's name",
            example="Fincon Check",
            samples=("Thandi Nkosi",),
            required=True,
        ),
        Field(
            name="sender_email",
            kind="email",
            wire="SenderEmail",
            description="Address that e-mails are sent from.",
            source="overview",
            purpose="Sender's e-mail address",
            example="user@fincon-check.invalid",
            samples=("thandi@example.co.za",),
            required=True,
            max_length=100,
            probed=True,
        ),
        _for_documents("job_title", "JobTitle", "Job title", "Sender's job title", "Branch manager"),
        _for_documents("telephone", "Telephone", "Telephone number", "Sender's telephone number", "+27 21 555 0100"),
        *(
            _for_documents(
                f"user_field_{n}", f"UserField{n}", f"User-defined field {n}", f"User-defined field {n}", f"Field {n}"
            )
            for n in range(1, 7)
        ),
    ),
)

MAIL_ENABLED = Resource(
    name="mail_enabled",
    title="e-mail switch of the user",
    key=MAIL_USER.key,
    fields=(
        Field(
            name="email_enabled",
            kind="flag",
            wire="MailEnabled",
            description="Whether e-mail is enabled for the user. Left alone when left out.",
            source="overview",
            purpose="E-mail enabled",
            default=None,
        ),
    ),
)

RESOURCES = {resource.name: resource for resource in (SMTP_SERVER, MAIL_USER, MAIL_ENABLED)}

#: A user as a branch file declares one: the mail settings and the switch together.
USER_FIELDS = MAIL_USER.fields + MAIL_ENABLED.fields


@dataclass(frozen=True)
class Section:
    """A list of records, as files, options and results hold it.

    :param name: its key, such as ``users``.
    :param resource: what kind of record is in it.
    :param fields: the fields of a record in it, apart from the key. For a user, the switch is one of them.
    """

    name: str
    resource: Resource
    fields: tuple[Field, ...]

    @property
    def key(self) -> Field:
        """The field that identifies a record."""
        return self.resource.key

    @property
    def columns(self) -> dict[str, Field]:
        """The key and the fields, by name."""
        return {field.name: field for field in (self.key, *self.fields)}


SMTP_SERVERS = Section("smtp_servers", SMTP_SERVER, SMTP_SERVER.fields)
USERS = Section("users", MAIL_USER, USER_FIELDS)

#: The sections by name, in the order in which their records are created.
SECTIONS = {section.name: section for section in (SMTP_SERVERS, USERS)}


def section_of(resource_name: str) -> Section:
    """Return the section that holds a resource; the switch is part of the user."""
    return SMTP_SERVERS if resource_name == SMTP_SERVER.name else USERS
