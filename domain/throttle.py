"""How often somebody may guess, as arithmetic on buckets."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from domain.errors import TooManyAttempts
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
class Bucket:
    """What is remembered about one key: attempts since the window began, how often it had to wait,
    and until when it has to.
    """

    began: datetime
    attempts: int = 0
    waits: int = 0
    waits_until: datetime | None = None

    def reserve(self, limit: Limit, now: datetime) -> "Bucket":
        """Count one attempt, before it is known how it ends. Raises `TooManyAttempts`."""
        bucket = Bucket(now) if now >= self.over_at(limit) else self
        if bucket.waits_until and now < bucket.waits_until:
            left = min(bucket.waits_until - now, limit.longest_wait)
            raise TooManyAttempts(retry_after=max(1, round(left.total_seconds())))
        attempts = bucket.attempts + 1
        if attempts < limit.attempts:
            return replace(bucket, attempts=attempts)
        wait = min(limit.first_wait * 2 ** min(bucket.waits, 20), limit.longest_wait)
        until = now + wait
        if limit.fixed:
            until = min(until, bucket.began + limit.window)
        return replace(bucket, attempts=attempts, waits=bucket.waits + 1, waits_until=until)

    def after_clock_change(self, limit: Limit, now: datetime) -> "Bucket":
        """The same bucket, if it is of the past, as it must be. If the clock was set back since, it
        is one that begins now: nothing is forgotten, and a wait is at most the longest.
        """
        latest = now + limit.longest_wait
        if self.began <= now and (self.waits_until is None or self.waits_until <= latest):
            return self
        until = None
        if self.waits_until:
            until = now + min(
                max(self.waits_until - self.began, limit.first_wait), limit.longest_wait
            )
        return replace(self, began=now, waits_until=until)

    def refund(self, limit: Limit) -> "Bucket":
        """Take one attempt back, and the wait that it caused: of those that have to wait one passes
        at a time, and the next only after the wait of the one before.
        """
        attempts = max(0, self.attempts - 1)
        if self.waits_until is None:
            return replace(self, attempts=attempts)
        return replace(self, attempts=attempts, waits=max(0, self.waits - 1), waits_until=None)

    @property
    def is_empty(self) -> bool:
        """Say whether it is as good as none."""
        return not self.attempts and not self.waits

    def over_at(self, limit: Limit) -> datetime:
        """From when on nothing needs to be remembered any more: a window without waiting."""
        if limit.fixed:
            return self.began + limit.window
        return max(self.began, self.waits_until or self.began) + limit.window


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt counts against the bucket `key` under `limit`."""

    key: str
    limit: Limit


@dataclass(frozen=True, slots=True)
class Reservation:
    """What came of attempts: the buckets to be stored, and if they are refused, how many seconds
    there are to wait.
    """

    buckets: Mapping[str, Bucket]
    retry_after: int | None = None

    def demand(self) -> None:
        """Raise `TooManyAttempts` if they are refused."""
        if self.retry_after is not None:
            raise TooManyAttempts(retry_after=self.retry_after)


def reserve_all(
    attempts: Sequence[Attempt], known: Mapping[str, Bucket], now: datetime
) -> Reservation:
    """Count all of these attempts, or none if one of them has to wait: then the wait is the longest
    of all, and stored is only what a change of the clock has changed.
    """
    reserved: dict[str, Bucket] = {}
    corrected: dict[str, Bucket] = {}
    waits = []
    for attempt in attempts:
        stored = known.get(attempt.key, Bucket(now))
        bucket = stored.after_clock_change(attempt.limit, now)
        if bucket is not stored:
            corrected[attempt.key] = bucket
        try:
            reserved[attempt.key] = bucket.reserve(attempt.limit, now)
        except TooManyAttempts as refusal:
            waits.append(refusal.retry_after)
    return Reservation(corrected, max(waits)) if waits else Reservation(reserved)


_ONE_AT_A_TIME = Limit(1, timedelta(seconds=1), timedelta(minutes=10), timedelta(minutes=10))


@dataclass(frozen=True, slots=True)
class Success:
    """What came of a right guess: the buckets to be stored, how many attempts the forgotten one had
    without this, and what came of those that were counted then.
    """

    buckets: Mapping[str, Bucket]
    failures: int
    then: Reservation


