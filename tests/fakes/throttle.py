"""Attempts counted in the memory of one process."""

from collections.abc import Mapping, Sequence

from domain.buckets import Bucket, reserve_all, succeed_all, waits_of
from domain.network import Client
from domain.ports import Clock
from domain.throttle import Attempt, Counted, Waits
from tests.fakes.store import FakeStore


class MemoryThrottle:
    """Fits `Throttle`. Holds `capacity` buckets; those unused for longest make room.

    To make one bucket go, somebody would have to fill all others, each by an attempt that counts
    against their network. They are in the `store`, if it has one, whose units of work forget them.
    """

    def __init__(
        self, clock: Clock, *, capacity: int = 100_000, store: FakeStore | None = None
    ) -> None:
        self._clock = clock
        self._capacity = capacity
        self._buckets = (store or FakeStore()).buckets

    async def reserve(self, attempts: Sequence[Attempt], *, client: Client) -> None:
        now = self._clock.now()
        # Nothing is awaited between reading and writing, which makes it one step.
        reservation = reserve_all(attempts, self._buckets, now)
        self._store(reservation.buckets)
        reservation.demand()

    async def refund(self, attempts: Sequence[Attempt], *, client: Client) -> None:
        for attempt in attempts:
            if bucket := self._buckets.get(attempt.key):
                self._buckets[attempt.key] = bucket.refund()

    async def look(self, counted: Sequence[Counted], *, at_most: int) -> Waits:
        found = waits_of(counted, self._buckets, self._clock.now()).waits
        return Waits(found[:at_most], max(0, len(found) - at_most))

    async def succeed(
        self,
        attempts: Sequence[Attempt],
        *,
        ends: Attempt,
        then: Sequence[Attempt],
        client: Client,
    ) -> int:
        success = succeed_all(attempts, ends, then, self._buckets, self._clock.now())
        self._store(success.buckets)
        success.then.demand()
        return success.failures

    async def forget(self) -> None:
        pass

    def _store(self, buckets: Mapping[str, Bucket]) -> None:
        for key, bucket in buckets.items():
            self._buckets[key] = bucket
            self._buckets.move_to_end(key)
        while len(self._buckets) > self._capacity:
            self._buckets.popitem(last=False)
