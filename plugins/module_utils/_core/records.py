# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The records table: the one home of every field that the collection manages.

The JSON Schemas, the argument specs, the documentation fragments, the field tables of the documentation and the names
of the mail contract are all derived from the rows below. A new field is a new row.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

#: Where the facts come from. ``S`` marks what was seen in the source, ``I`` what is inferred, ``U`` what is not
#: publicly documented, so that the choice is this collection's own.
SOURCES = {
    "overview": "S: help.fincon.co.za article 360017867938, Email Settings Overview",
    "smtp": "S: help.fincon.co.za article 360017727277, Creating an SMTP setting definition",
    "user": "I: C(8) in the log records of the vendor's REST manual, version 5.285.002",
    "email": "I: e-mail addresses elsewhere in the vendor's REST manual are C(100) (pages 12 to 18)",
    "undocumented": "U: not publicly documented, the choice of this collection",
}

#: What a value may be. ``checks.py`` says what each kind accepts.
KINDS = ("name", "user", "host", "email", "text", "integer", "flag", "secret")


@dataclass(frozen=True)
class Field:
    """One field of a record.

    :param name: the name in YAML and of the module option.
    :param kind: one of :data:`KINDS`.
    :param wire: the field's name in version 1 of the mail contract of the ``rest`` backend.
    :param description: one sentence for people.
    :param source: a key of :data:`SOURCES`.
    :param label: Fincon's own label, as its window shows it; empty where it is not publicly documented.
    :param default: the value that a new record takes when the field is left out.
    :param required: whether a new record must have it.
    :param minimum: smallest number allowed.
    :param maximum: largest number allowed.
    :param max_length: greatest number of characters.
    :param soft_limit: exceeding ``max_length`` is a warning, since the limit is inferred.
    :param unit: unit of a number.
    :param probed: whether the mail server gets to see the value, so that a change of it has to be verified.
    :param wire_set: for a secret, the name of the Y/N flag that says whether one is set.
    """

    name: str
    kind: str
    wire: str
    description: str
    source: str
    label: str = ""
    default: Any = ""
    required: bool = False
    minimum: int | None = None
    maximum: int | None = None
    max_length: int | None = None
    soft_limit: bool = False
    unit: str = ""
    probed: bool = False
    wire_set: str = ""

    @property
    def secret(self) -> bool:
        """Whether the value must never be shown."""
        return self.kind == "secret"


@dataclass(frozen=True)
class Resource:
    """A kind of record.

    :param name: as in the ``resource`` of a change.
    :param title: what people call it in a sentence.
    :param key: the field that identifies a record.
    :param fields: the other fields, in the order of Fincon's window.
    """

    name: str
    title: str
    key: Field
    fields: tuple[Field, ...]

    def field(self, name: str) -> Field:
        """Return the field of that name; raises :class:`KeyError` when there is none."""
        for candidate in (self.key, *self.fields):
            if candidate.name == name:
                return candidate
        raise KeyError(name)


def normal_key(resource: Resource, name: str) -> str:
    """Return the form in which two names of one record are equal.

    Fincon upper-cases user names; definitions are compared without case and kept as they were written.
    """
    return name.strip().upper() if resource.key.kind == "user" else name.strip().casefold()


def written_key(resource: Resource, name: str) -> str:
    """Return the form in which a record's name is sent to Fincon and shown."""
    return name.strip().upper() if resource.key.kind == "user" else name.strip()


def same_value(row: Field, have: Any, want: Any) -> bool:
    """Whether two values of a field that is not a secret mean the same; names are compared without case."""
    if row.kind == "name":
        return str(have).strip().casefold() == str(want).strip().casefold()
    return bool(have == want)


