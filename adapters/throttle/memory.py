"""Attempts counted in the memory of one process."""

from collections import OrderedDict
from collections.abc import Sequence

from domain.ports import Clock
from domain.throttle import Attempt, Bucket, reserve_all


class MemoryThrottle:
    """Fits `domain.ports.Throttle`. Holds `capacity` buckets; those unused for longest make room.

    To make one bucket go, somebody would have to fill all others, each by an attempt that counts
    against their network.
    """

    def __init__(self, clock: Clock, *, capacity: int = 100_000) -> None:
        self._clock = clock
        self._capacity = capacity
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    async def reserve(self, attempts: Sequence[Attempt]) -> None:
        now = self._clock.now()
        # Nothing is awaited between reading and writing, which makes it one step.
        reserved = reserve_all(attempts, self._buckets, now)
        for key, bucket in reserved.items():
            self._buckets[key] = bucket
            self._buckets.move_to_end(key)
        while len(self._buckets) > self._capacity:
            self._buckets.popitem(last=False)

    async def refund(self, attempts: Sequence[Attempt]) -> None:
        for attempt in attempts:
            if bucket := self._buckets.get(attempt.key):
                self._buckets[attempt.key] = bucket.refund(attempt.limit)


class NoThrottle:
    """Fits `domain.ports.Throttle` and lets everything through."""

    async def reserve(self, attempts: Sequence[Attempt]) -> None:
        pass

    async def refund(self, attempts: Sequence[Attempt]) -> None:
        pass
