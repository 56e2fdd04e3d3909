"""What Frontdesk answers. Fields that a newer version adds are left out."""

from datetime import datetime
from typing import Any

from msgspec import Struct, field


class User(Struct, frozen=True):
    """Who is signed in. `id` is never given to somebody else; `username` may change, and be
    another's later. `roles` and `metadata` are what operators set for applications.
    """

    id: int
    username: str
    roles: tuple[str, ...] = ()
    metadata: dict[str, Any] = field(default_factory=dict)

    def has_role(self, *roles: str) -> bool:
        """Say whether the user has one of these."""
        return not set(roles).isdisjoint(self.roles)

    @property
    def is_authenticated(self) -> bool:
        """Yes: what Starlette and Django ask of a user."""
        return True

    @property
    def display_name(self) -> str:
        """The username, as Starlette asks for it."""
        return self.username

    @property
    def identity(self) -> str:
        """The id, as Starlette asks for it."""
        return str(self.id)


class Session(Struct, frozen=True):
    """A session. After `fresh_until`, ask for the password before what cannot be undone."""

    id: int
    created: datetime
    expires: datetime
    fresh_until: datetime


class SignedIn(Struct, frozen=True):
    """A user and the session."""

    user: User
    session: Session


class Account(Struct, frozen=True):
    """Your account."""

    id: int
    username: str
    signup_time: datetime


class Admitted(Account, frozen=True):
    """Your account and, with `cookie=False`, its new session: the client keeps both."""

    token: str | None = None
    expires: datetime | None = None
    device: str | None = None


class OwnSession(Struct, frozen=True):
    """Where you are signed in."""

    id: int
    current: bool
    created: datetime
    last_seen: datetime
    expires: datetime
    address: str
    device: str


class Ended(Struct, frozen=True):
    """How many sessions ended."""

    ended: int


class OwnEvent(Struct, frozen=True):
    """What happened to your account."""

    position: int
    kind: str
    time: datetime
    address: str
    device: str
    details: dict[str, str | int]
    by_operator: bool


class OwnEvents(Struct, frozen=True):
    """Newest first; `next` leads to the page after."""

    events: list[OwnEvent]
    next: int | None = None


class Receipt(Struct, frozen=True):
    """What was removed with an account."""

    deleted: datetime
    user: Account
    sessions: int
    events: int


class ManagedUser(Struct, frozen=True):
    """An account as operators see it. Send `version` along with a change."""

    id: int
    username: str
    signup_time: datetime
    version: int
    disabled_at: datetime | None = None
    is_operator: bool = False
    roles: tuple[str, ...] = ()
    metadata: dict[str, Any] = field(default_factory=dict)


class Outcome(Struct, frozen=True):
    """How it went for one of many users: `changed`, or not: as it was so already, or for the
    problem of this `code`.
    """

    id: int
    changed: bool
    code: str | None = None
    detail: str | None = None


class ResetCode(Struct, frozen=True):
    """A code with which a user chooses a new password, once."""

    code: str
    expires: datetime


class AccessToken(Struct, frozen=True):
    """Access of a program. `token` is known this once."""

    id: int
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    token: str | None = None


class Invitation(Struct, frozen=True):
    """Lets people sign up, or one person become an operator. `code` is known this once."""

    id: int
    note: str
    roles: tuple[str, ...]
    uses: int
    used: int
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    is_for_operator: bool = False
    code: str | None = None


class Event(Struct, frozen=True):
    """Something that happened to `user_id`; `actor_id` is the operator who did it, if one did."""

    position: int
    kind: str
    time: datetime
    user_id: int | None
    actor_id: int | None
    address: str
    user_agent: str
    details: dict[str, str | int]


class Feed(Struct, frozen=True):
    """Events, oldest first. Ask for those after `next`."""

    events: list[Event]
    next: str


class Page(Struct, frozen=True):
    """Rows of a table; `next` leads to the page after."""

    rows: list[dict[str, Any]]
    next: str | None = None


class Tail(Struct, frozen=True):
    """Logged requests since the last look. Ask for those after `next`."""

    rows: list[dict[str, Any]]
    next: str


class Count(Struct, frozen=True):
    """How many rows; `relation` is `exact`, `at_least` or `at_most`."""

    count: int
    relation: str


class Forgotten(Struct, frozen=True):
    """How many records were removed."""

    forgotten: int