SMTP_SERVER = Resource(
    name="smtp_server",
    title="SMTP definition",
    key=Field("name", "name", "SMTPName", "Name of the SMTP definition, compared without case.", "smtp", "SMTP Name"),
    fields=(
        Field(
            "mail_server",
            "host",
            "MailServer",
            "Host name or address of the mail server.",
            "smtp",
            "Mail Server",
            required=True,
            probed=True,
        ),
        Field(
            "authenticate",
            "flag",
            "Authenticate",
            "Whether the server wants a login. Must be true as well when each user has a login of their own.",
            "smtp",
            "Authenticate",
            default=True,
            probed=True,
        ),
        Field(
            "username",
            "text",
            "Username",
            "Login that all users of the definition share. A user's own login replaces it.",
            "smtp",
            "Username",
            probed=True,
        ),
        Field(
            "password",
            "secret",
            "Password",
            "Password of the shared login. It can be set but not read back.",
            "smtp",
            "Password",
            wire_set="PasswordSet",
            probed=True,
        ),
        Field(
            "port",
            "integer",
            "Port",
            "Port of the mail server.",
            "smtp",
            "Port",
            default=587,
            minimum=1,
            maximum=65535,
            probed=True,
        ),
        Field(
            "use_tls",
            "flag",
            "UseTLS",
            "Whether the provider requires TLS or SSL. Fincon has one flag for both STARTTLS and implicit TLS.",
            "smtp",
            "Use TLS",
            default=True,
            probed=True,
        ),
        Field(
            "timeout",
            "integer",
            "TimeOut",
            "Longest wait for the connection to be established.",
            "smtp",
            "Time Out (Seconds)",
            default=30,
            minimum=1,
            maximum=600,
            unit="seconds",
            probed=True,
        ),
        Field(
            "bcc",
            "email",
            "BCC",
            "Address to which every e-mail sent through this definition is blind-copied.",
            "smtp",
            "BCC",
            max_length=100,
        ),
    ),
)

MAIL_USER = Resource(
    name="mail_user",
    title="mail user",
    key=Field(
        "user",
        "user",
        "UserName",
        "Name of the Fincon user, compared and written in upper case.",
        "user",
        "User",
        max_length=8,
        soft_limit=True,
    ),
    fields=(
        Field(
            "smtp_server",
            "name",
            "SMTPName",
            "Name of the SMTP definition that the user is linked to.",
            "overview",
            required=True,
            probed=True,
        ),
        Field(
            "username",
            "text",
            "SMTPUsername",
            "The user's own login to the mail server. It replaces the login of the definition.",
            "overview",
            probed=True,
        ),
        Field(
            "password",
            "secret",
            "SMTPPassword",
            "Password of the user's own login. It can be set but not read back.",
            "overview",
            wire_set="SMTPPasswordSet",
            probed=True,
        ),
        Field("sender_name", "text", "SenderName", "Name that recipients see.", "overview", required=True),
        Field(
            "sender_email",
            "email",
            "SenderEmail",
            "Address that e-mails are sent from.",
            "overview",
            required=True,
            max_length=100,
            probed=True,
        ),
        Field("job_title", "text", "JobTitle", "Job title, for the document text of e-mails.", "overview"),
        Field("telephone", "text", "Telephone", "Telephone number, for the document text of e-mails.", "overview"),
        *(
            Field(
                f"user_field_{n}",
                "text",
                f"UserField{n}",
                f"User-defined field {n}, for the document text of e-mails.",
                "overview",
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
            "email_enabled",
            "flag",
            "MailEnabled",
            "Whether e-mail is enabled for the user. Left alone when left out.",
            "overview",
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
    def rows(self) -> dict[str, Field]:
        """The key and the fields, by name."""
        return {row.name: row for row in (self.resource.key, *self.fields)}


SMTP_SERVERS = Section("smtp_servers", SMTP_SERVER, SMTP_SERVER.fields)
USERS = Section("users", MAIL_USER, USER_FIELDS)

#: The sections by name, in the order in which their records are created.
SECTIONS = {section.name: section for section in (SMTP_SERVERS, USERS)}


def section_of(resource_name: str) -> Section:
    """Return the section that holds a resource; the switch is part of the user."""
    return SMTP_SERVERS if resource_name == SMTP_SERVER.name else USERS
