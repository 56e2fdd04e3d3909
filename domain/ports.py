"""What the inside needs from the outside. Further ports are beside the rules that need them, in
`password.py`, `throttle.py`, `secrets.py`, `credentials.py`, `names.py`,
`invitation.py`, `imports.py`, `history.py`, `session.py` and `account.py`.

Adapters never inherit from these; they only have to fit. The docstrings are the contract, and
`tests/contracts` checks it: of the store and the hasher over the fakes too.
"""

from collections.abc import Collection, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import Protocol

from domain.credentials import AccessTokens, Codes
from domain.events import Event
from domain.imports import Imports
from domain.invitation import Invitation, Invitations
from domain.names import Names
from domain.network import Client
from domain.operator import StoredCode, TokenWithUser
from domain.password import PasswordHash
from domain.session import Caller, Session, SignedIn
from domain.throttle import Counts
from domain.user import User, Username


class Clock(Protocol):
    """The time."""

    def now(self) -> datetime:
        """The current instant, aware, in UTC."""


class ClockWatch(Protocol):
    """Whether the time can be relied on to remove what is old."""

    def is_steady(self) -> bool:
        """Say no after a start, and after the clock has jumped, until an hour has passed by a clock
        that cannot be set: whoever sets a wrong time and mends it soon loses nothing.
        """


class Lookup(Protocol):
    """What is asked before anything is written: committed state, without waiting for a writer.

    All raise `StorageUnavailable`.
    """

    async def session(self, digest: bytes) -> SignedIn | None:
        """The session with this token digest and its user, as long as their `auth_version` agree.

        Whether it has expired is for the caller to say.
        """

    async def user(self, username: Username) -> User | None:
        """The user of this name, however spelled. Any string may be asked for."""

    async def access_token(self, digest: bytes) -> TokenWithUser | None:
        """The access token with the key of this digest, and its user.

        Whether it may be used is for the caller to say.
        """

    async def token_owner(self, token_id: int) -> int | None:
        """Whose access token has this id, which is never given to somebody else."""

    async def one_time_code(self, digest: bytes) -> StoredCode | None:
        """What the one-time code with this digest allows.

        Whether it has expired is for the caller to say.
        """

    async def invitation(self, digest: bytes) -> Invitation | None:
        """The invitation with the code of this digest.

        Whether it is open is for the caller to say.
        """


class Users(Protocol):
    """The accounts, inside a unit of work."""

    async def add(
        self,
        username: Username,
        password_hash: PasswordHash,
        *,
        at: datetime,
        is_operator: bool = False,
        roles: tuple[str, ...] = (),
        address: str | None = None,
    ) -> User:
        """Store a new account under an id that was never used. `address` is from where its owner
        signed up; whoever does is using it. Raises `UsernameTaken`.
        """

    async def get(self, user_id: int) -> User | None:
        """The account as it is now; it stays so until the unit of work ends."""

    async def exists(self, user_id: int) -> bool:
        """Say whether there is such an account; if so, nobody deletes it until the unit of work
        ends. It may be changed, and who changes it does not wait for this.
        """

    async def save(self, user: User) -> User:
        """Replace the stored account of the same id. Says how it is now: its version has grown by
        one. Raises `UsernameTaken`.
        """

    async def delete(self, user_id: int) -> None:
        """Remove the account, its sessions and access tokens, and the codes for it and made by it.
        The id is never used again.
        """

    async def has_operator(self) -> bool:
        """Say whether any account is an operator's."""

    async def has_other_operator(self, user_id: int) -> bool:
        """Say whether somebody else is an operator and not disabled. It stays so until the unit of
        work ends, whoever else asks: of two who leave at once, one is told that nobody is left.
        """


