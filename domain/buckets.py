"""What is remembered of attempts, as arithmetic on buckets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from domain.errors import TooManyAttempts
from domain.throttle import Attempt, Counted, Limit, LimitName, Wait, Waits


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

    def refund(self) -> "Bucket":
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
    buckets = {each.key: known[each.key].refund() for each in attempts if each.key in known}
    ended = buckets.get(ends.key, known.get(ends.key))
    if ended:
        buckets[ends.key] = Bucket(now)
    reservation = reserve_all(then, known, now)
    return Success({**buckets, **reservation.buckets}, ended.attempts if ended else 0, reservation)


def waits_of(
    counted: Sequence[Counted], known: Mapping[str, Bucket], now: datetime, *, more: int = 0
) -> Waits:
    """What these buckets hold back now, the longest wait first, then by attempts."""
    found = [
        wait
        for key, bucket in known.items()
        for each in counted
        if each.covers(key) and (wait := _wait_of(each, key, bucket, now))
    ]
    found.sort(key=lambda wait: (wait.until or now, wait.attempts), reverse=True)
    return Waits(tuple(found), more)


def _wait_of(counted: Counted, key: str, stored: Bucket, now: datetime) -> Wait | None:
    bucket = stored.after_clock_change(counted.limit, now)
    if bucket.is_empty or now >= bucket.over_at(counted.limit):
        return None
    is_by_network = counted.name is LimitName.ACCOUNT_NETWORK
    network = key.removeprefix(counted.key) if is_by_network else None
    until = bucket.waits_until
    return Wait(counted.name, network, bucket.attempts, until if until and until > now else None)
