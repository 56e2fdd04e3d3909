"""Attempts counted in the database, so that all workers count together and no restart forgets."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.sqlite import insert

from adapters.sql.reader import SqliteReader
from adapters.sql.tables import throttle_buckets as buckets
from adapters.sql.turns import Turns
from adapters.sql.values import (
    to_instant,
    to_micros,
    to_optional_instant,
    to_optional_micros,
)
from adapters.sql.writer import Transaction, Writer
from domain.network import Client
from domain.ports import Clock
from domain.throttle import Attempt, Bucket, reserve_all, succeed_all

_BUCKET = (
    buckets.c.key,
    buckets.c.began,
    buckets.c.attempts,
    buckets.c.waits,
    buckets.c.waits_until,
)


def _buckets(rows: Iterable[Sequence[Any]]) -> dict[str, Bucket]:
    """Rows of the columns `_BUCKET`, by key."""
    return {
        key: Bucket(to_instant(began), attempts, waits, to_optional_instant(waits_until))
        for key, began, attempts, waits, waits_until in rows
    }


_READ = select(*_BUCKET).where(buckets.c.key.in_(bindparam("keys", expanding=True)))
_insert = insert(buckets)
_WRITE = _insert.on_conflict_do_update(
    index_elements=[buckets.c.key],
    set_={each.name: _insert.excluded[each.name] for each in buckets.c if not each.primary_key},
)
_REMOVE = delete(buckets).where(buckets.c.key == bindparam("bucket"))
_FORGET = delete(buckets).where(buckets.c.forget_at <= bindparam("now"))


class SqlThrottle:
    """Fits `domain.throttle.Throttle`.

    Whoever has to wait is told so from a read, without standing in line for the write lock. Only
    what passes is counted, and looked at again, inside the transaction.
    """

    def __init__(self, writer: Writer, turns: Turns, reader: SqliteReader, clock: Clock) -> None:
        self._writer, self._turns = writer, turns
        self._reader = reader
        self._clock = clock

    async def reserve(self, attempts: Sequence[Attempt], *, client: Client) -> None:
        now = self._clock.now()
        known = _buckets(self._reader.all(_READ, keys=[each.key for each in attempts]))
        reservation = reserve_all(attempts, known, now)
        if reservation.retry_after is None or reservation.buckets:
            async with self._begin(client) as transaction:
                found = await _read(transaction, attempts)
                reservation = reserve_all(attempts, found, now)
                await _write(transaction, attempts, reservation.buckets)
        reservation.demand()

    async def refund(self, attempts: Sequence[Attempt], *, client: Client) -> None:
        async with self._begin(client) as transaction:
            found = await _read(transaction, attempts)
            refunded = {
                each.key: found[each.key].refund(each.limit)
                for each in attempts
                if each.key in found
            }
            await _write(transaction, attempts, refunded)

    async def succeed(
        self,
        attempts: Sequence[Attempt],
        *,
        ends: Attempt,
        then: Sequence[Attempt],
        client: Client,
    ) -> int:
        concerned = list({each.key: each for each in (*attempts, ends, *then)}.values())
        async with self._begin(client) as transaction:
            found = await _read(transaction, concerned)
            success = succeed_all(attempts, ends, then, found, self._clock.now())
            await _write(transaction, concerned, success.buckets)
        success.then.demand()
        return success.failures

    async def forget(self) -> None:
        now = to_micros(self._clock.now())
        async with self._begin(None) as transaction:
            await transaction.execute(_FORGET, {"now": now})

    @asynccontextmanager
    async def _begin(self, client: Client | None) -> AsyncIterator[Transaction]:
        until = self._writer.deadline()
        async with (
            self._turns.take(client, until=until),
            self._writer.begin(until=until) as transaction,
        ):
            yield transaction


async def _read(transaction: Transaction, attempts: Sequence[Attempt]) -> dict[str, Bucket]:
    keys = [attempt.key for attempt in attempts]
    return _buckets(await transaction.all(_READ, {"keys": keys}))


async def _write(
    transaction: Transaction, attempts: Sequence[Attempt], changed: Mapping[str, Bucket]
) -> None:
    limits = {attempt.key: attempt.limit for attempt in attempts}
    kept = [
        {
            "key": key,
            "began": to_micros(bucket.began),
            "attempts": bucket.attempts,
            "waits": bucket.waits,
            "waits_until": to_optional_micros(bucket.waits_until),
            "forget_at": to_micros(bucket.over_at(limits[key])),
        }
        for key, bucket in changed.items()
        if not bucket.is_empty
    ]
    if kept:
        await transaction.execute_each(_WRITE, kept)
    if emptied := [{"bucket": key} for key, bucket in changed.items() if bucket.is_empty]:
        await transaction.execute_each(_REMOVE, emptied)
