"""Attempts counted in the database, so that all workers count together and no restart forgets."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from adapters.sql.reader import SqliteReader
from adapters.sql.sqlite import to_instant, to_micros
from adapters.sql.turns import Turns
from adapters.sql.writer import Transaction, Writer
from domain.network import Client
from domain.ports import Clock
from domain.throttle import Attempt, Bucket, reserve_all, succeed_all

_COLUMNS = "began, attempts, waits, waits_until"
_READ = f"SELECT {_COLUMNS} FROM throttle_buckets WHERE key = :key"
_WRITE = """
    INSERT INTO throttle_buckets (key, began, attempts, waits, waits_until, forget_at)
    VALUES (:key, :began, :attempts, :waits, :waits_until, :forget_at)
    ON CONFLICT (key) DO UPDATE
    SET began = excluded.began, attempts = excluded.attempts, waits = excluded.waits,
        waits_until = excluded.waits_until, forget_at = excluded.forget_at
"""
_REMOVE = "DELETE FROM throttle_buckets WHERE key = :key"
_FORGET = "DELETE FROM throttle_buckets WHERE forget_at <= :now"


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
        seen = {each.key: self._reader.one(_READ, key=each.key) for each in attempts}
        known = {key: _bucket(row) for key, row in seen.items() if row}
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
    places = ", ".join("?" * len(keys))
    sql = f"SELECT key, {_COLUMNS} FROM throttle_buckets WHERE key IN ({places})"
    return {key: _bucket(row) for key, *row in await transaction.all(sql, keys)}


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
            "waits_until": _micros(bucket.waits_until),
            "forget_at": to_micros(bucket.over_at(limits[key])),
        }
        for key, bucket in changed.items()
        if not bucket.is_empty
    ]
    if kept:
        await transaction.execute_each(_WRITE, kept)
    if emptied := [{"key": key} for key, bucket in changed.items() if bucket.is_empty]:
        await transaction.execute_each(_REMOVE, emptied)


def _micros(instant: datetime | None) -> int | None:
    return None if instant is None else to_micros(instant)


def _bucket(row: Sequence[Any]) -> Bucket:
    began, attempts, waits, waits_until = row
    until = None if waits_until is None else to_instant(waits_until)
    return Bucket(to_instant(began), attempts, waits, until)