def succeed_all(
    attempts: Sequence[Attempt],
    ends: Attempt,
    then: Sequence[Attempt],
    known: Mapping[str, Bucket],
    now: datetime,
) -> Success:
    """Take the attempts back, empty the bucket of `ends`, and count `then`."""
    buckets = {
        each.key: known[each.key].refund(each.limit) for each in attempts if each.key in known
    }
    ended = buckets.get(ends.key, known.get(ends.key))
    if ended:
        buckets[ends.key] = Bucket(now)
    reservation = reserve_all(then, known, now)
    return Success({**buckets, **reservation.buckets}, ended.attempts if ended else 0, reservation)


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


@dataclass(frozen=True, slots=True)
class ThrottlePolicy:
    """Which limits hold for what.

    `account_network`: one account from one network. `network`: all logins from one network;
    `network_day`: the same for those who take their time. `account`: one account from all networks
    together; `failures`: the same since the last success, for those who take their time (NIST
    SP 800-63B-4 §3.2.2). `device`: a browser that has logged in to the account before; it is
    counted apart from strangers, who therefore cannot lock the owner out. `sign_ups`: new accounts
    from one network. `confirmations`: wrong current passwords of a user. `changes`: an account's
    own changes; `renames`: those of the name; `logins`: successful logins and new passwords, which
    are counted apart so that a stolen session cannot keep its owner out.
    """

    account_network: Limit = Limit(10, timedelta(minutes=5))
    network: Limit = Limit(100, timedelta(minutes=5))
    network_day: Limit = Limit(1_000, timedelta(days=1), _HOUR, _HOUR, fixed=True)
    account: Limit = Limit(50, _HOUR)
    failures: Limit = Limit(100, timedelta(days=365), _HOUR, _HOUR)
    device: Limit = Limit(10, timedelta(minutes=5))
    sign_ups: Limit = Limit(100, timedelta(minutes=1))
    confirmations: Limit = Limit(10, timedelta(minutes=5))
    changes: Limit = Limit(60, _HOUR, _HOUR, _HOUR, fixed=True)
    renames: Limit = Limit(10, _HOUR, _HOUR, _HOUR, fixed=True)
    logins: Limit = Limit(60, _HOUR, _HOUR, _HOUR, fixed=True)

    def for_login(
        self, name: str, user: User | None, networks: Sequence[Network], device: str | None
    ) -> list[Attempt]:
        """What a login counts against. `name` stands for all spellings that find one account."""
        if device is not None:
            return [Attempt(f"device {device}", self.device)]
        return [
            *_each(networks, "account+network", self.account_network, f" {name}"),
            *_each(networks, "network", self.network),
            *_each(networks, "network+day", self.network_day),
            Attempt(f"account {name}", self.account),
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
        return list(_each(networks, "sign-ups", self.sign_ups))

    def for_confirmation(self, user: User) -> list[Attempt]:
        """What a current password counts against."""
        quick = Attempt(f"confirmations {user.id}", self.confirmations)
        return [quick, self.refused_confirmations_of(user)]

    def refused_confirmations_of(self, user: User) -> Attempt:
        """What wrong current passwords since the last right one count against."""
        return Attempt(f"refused confirmations {user.id} {user.auth_version}", self.failures)

    def for_change(self, user_id: int) -> list[Attempt]:
        """What a new name of one's own counts against."""
        return [
            Attempt(f"changes {user_id}", self.changes),
            Attempt(f"renames {user_id}", self.renames),
        ]

    def for_password(self, user_id: int) -> list[Attempt]:
        """What a successful login and a new password of one's own count against."""
        return [Attempt(f"logins {user_id}", self.logins)]

    def for_export(self, user_id: int) -> list[Attempt]:
        """What makes a second export wait for the first."""
        return [Attempt(f"exports {user_id}", _ONE_AT_A_TIME)]


def _each(
    networks: Sequence[Network], prefix: str, limit: Limit, suffix: str = ""
) -> Iterator[Attempt]:
    """Against each network, with the share that it has."""
    for network in networks:
        share = replace(limit, attempts=limit.attempts * network.share)
        yield Attempt(f"{prefix} {network.name}{suffix}", share)
