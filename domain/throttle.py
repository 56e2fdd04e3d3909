"""How often somebody may guess: which limit holds for what, and who counts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from domain.network import Client, Network
from domain.user import User

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Limit:
    """So many attempts in a window; then a wait that doubles with every further attempt.

    Whoever goes on after that keeps the window open. One that is `fixed` ends when it ends, and so
    does a wait in it: it is a quota.
    """

    attempts: int
    window: timedelta
    first_wait: timedelta = timedelta(minutes=1)
    longest_wait: timedelta = timedelta(minutes=15)
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt counts against the bucket `key` under `limit`."""

    key: str
    limit: Limit


class LimitName(StrEnum):
    """The rate limits of one account.

    * `account_network`: wrong passwords from one network.
    * `account`: wrong passwords from anywhere, known devices apart.
    * `failures`: wrong passwords of strangers since the last right one.
    * `device`: wrong passwords from one known device.
    * `confirmations`: wrong values of `current_password`.
    * `refused_confirmations`: the same since the last right one.
    * `renames`: new names that the user chose.
    * `logins`: successful logins and new passwords.
    """

    ACCOUNT_NETWORK = "account_network"
    ACCOUNT = "account"
    FAILURES = "failures"
    DEVICE = "device"
    CONFIRMATIONS = "confirmations"
    REFUSED_CONFIRMATIONS = "refused_confirmations"
    RENAMES = "renames"
    LOGINS = "logins"


@dataclass(frozen=True, slots=True)
class Counted:
    """What is counted against one account under one of its limits: in the bucket `key`, or if it
    is counted by network or device (`has_many`), in each whose key begins with it.
    """

    name: LimitName
    key: str
    limit: Limit
    has_many: bool = False

    def covers(self, key: str) -> bool:
        """Say whether the bucket of this key is one of them."""
        return key.startswith(self.key) if self.has_many else key == self.key


@dataclass(frozen=True, slots=True)
class Wait:
    """Attempts that count against an account now. The next one under this limit has to wait `until`
    then; `None` if it need not. `network` is whose attempts they are, where networks are told
    apart.
    """

    limit: LimitName
    network: str | None
    attempts: int
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Waits:
    """What holds an account back, the longest wait first, and how many `more` there are."""

    waits: Sequence[Wait] = ()
    more: int = 0

    @property
    def until(self) -> datetime | None:
        """The end of the longest wait; `None` if nothing has to wait."""
        return max((each.until for each in self.waits if each.until), default=None)


_ONE_AT_A_TIME = Limit(1, timedelta(seconds=1), timedelta(minutes=10), timedelta(minutes=10))


class Throttle(Protocol):
    """Counts attempts before it is known how they end.

    It writes in the turn of the `client`, as a unit of work does.
    """

    async def reserve(self, attempts: Sequence[Attempt], *, client: Client) -> None:
        """Count each attempt in its bucket, all or none, in one atomic step.

        Of many that come at once no more pass than the limit says. Raises `TooManyAttempts` with
        the longest of the waits, and `Unavailable`.
        """

    async def refund(self, attempts: Sequence[Attempt], *, client: Client) -> None:
        """Take them back: the attempt was no guess. Raises `Unavailable`."""

    async def look(self, counted: Sequence[Counted], *, at_most: int) -> Waits:
        """What of this counts now. Nothing is counted, and nobody is waited for. Of more than
        `at_most` those that wait longest are told. Raises `StorageUnavailable`.
        """

    async def forget(self) -> None:
        """Remove what need not be remembered any more. Raises `Unavailable`."""

    async def succeed(
        self,
        attempts: Sequence[Attempt],
        *,
        ends: Attempt,
        then: Sequence[Attempt],
        client: Client,
    ) -> int:
        """The guess was right: take the attempts back, forget the bucket of `ends`, and say how
        many it had without this attempt. Then count `then`, all in one atomic step.

        Raises `TooManyAttempts` if those have to wait, when the rest is done all the same, and
        `Unavailable`.
        """


class Counts(Protocol):
    """What is counted, inside a unit of work."""

    async def forget(self, counted: Sequence[Counted]) -> int:
        """Remove the buckets of this, and say how many there were. An attempt that counts in one of
        them meanwhile waits for the end of the unit of work, and is then the first.
        """


