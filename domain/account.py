"""Everything about one account, when somebody takes it along or leaves."""

from dataclasses import dataclass
from datetime import datetime

from domain.events import Recorded
from domain.session import Session
from domain.user import User


@dataclass(frozen=True, slots=True)
class Export:
    """All that was known about a user at that time; sessions and events newest first."""

    at: datetime
    user: User
    sessions: list[Session]
    events: list[Recorded]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was removed: the account, its sessions, and personal data in that many events."""

    at: datetime
    user: User
    sessions: int
    events: int
