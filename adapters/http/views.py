"""Bodies on the wire. They check the shape; what counts as a name or a password, `domain` says."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from litestar.params import Body
from msgspec import UNSET, Meta, Struct, UnsetType

from domain.events import EventKind, EventPage, StoredEvent
from domain.password import PasswordPolicy
from domain.session import Admission, Caller, Session
from domain.user import USERNAME_MAX_CHARACTERS, User

# `Body` describes without checking: the rules themselves stand in `domain`, once.
Name = Annotated[
    str,
    Body(
        description="1 to 20 visible characters; names are compared without case and after"
        " Unicode normalization.",
        min_length=1,
        max_length=USERNAME_MAX_CHARACTERS,
        schema_extra={"examples": ["user1"]},
    ),
]
Secret = Annotated[
    str,
    Body(
        description="6 to 1,024 bytes of UTF-8; the minimum is a setting. Every byte counts.",
        max_length=PasswordPolicy().maximum,
        schema_extra={"format": "password", "examples": ["123123"]},
    ),
]


AsCookie = Annotated[
    bool,
    Body(
        description="`false` is for programs: no cookie is set, and the answer has the `token` to"
        " send as `Authorization: Bearer`."
    ),
]


class Credentials(Struct, frozen=True):
    """Name and password."""

    username: Name
    password: Secret


class NewSession(Credentials, frozen=True):
    """Name and password, and where the session goes."""

    cookie: AsCookie = True


class NewAccount(NewSession, frozen=True, omit_defaults=True):
    """Name and password, where the session goes, and what lets you in where not everybody may."""

    invitation: Annotated[
        str | UnsetType,
        Body(
            description="From an operator: needed where only who is invited may sign up, and may"
            " bring roles.",
            max_length=100,
        ),
    ] = UNSET


class UserUpdate(Struct, frozen=True, omit_defaults=True):
    """What to change; what is left out stays."""

    username: Name | UnsetType = UNSET
    password: Secret | UnsetType = UNSET
    current_password: Secret | UnsetType = UNSET
    keep_access_tokens: Annotated[
        bool,
        Body(description="If true and the login is fresh, your access tokens are not revoked."),
    ] = False


class Confirmation(Struct, frozen=True):
    """Proof that the owner is at the keyboard; not needed moments after a login."""

    current_password: Secret | UnsetType = UNSET


class Reset(Struct, frozen=True):
    """A new password, and the one-time code that allows it."""

    code: Annotated[str, Body(description="The one-time code.", max_length=100)]
    password: Secret
    cookie: AsCookie = True


class UserView(Struct, frozen=True):
    """An account as its owner sees it."""

    id: Annotated[int, Meta(ge=1, description="Never reused.", examples=[1])]
    username: Annotated[
        str, Meta(description="In the spelling the user chose.", examples=["user1"])
    ]
    signup_time: Annotated[
        datetime, Meta(description="RFC 3339, in UTC.", examples=["2026-01-31T12:00:00.123456Z"])
    ]

    @classmethod
    def of(cls, user: User) -> "UserView":
        """As the API shows it."""
        return cls(user.id, user.username.value, user.signup_time)


class AdmittedView(UserView, frozen=True, omit_defaults=True):
    """An account with a new session. For a program the session is here: `device` is a mark to send
    as `Frontdesk-Device` with the next login, so that guesses of strangers do not hold the program
    back. For a browser it is in the cookie, and these fields are left out.
    """

    token: Annotated[
        str | UnsetType, Meta(description="Shown once. Send it as `Authorization: Bearer`.")
    ] = UNSET
    expires: Annotated[
        datetime | UnsetType, Meta(description="End of the session; RFC 3339, in UTC.")
    ] = UNSET
    device: Annotated[
        str | UnsetType,
        Meta(
            description="Device token. Send it in the header `Frontdesk-Device` with the next"
            " login."
        ),
    ] = UNSET

    @classmethod
    def handing_out(cls, admission: Admission, *, device: str | None) -> "AdmittedView":
        """With the session."""
        user = admission.user
        return cls(
            user.id,
            user.username.value,
            user.signup_time,
            admission.token.text,
            admission.expires_at,
            device or UNSET,
        )

    @classmethod
    def of(cls, user: User) -> "AdmittedView":
        """Without it."""
        return cls(user.id, user.username.value, user.signup_time)


class SessionView(Struct, frozen=True):
    """A session as its owner sees it. `id` is not the token."""

    id: Annotated[int, Meta(description="Id of the session; not its token.")]
    current: Annotated[bool, Meta(description="Whether it is the session of this request.")]
    created: Annotated[datetime, Meta(description="RFC 3339, in UTC.")]
    last_seen: Annotated[
        datetime, Meta(description="Last use, to within five minutes; RFC 3339, in UTC.")
    ]
    expires: Annotated[datetime, Meta(description="RFC 3339, in UTC.")]
    address: Annotated[str, Meta(description="Client address of the login.")]
    device: Annotated[
        str,
        Body(description="Browser and system.", schema_extra={"examples": ["Firefox on Linux"]}),
    ]

    @classmethod
    def all_of(cls, sessions: Sequence[Session], *, current: int) -> "list[SessionView]":
        """As the API shows it."""
        return [
            cls(
                session.id,
                session.id == current,
                session.created_at,
                session.last_seen_at,
                session.expires_at,
                session.caller.address,
                session.caller.device or "unknown device",
            )
            for session in sessions
        ]


class EventView(Struct, frozen=True):
    """Something that happened. `position` grows and is never reused. From where an operator did it
    is not told.
    """

    position: Annotated[int, Meta(description="Id of the event; grows, and is never reused.")]
    kind: EventKind
    time: Annotated[datetime, Meta(description="RFC 3339, in UTC.")]
    address: Annotated[str, Meta(description="Client address; empty if an operator did it.")]
    device: Annotated[str, Meta(description="Browser and system, as `Firefox on Linux`.")]
    details: Annotated[
        dict[str, str | int],
        Meta(description="Depends on the kind: names before and after, counts, reasons."),
    ]
    by_operator: Annotated[bool, Meta(description="Whether an operator did it.")]

    @classmethod
    def of(cls, recorded: StoredEvent) -> "EventView":
        """As the API shows it."""
        event = recorded.event
        by_operator = event.actor_id is not None
        caller = Caller("", "") if by_operator else event.caller
        return cls(
            recorded.position,
            event.kind,
            event.at,
            caller.address,
            caller.device or ("unknown device" if caller.user_agent else ""),
            dict(event.details),
            by_operator,
        )


class EventPageView(Struct, frozen=True):
    """Some events, newest first. `next` asks for the page after, as `before`."""

    events: Annotated[list[EventView], Meta(description="Newest first.")]
    next: Annotated[
        int | None, Meta(description="Pass it as `before` for the next page; null on the last.")
    ]

    @classmethod
    def of(cls, page: EventPage) -> "EventPageView":
        """As the API shows it."""
        return cls([EventView.of(recorded) for recorded in page.events], page.following)


class Ended(Struct, frozen=True):
    """How many sessions ended."""

    ended: Annotated[int, Meta(description="Sessions that ended.")]


def given(value: str | UnsetType) -> str | None:
    """`None` for what was left out."""
    return None if value is UNSET else value
