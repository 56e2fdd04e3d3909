"""How often somebody may guess, as arithmetic on buckets."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from domain.errors import TooManyAttempts
from domain.network import Network


@dataclass(frozen=True, slots=True)
class Limit:
    """So many attempts in a window; then a wait that doubles with every further attempt."""

    attempts: int
    window: timedelta
    first_wait: timedelta = timedelta(minutes=1)
    longest_wait: timedelta = timedelta(minutes=15)


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
        """Count one attempt, before it is known how it ends. Raises `TooManyAttempts`.

        A clock that is set back neither freezes nor resets it: a wait is at most the longest.
        """
        bucket = self._current(limit, now)
        if bucket.waits_until and now < bucket.waits_until:
            left = min(bucket.waits_until - now, limit.longest_wait)
            raise TooManyAttempts(retry_after=max(1, round(left.total_seconds())))
        attempts = bucket.attempts + 1
        if attempts < limit.attempts:
            return replace(bucket, attempts=attempts)
        wait = min(limit.first_wait * 2 ** min(bucket.waits, 20), limit.longest_wait)
        return replace(bucket, attempts=attempts, waits=bucket.waits + 1, waits_until=now + wait)

    def refund(self, limit: Limit) -> "Bucket":
        """Take one attempt back, and the wait that it caused."""
        attempts = max(0, self.attempts - 1)
        if attempts >= limit.attempts or self.waits_until is None:
            return replace(self, attempts=attempts)
        return replace(self, attempts=attempts, waits=max(0, self.waits - 1), waits_until=None)

    def over_at(self, limit: Limit) -> datetime:
        """From when on nothing needs to be remembered any more: a window without waiting."""
        return max(self.began, self.waits_until or self.began) + limit.window

    def _current(self, limit: Limit, now: datetime) -> "Bucket":
        if now >= self.over_at(limit) or now < self.began - limit.longest_wait:
            return Bucket(now)
        if self.waits_until and self.waits_until > now + limit.longest_wait:
            return replace(self, waits_until=now + limit.longest_wait)
        return self


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt counts against the bucket `key` under `limit`."""

    key: str
    limit: Limit


def reserve_all(
    attempts: Sequence[Attempt], known: Mapping[str, Bucket], now: datetime
) -> dict[str, Bucket]:
    """The buckets after these attempts. Raises `TooManyAttempts` with the longest of the waits."""
    reserved: dict[str, Bucket] = {}
    waits = []
    for attempt in attempts:
        bucket = known.get(attempt.key, Bucket(now))
        try:
            reserved[attempt.key] = bucket.reserve(attempt.limit, now)
        except TooManyAttempts as refusal:
            waits.append(refusal.retry_after)
    if waits:
        raise TooManyAttempts(retry_after=max(waits))
    return reserved


@dataclass(frozen=True, slots=True)
class ThrottlePolicy:
    """Which limits hold for what.

    `account_network`: one account from one network. `network`: all logins from one network.
    `account`: one account from all networks together. `device`: a browser that has logged in to the
    account before; it is counted apart from strangers, who therefore cannot lock the owner out.
    `sign_ups`: new accounts from one network. `confirmations`: wrong current passwords of a user.
    """

    account_network: Limit = Limit(10, timedelta(minutes=5))
    network: Limit = Limit(100, timedelta(minutes=5))
    account: Limit = Limit(50, timedelta(hours=1))
    device: Limit = Limit(10, timedelta(minutes=5))
    sign_ups: Limit = Limit(100, timedelta(minutes=1))
    confirmations: Limit = Limit(10, timedelta(minutes=5))

    def for_login(
        self, name: str, networks: Sequence[Network], device: str | None
    ) -> list[Attempt]:
        """What a login counts against. `name` stands for all spellings that find one account."""
        if device is not None:
            return [Attempt(f"device {device}", self.device)]
        return [
            *_each(networks, "account+network", self.account_network, f" {name}"),
            *_each(networks, "network", self.network),
            Attempt(f"account {name}", self.account),
        ]

    def for_sign_up(self, networks: Sequence[Network]) -> list[Attempt]:
        """What a sign-up counts against."""
        return list(_each(networks, "sign-ups", self.sign_ups))

    def for_confirmation(self, user_id: int) -> list[Attempt]:
        """What a current password counts against."""
        return [Attempt(f"confirmations {user_id}", self.confirmations)]


def _each(
    networks: Sequence[Network], prefix: str, limit: Limit, suffix: str = ""
) -> Iterator[Attempt]:
    """Against each network, with the share that it has."""
    for network in networks:
        share = replace(limit, attempts=limit.attempts * network.share)
        yield Attempt(f"{prefix} {network.name}{suffix}", share)
