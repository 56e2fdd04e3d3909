"""Time, chance and hashing that do as they are told."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TypeVar

from domain.errors import Busy, Unavailable
from domain.network import Client
from domain.password import HashQuality, HashReport, Password, PasswordHash
from domain.secrets import Secret
from domain.session import Caller, Session
from domain.user import Username
from tests.examples import NOON


class FakeClock:
    def __init__(self, now: datetime = NOON) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def advance(self, by: timedelta) -> None:
        self._now += by


class FakeClockWatch:
    def __init__(self) -> None:
        self.steady = True

    def is_steady(self) -> bool:
        return self.steady


_Kind = TypeVar("_Kind", bound=Secret)


class FakeSecrets:
    def __init__(self) -> None:
        self._count = 0

    def new(self, kind: type[_Kind]) -> _Kind:
        self._count += 1
        return kind(f"{self._count:043}")


NOBODY = Client("", "")


class FakeHasher:
    """Quick. `version` is what makes a hash outdated; `work` counts the hashes computed; `busy` it
    refuses everybody.
    """

    def __init__(self, version: int = 1) -> None:
        self.version = version
        self.work = 0
        self.busy = False

    def check_turn(self, *, client: Client = NOBODY) -> None:
        if self.busy:
            raise Busy(retry_after=1)

    async def hash(self, password: Password, *, client: Client = NOBODY) -> PasswordHash:
        self.work += 1
        return PasswordHash(f"{self.version}:{sha256(password.to_bytes()).hexdigest()}")

    async def verify(
        self, password: Password, password_hash: PasswordHash | None, *, client: Client = NOBODY
    ) -> bool:
        self.work += 1
        digest = sha256(password.to_bytes()).hexdigest()
        return password_hash is not None and password_hash.value.partition(":")[2] == digest

    def is_outdated(self, password_hash: PasswordHash) -> bool:
        return not password_hash.value.startswith(f"{self.version}:")

    def examine(self, password_hash: PasswordHash) -> HashReport:
        """`QUALITY SCHEME` says what it is; else the hash is one of ours."""
        quality, _, scheme = password_hash.value.partition(" ")
        if quality in [*HashQuality]:
            return HashReport(scheme, HashQuality(quality))
        return HashReport("fake", HashQuality.GOOD)


class FakeLastSeen:
    def __init__(self) -> None:
        self.notes: list[tuple[int, datetime]] = []
        self.logins: list[tuple[int, Caller, datetime]] = []

    def note(self, session: Session, at: datetime) -> None:
        self.notes.append((session.id, at))

    def note_login(self, user_id: int, caller: Caller, at: datetime) -> None:
        self.logins.append((user_id, caller, at))

    def note_token(self, token_id: int, at: datetime) -> None:
        self.notes.append((token_id, at))


class FakePseudonyms:
    def of(self, username: Username) -> str:
        return sha256(username.key.encode()).hexdigest()[:12]


class FakeProbe:
    """Storage that takes writes, unless it is told to fail."""

    def __init__(self) -> None:
        self.failure: Unavailable | None = None

    async def check(self) -> None:
        if self.failure:
            raise self.failure


class FakeLeases:
    """Who has what, until when by the clock. It fails if it is told to."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self.leases: dict[str, tuple[str, datetime]] = {}
        self.failure: Unavailable | None = None

    async def take(self, names: Sequence[str], holder: str, length: timedelta) -> Collection[str]:
        if self.failure:
            raise self.failure
        now = self._clock.now()
        free = {
            name
            for name in names
            for owner, until in [self.leases.get(name, (holder, now))]
            if owner == holder or until < now
        }
        self.leases |= dict.fromkeys(free, (holder, now + length))
        return free

    async def give_back(self, holder: str) -> None:
        self.leases = {name: each for name, each in self.leases.items() if each[0] != holder}
