"""Attempts counted in the database, so that all workers count together and no restart forgets."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from adapters.sql.tables import throttle_buckets as buckets
from adapters.sql.throttle_counts import shown
from adapters.sql.transactions import Reader, Transactions
from adapters.sql.turns import Turns
from adapters.sql.values import (
    to_instant,
    to_micros,
    to_optional_instant,
    to_optional_micros,
)
from domain.buckets import Bucket, reserve_all, succeed_all, waits_of
from domain.network import Client
from domain.ports import Clock
from domain.throttle import Attempt, Counted, Limit, Waits

_BUCKET = (
    buckets.c.key,
    buckets.c.began,
    buckets.c.attempts,
    buckets.c.waits,
    buckets.c.waits_until,
)


def _buckets(rows: Iterable[Sequence[Any]]) -> dict[str, Bucket]:
    """Rows of the columns `_BUCKET`, by key; an empty one is as good as none."""
    found = {
        key: Bucket(to_instant(began), attempts, waits, to_optional_instant(waits_until))
        for key, began, attempts, waits, waits_until in rows
    }
    return {key: bucket for key, bucket in found.items() if not bucket.is_empty}


_HAS_KEY = buckets.c.key.in_(bindparam("keys", expanding=True))
_READ = select(*_BUCKET).where(_HAS_KEY)
_LOCK = _READ.order_by(buckets.c.key).with_for_update()
_WRITE = update(buckets).where(buckets.c.key == bindparam("bucket"))
_REMOVE_EMPTY = delete(buckets).where(_HAS_KEY, buckets.c.attempts == 0, buckets.c.waits == 0)
_OVER = (
    select(buckets.c.key)
    .where(buckets.c.forget_at <= bindparam("now"))
    .limit(bindparam("at_most"))
    .with_for_update(skip_locked=True)
)
_FORGET = delete(buckets).where(buckets.c.key.in_(_OVER))
_BATCH = 500


class SqlThrottle:
    """Fits `domain.throttle.Throttle`.

    Whoever has to wait is told so from a read, without waiting for a lock. Only what passes is
    counted, and looked at again, inside the transaction. There, buckets are made before they are
    locked, by growing key: two first attempts at once would both find nothing and count as one.
    """

    def __init__(
        self, transactions: Transactions, turns: Turns, reader: Reader, clock: Clock
    ) -> None:
        self._transactions, self._turns = transactions, turns
        self._reader = reader
        self._clock = clock

    async def reserve(self, attempts: Sequence[Attempt], *, client: Client) -> None:
        now = self._clock.now()
        known = _buckets(await self._reader.all(_READ, keys=[each.key for each in attempts]))
        reservation = reserve_all(attempts, known, now)
        if reservation.retry_after is None or reservation.buckets:
            async with self._hold(attempts, client, now) as held:
                reservation = reserve_all(attempts, held.found, now)
                held.changed = reservation.buckets
        reservation.demand()

    async def refund(self, attempts: Sequence[Attempt], *, client: Client) -> None:
        async with self._hold(attempts, client, self._clock.now()) as held:
            held.changed = {
                each.key: held.found[each.key].refund()
                for each in attempts
                if each.key in held.found
            }

    async def look(self, counted: Sequence[Counted], *, at_most: int) -> Waits:
        now = self._clock.now()
        rows = await self._reader.all(shown(_BUCKET, counted, now, at_most=at_most))
        more = rows[0][-1] - len(rows) if rows else 0
        return waits_of(counted, _buckets(row[:-1] for row in rows), now, more=more)

    async def succeed(
        self,
        attempts: Sequence[Attempt],
        *,
        ends: Attempt,
        then: Sequence[Attempt],
        client: Client,
    ) -> int:
        now = self._clock.now()
        async with self._hold([*attempts, ends, *then], client, now) as held:
            success = succeed_all(attempts, ends, then, held.found, now)
            held.changed = success.buckets
        success.then.demand()
        return success.failures

    async def forget(self) -> None:
        over = {"now": to_micros(self._clock.now()), "at_most": _BATCH}
        removed = _BATCH
        while removed == _BATCH:
            async with self._transactions.begin() as transaction:
                removed = await transaction.execute(_FORGET, over)

    @asynccontextmanager
    async def _hold(
        self, attempts: Sequence[Attempt], client: Client, now: datetime
    ) -> AsyncIterator["_Held"]:
        limits = {attempt.key: attempt.limit for attempt in attempts}
        keys, until = sorted(limits), self._transactions.deadline()
        async with (
            self._turns.take(client, until=until),
            self._transactions.begin(until=until) as transaction,
        ):
            missing = [{"key": key, **_columns(Bucket(now), limits[key])} for key in keys]
            await transaction.add_missing(buckets, missing)
            held = _Held(_buckets(await transaction.all(_LOCK, {"keys": keys})))
            yield held
            if held.changed:
                changed = [
                    {"bucket": key, **_columns(bucket, limits[key])}
                    for key, bucket in held.changed.items()
                ]
                await transaction.execute_each(_WRITE, changed)
            await transaction.execute(_REMOVE_EMPTY, {"keys": keys})


@dataclass(slots=True)
class _Held:
    """Buckets that nobody else can change; of those in `changed` the new ones are stored."""

    found: Mapping[str, Bucket]
    changed: Mapping[str, Bucket] = field(default_factory=dict)


def _columns(bucket: Bucket, limit: Limit) -> dict[str, object]:
    return {
        "began": to_micros(bucket.began),
        "attempts": bucket.attempts,
        "waits": bucket.waits,
        "waits_until": to_optional_micros(bucket.waits_until),
        "forget_at": to_micros(bucket.over_at(limit)),
    }