@dataclass(frozen=True, slots=True)
class ThrottlePolicy:
    """Which limits hold for what.

    `account_network`: one account from one network. `network`: all logins from one network;
    `network_day`: the same for those who take their time. `account`: one account from all networks
    together; `failures`: the same since the last success, for those who take their time (NIST
    SP 800-63B-4 §3.2.2). `device`: a browser that has logged in to the account before; it is
    counted apart from strangers, who therefore cannot lock the owner out. `sign_ups`: new accounts
    from one network. `confirmations`: wrong current passwords of a user. `renames`: new
    names of an account by its user; `logins`: successful logins and new passwords, which are
    counted apart so that a stolen session cannot keep its owner out.
    """

    account_network: Limit = Limit(10, timedelta(minutes=5))
    network: Limit = Limit(100, timedelta(minutes=5))
    network_day: Limit = Limit(1_000, timedelta(days=1), _HOUR, _HOUR, fixed=True)
    account: Limit = Limit(50, _HOUR)
    failures: Limit = Limit(100, timedelta(days=365), _HOUR, _HOUR)
    device: Limit = Limit(10, timedelta(minutes=5))
    sign_ups: Limit = Limit(100, timedelta(minutes=1))
    confirmations: Limit = Limit(10, timedelta(minutes=5))
    renames: Limit = Limit(10, _HOUR, _HOUR, _HOUR, fixed=True)
    logins: Limit = Limit(60, _HOUR, _HOUR, _HOUR, fixed=True)

    def for_login(
        self, name: str, user: User | None, networks: Sequence[Network], device: str | None
    ) -> list[Attempt]:
        """What a login counts against. `name` stands for all spellings that find one account."""
        if user is not None and device is not None:
            return [Attempt(f"{_devices(user)}{device}", self.device)]
        return [
            *_each(networks, _account_networks(name), self.account_network),
            *_each(networks, "network ", self.network),
            *_each(networks, "network+day ", self.network_day),
            Attempt(_account(name), self.account),
            self.failures_of(name, user),
        ]

    def failures_of(self, name: str, user: User | None) -> Attempt:
        """What failures of strangers since the last success count against. A new password begins
        anew, so that whoever has reset it gets in; and so does a new account, whatever was tried
        before somebody had its name.
        """
        key = f"{user.id} {user.auth_version}" if user else f"name {name}"
        return Attempt(f"failures {key}", self.failures)

    def for_sign_up(self, networks: Sequence[Network]) -> list[Attempt]:
        """What a sign-up counts against."""
        return list(_each(networks, "sign-ups ", self.sign_ups))

    def for_confirmation(self, user: User) -> list[Attempt]:
        """What a current password counts against."""
        quick = Attempt(f"confirmations {user.id}", self.confirmations)
        return [quick, self.refused_confirmations_of(user)]

    def refused_confirmations_of(self, user: User) -> Attempt:
        """What wrong current passwords since the last right one count against."""
        return Attempt(f"refused confirmations {user.id} {user.auth_version}", self.failures)

    def for_rename(self, user_id: int) -> list[Attempt]:
        """What a new name of one's own counts against."""
        return [Attempt(f"renames {user_id}", self.renames)]

    def for_password(self, user_id: int) -> list[Attempt]:
        """What a successful login and a new password of one's own count against."""
        return [Attempt(f"logins {user_id}", self.logins)]

    def for_export(self, user_id: int) -> list[Attempt]:
        """What makes a second export wait for the first."""
        return [Attempt(f"exports {user_id}", _ONE_AT_A_TIME)]

    def of_account(self, name: str, user: User) -> list[Counted]:
        """All that can hold this account back and nobody else: not the limits of whole networks,
        and not that of exports, which only makes one wait for the other. `name` is as for a login.
        """
        quick, patient = self.for_confirmation(user)
        (renames,) = self.for_rename(user.id)
        (logins,) = self.for_password(user.id)
        alone = {
            LimitName.ACCOUNT: Attempt(_account(name), self.account),
            LimitName.FAILURES: self.failures_of(name, user),
            LimitName.CONFIRMATIONS: quick,
            LimitName.REFUSED_CONFIRMATIONS: patient,
            LimitName.RENAMES: renames,
            LimitName.LOGINS: logins,
        }
        networks = _account_networks(name)
        return [
            Counted(LimitName.ACCOUNT_NETWORK, networks, self.account_network, has_many=True),
            Counted(LimitName.DEVICE, _devices(user), self.device, has_many=True),
            *(Counted(limit, each.key, each.limit) for limit, each in alone.items()),
        ]


# Of an account there may be many of these, so the account comes first in their keys: they are found
# by what they begin with. The space behind it tells 1 from 12.
def _account_networks(name: str) -> str:
    return f"account+network {name} "


def _devices(user: User) -> str:
    return f"device {user.id} "


def _account(name: str) -> str:
    return f"account {name}"


def _each(networks: Sequence[Network], prefix: str, limit: Limit) -> Iterator[Attempt]:
    """Against each network, with the share that it has."""
    for network in networks:
        share = replace(limit, attempts=limit.attempts * network.share)
        yield Attempt(f"{prefix}{network.name}", share)
