"""What happened to accounts, as it is remembered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from domain.session import Origin


class EventKind(StrEnum):
    """Stored and shown; a kind once used keeps its name for ever."""

    SIGNED_UP = "signed_up"
    LOGGED_IN = "logged_in"
    LOGIN_REFUSED = "login_refused"
    CONFIRMATION_REFUSED = "confirmation_refused"
    RENAMED = "renamed"
    PASSWORD_CHANGED = "password_changed"
    SESSIONS_ENDED = "sessions_ended"
    ACCOUNT_DISABLED = "account_disabled"
    ACCOUNT_ENABLED = "account_enabled"
    ACCOUNT_DELETED = "account_deleted"


class Ending(StrEnum):
    """Why sessions ended."""

    LOGGED_OUT = "logged_out"
    REPLACED = "replaced"
    REVOKED = "revoked"
    EVICTED = "evicted"
    PASSWORD_CHANGED = "password_changed"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. `user_id` is whom it concerns; `None` for a name nobody has.

    `details` never hold a secret: names before and after, counts, reasons, a pseudonym.
    """

    kind: EventKind
    at: datetime
    user_id: int | None
    origin: Origin
    details: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event in its place. Positions grow in the order of commits and are never reused."""

    position: int
    event: Event


@dataclass(frozen=True, slots=True)
class EventPage:
    """Some events, newest first. `following` leads to the next page; `None` if this is the last."""

    events: list[Recorded]
    following: int | None


def sessions_ended(
    at: datetime, user_id: int, origin: Origin, *, count: int, why: Ending
) -> list[Event]:
    """The event for that many sessions ended; none if there were none."""
    details: dict[str, str | int] = {"count": count, "why": why.value}
    event = Event(EventKind.SESSIONS_ENDED, at, user_id, origin, details)
    return [event] if count else []
