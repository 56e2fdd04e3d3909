"""Sessions: who is signed in, since when, and for how long."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from domain.network import Client, Network, networks_of
from domain.secrets import SessionToken
from domain.user import User

_CLOCK_TOLERANCE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Caller:
    """Where a request came from: network address and user agent, both as reported.

    `device` is what the user agent says in words for people, as in "Firefox on Linux". The store
    reads it once, when it writes; `None` is what nobody has read yet.
    """

    address: str
    user_agent: str
    device: str | None = field(default=None, compare=False)

    @property
    def networks(self) -> tuple[Network, ...]:
        """Who shares fate with this address, narrowest first."""
        return networks_of(self.address)

    def client(self, *, user_id: int | None = None, recognised: bool = False) -> Client:
        """For whom queues take turns."""
        networks = self.networks
        return Client(networks[-1].name, networks[0].name, recognised, user_id)


@dataclass(frozen=True, slots=True)
class SessionPolicy:
    """How long sessions last.

    `absolute` counts from the login and is never extended. `idle` (off when `None`) counts from
    the last request, to within `seen_every`. `fresh` is how long after a login sensitive changes
    need no password. A user has `at_most` sessions; the oldest make room for new ones.
    """

    absolute: timedelta = timedelta(days=7)
    idle: timedelta | None = None
    fresh: timedelta = timedelta(minutes=10)
    seen_every: timedelta = timedelta(minutes=5)
    at_most: int = 20


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """Whose sessions last how long. Those of operators are shorter, also the ones they had before
    they became operators.
    """

    everybody: SessionPolicy = SessionPolicy()
    operators: SessionPolicy = SessionPolicy(absolute=timedelta(hours=12), idle=timedelta(hours=1))

    def of(self, user: User) -> SessionPolicy:
        """The policy for this user."""
        return self.operators if user.is_operator else self.everybody


@dataclass(frozen=True, slots=True)
class Session:
    """One signed-in browser or program."""

    id: int
    user_id: int
    auth_version: int
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    caller: Caller

    def is_live(self, now: datetime, policy: SessionPolicy) -> bool:
        """Say whether it still counts.

        A session from the future is dead too: it was made under a clock that ran ahead, and would
        otherwise outlive `policy.absolute` of the clock that was set right.
        """
        if not self.created_at - _CLOCK_TOLERANCE <= now < self.ends_at(policy):
            return False
        return policy.idle is None or now - self.last_seen_at < policy.idle

    def is_fresh(self, now: datetime, policy: SessionPolicy) -> bool:
        """Say whether its owner proved who they are a moment ago."""
        return now < self.fresh_until(policy)

    def ends_at(self, policy: SessionPolicy) -> datetime:
        """When it expires, if nothing ends it before and it is used often enough."""
        return min(self.expires_at, self.created_at + policy.absolute)

    def fresh_until(self, policy: SessionPolicy) -> datetime:
        """Until when its owner has proved who they are a moment ago."""
        return self.created_at + policy.fresh

    def is_worth_noting(self, now: datetime, policy: SessionPolicy) -> bool:
        """Say whether `last_seen_at` has become old enough to be written again."""
        return now - self.last_seen_at >= policy.seen_every


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session together with its user; from `Authenticate`, a live one."""

    session: Session
    user: User


@dataclass(frozen=True, slots=True)
class Admission:
    """A new token handed out: the only moment the token itself is known.

    The session expires then, `remaining` from now. `device` is the mark for a browser or program
    that has none for this user yet.
    """

    token: SessionToken
    user: User
    remaining: timedelta
    expires_at: datetime
    device: str | None = field(default=None, repr=False)


class LastSeen(Protocol):
    """Remembers, some moments later, when a session or access token was last used. What it was
    told may be lost in a crash.
    """

    def note(self, session: Session, at: datetime) -> None:
        """Take the note, also for the user whose session it is, and return at once."""

    def note_login(self, user_id: int, caller: Caller, at: datetime) -> None:
        """The same for a user who has just opened a session from there."""

    def note_token(self, token_id: int, at: datetime) -> None:
        """The same for an access token."""