class Sessions(Protocol):
    """The sessions, inside a unit of work."""

    async def add(
        self, user: User, digest: bytes, caller: Caller, *, at: datetime, expires_at: datetime
    ) -> Session:
        """Open a session for this user and this `auth_version`."""

    async def find(self, digest: bytes) -> SignedIn | None:
        """As `Lookup.session`, and neither changes until the unit of work ends."""

    async def get(self, session_id: int) -> SignedIn | None:
        """As `find`, by the session's id."""

    async def renew(self, session: Session, user: User, digest: bytes) -> None:
        """Let the session go on under a new digest and the user's present `auth_version`."""

    async def end(self, digest: bytes) -> Session | None:
        """End the session with this token digest, and say which it was, if there was one."""

    async def end_one(self, user_id: int, session_id: int) -> bool:
        """End this session of this user. Say whether there was one."""

    async def end_all(self, user_id: int, *, but: int | None = None) -> int:
        """End the user's sessions, except the one with the id `but`. Say how many."""

    async def evict(self, user_id: int, *, at_most: int) -> int:
        """End the user's oldest sessions until no more than `at_most` are left. Say how many."""

    async def remove_expired(self, now: datetime, *, at_most: int) -> int:
        """Forget some sessions that have expired. Say how many."""


class Events(Protocol):
    """What happened, inside a unit of work: written with the change itself, or not at all."""

    async def append(self, *events: Event) -> None:
        """Add them at the end, in this order."""

    async def erase_personal(self, user_id: int) -> int:
        """Blank addresses, user agents and details in the user's events, and say how many had any;
        and addresses and user agents where the user did it to others.
        """

    async def remove_older(self, than: datetime, *, at_most: int) -> int:
        """Forget some events from before that instant. Say how many."""


class UnitOfWork(Protocol):
    """What one transaction can reach."""

    @property
    def users(self) -> Users:
        """The accounts."""

    @property
    def sessions(self) -> Sessions:
        """The sessions."""

    @property
    def events(self) -> Events:
        """What happened."""

    @property
    def tokens(self) -> AccessTokens:
        """The access tokens."""

    @property
    def codes(self) -> Codes:
        """The one-time codes."""

    @property
    def names(self) -> Names:
        """Whose the looks of names are."""

    @property
    def invitations(self) -> Invitations:
        """The invitations."""

    @property
    def counts(self) -> Counts:
        """The attempts that are counted."""

    @property
    def imports(self) -> Imports:
        """Accounts from elsewhere, many at once."""


class UnitOfWorkFactory(Protocol):
    """Open a unit of work; leaving the block commits, an exception rolls back.

    What a unit of work has read of an account (`Users.get`, `Sessions.find`, `has_other_operator`)
    stays as it is until the unit ends: another one that would change it waits, or is refused with
    `Unavailable`. So whoever reads an account in order to change it reads it here, and two who
    change one account do not undo each other. The client's own account and those it is told of are
    taken first, by growing id, so that two that want the same ones do not wait in a circle.

    When the block is left without an exception, what it wrote survives the death of the process.
    Raises `StorageUnavailable` or `StorageFull`: nothing was written; or, where the answer to the
    commit was lost, it is unknown whether it was.
    """

    def __call__(
        self, client: Client | None = None, *, accounts: Collection[int] = ()
    ) -> AbstractAsyncContextManager[UnitOfWork]:
        """Start, in the turn of this client, before any lock is taken: one unit of work a user and
        site, and four a site, at a time, and further ones wait. `None` is the service itself, which
        has no limit. `accounts` are the ids of others' accounts that it will read.
        """


class Devices(Protocol):
    """Tells browsers that have logged in before from strangers."""

    def issue(self, user: User, device: str | None = None) -> str:
        """A mark that nobody can forge, for a browser that has just logged in, or for the one with
        this id whose owner has changed the password.
        """

    def recognise(self, mark: str | None, user: User | None) -> str | None:
        """The device's own id, if the mark is one of this user's, from before no change of the
        password.
        """


class Pseudonyms(Protocol):
    """Stand-ins for names that must not be stored."""

    def of(self, username: Username) -> str:
        """The same for every spelling of a name, and of no use without the key."""


class StorageProbe(Protocol):
    """Tries whether writing works."""

    async def check(self) -> None:
        """Return if it does. Raises `StorageUnavailable` or `StorageFull`."""


class Leases(Protocol):
    """Which process does the work that one process does for all. All raise `Unavailable`.

    A lease ends by the database's clock, so that nodes whose clocks differ agree on its end. A
    clock that jumps can end it early: what must never be done twice needs more than a lease.
    """

    async def take(self, names: Sequence[str], holder: str, length: timedelta) -> Collection[str]:
        """Take those of these leases that nobody else has, or renew them, until this long from now.
        Say which; of two that ask at once for one that is free, one gets it.
        """

    async def give_back(self, holder: str) -> None:
        """Let others have what this holder has."""
