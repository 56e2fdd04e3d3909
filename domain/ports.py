"""Everything the inside needs from the outside.

Adapters never inherit from these; they only have to fit. The docstrings are the contract, and
`tests/contracts` checks it for every adapter and for the fakes.
"""

from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from domain.password import Password, PasswordHash
from domain.session import Origin, Session, SessionToken, SignedIn
from domain.user import User, Username


class Clock(Protocol):
    """The time."""

    def now(self) -> datetime:
        """The current instant, aware, in UTC."""


class TokenGenerator(Protocol):
    """The only source of session tokens."""

    def new(self) -> SessionToken:
        """A token nobody has seen or can guess."""


class PasswordHasher(Protocol):
    """Slow on purpose, and never on the event loop. Both methods raise `Busy` when overloaded."""

    async def hash(self, password: Password) -> PasswordHash:
        """Hash with the newest scheme, cost and key, and a new salt."""

    async def verify(self, password: Password, password_hash: PasswordHash | None) -> bool:
        """Say whether they match. `None` never matches, and takes just as long to say so."""

    def is_outdated(self, password_hash: PasswordHash) -> bool:
        """Say whether `hash` would use another scheme, cost or key today."""


class Lookup(Protocol):
    """The two questions asked before anything is written.

    Each is one statement on committed state; neither waits for a writer. Both raise
    `StorageUnavailable`.
    """

    async def session(self, digest: bytes) -> SignedIn | None:
        """The session with this token digest and its user, as long as their `auth_version` agree.

        Whether it has expired is for the caller to say.
        """

    async def user(self, username: Username) -> User | None:
        """The user of this name, however spelled. Any string may be asked for."""


class Users(Protocol):
    """The accounts, inside a unit of work."""

    async def add(self, username: Username, password_hash: PasswordHash, *, at: datetime) -> User:
        """Store a new account under an id that was never used. Raises `UsernameTaken`."""

    async def get(self, user_id: int) -> User | None:
        """The account as it is now; it stays so until the unit of work ends."""

    async def save(self, user: User) -> None:
        """Replace the stored account of the same id. Raises `UsernameTaken`."""


class Sessions(Protocol):
    """The sessions, inside a unit of work."""

    async def add(
        self, user: User, digest: bytes, origin: Origin, *, at: datetime, expires_at: datetime
    ) -> Session:
        """Open a session for this user and this `auth_version`."""

    async def find(self, digest: bytes) -> SignedIn | None:
        """As `Lookup.session`, and neither changes until the unit of work ends."""

    async def replace_all(self, session: Session, user: User, digest: bytes) -> Session:
        """End every session of the user but this one, which goes on under a new digest and the
        user's present `auth_version`.
        """

    async def end(self, digest: bytes) -> None:
        """End the session with this token digest, if there is one."""


class UnitOfWork(Protocol):
    """What one transaction can reach."""

    @property
    def users(self) -> Users:
        """The accounts."""

    @property
    def sessions(self) -> Sessions:
        """The sessions."""


class Begin(Protocol):
    """Open a unit of work; leaving the block commits, an exception rolls back.

    When the block is left without an exception, what it wrote survives the death of the process.
    Raises `StorageUnavailable` or `StorageFull`, and then nothing was written. Units of work wait
    for each other in line.
    """

    def __call__(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """Start."""


class LastSeen(Protocol):
    """Remembers, some moments later, when a session was last used."""

    def note(self, session_id: int, at: datetime) -> None:
        """Take the note and return at once. It may be lost in a crash."""


class StorageProbe(Protocol):
    """Tries whether writing works."""

    async def check(self) -> None:
        """Return if it does. Raises `StorageUnavailable` or `StorageFull`."""
