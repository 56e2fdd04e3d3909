"""Everything about one account, when somebody takes it along or leaves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.events import StoredEvent
from domain.session import Admission, Session
from domain.user import User


@dataclass(frozen=True, slots=True)
class Usage:
    """From where an account was signed up, and when it was last used: the latest login or request,
    to within some minutes, with the address from which that session was opened.

    `None` is what is not known: an operator has created it, or it is older than this.
    """

    signup_address: str | None = None
    last_used_at: datetime | None = None
    last_address: str | None = None


@dataclass(frozen=True, slots=True)
class Export:
    """What is known about a user at that time, but for what there may be very much of; that
    follows in pages. Sessions are newest first.
    """

    at: datetime
    user: User
    usage: Usage
    sessions: Sequence[Session]


@dataclass(frozen=True, slots=True)
class EventsPage:
    """Events of an export, newest first."""

    events: Sequence[StoredEvent]


@dataclass(frozen=True, slots=True)
class RequestsPage:
    """Requests of an export as they are on record, newest first. `following` leads to the next
    page; `None` if this is the last.
    """

    requests: Sequence[Mapping[str, object]]
    following: str | None = None


class RequestHistory(Protocol):
    """What is on record of a user's requests, for reading."""

    async def page(self, user: User, *, after: str | None, limit: int) -> RequestsPage:
        """Some of them since the account was created: the latest, or those after the `following` of
        the page before. Raises `InvalidQuery`, `QueryTooSlow`, `Busy`, `StorageUnavailable`.
        """


ExportPart = Export | EventsPage | RequestsPage


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was removed: the account, its sessions, and personal data in that many events."""

    at: datetime
    user: User
    sessions: int
    events: int


@dataclass(frozen=True, slots=True)
class UpdatedAccount:
    """The user as they are now, and the new token of the session if the password changed."""

    user: User
    admission: Admission | None
