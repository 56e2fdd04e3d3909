"""Everything about one account, when somebody takes it along or leaves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.events import Recorded
from domain.session import Session
from domain.user import User


@dataclass(frozen=True, slots=True)
class Export:
    """What is known about a user at that time, but for what there may be very much of; that
    follows in pages. Sessions are newest first.
    """

    at: datetime
    user: User
    sessions: Sequence[Session]


@dataclass(frozen=True, slots=True)
class EventsPage:
    """Events of an export, newest first."""

    events: Sequence[Recorded]


@dataclass(frozen=True, slots=True)
class RequestsPage:
    """Requests of an export as they are on record, newest first."""

    requests: Sequence[Mapping[str, object]]


ExportPart = Export | EventsPage | RequestsPage


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was removed: the account, its sessions, and personal data in that many events."""

    at: datetime
    user: User
    sessions: int
    events: int
