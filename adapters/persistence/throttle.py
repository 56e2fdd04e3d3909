"""Attempts counted in the database, so that all workers count together and no restart forgets."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from adapters.persistence import rows
from adapters.persistence.errors import translated
from adapters.persistence.reader import Query, SqliteReader
from adapters.persistence.tables import throttle_buckets as buckets
from domain.ports import Clock
from domain.throttle import Attempt, Bucket, reserve_all

_COLUMNS = (buckets.c.began, buckets.c.attempts, buckets.c.waits, buckets.c.waits_until)
_BY_KEY = select(*_COLUMNS).where(buckets.c.key == bindparam("wanted"))
_READ = Query(_BY_KEY)


class SqlThrottle:
    """Fits `domain.ports.Throttle`.

    Whoever has to wait is told so from a read, without standing in line for the write lock. Only
    what passes is counted, and looked at again, inside the transaction.
    """

    def __init__(self, engine: AsyncEngine, reader: SqliteReader, clock: Clock) -> None:
        self._engine = engine
        self._reader = reader
        self._clock = clock

    async def reserve(self, attempts: Sequence[Attempt]) -> None:
        now = self._clock.now()
        seen = {each.key: self._reader.one(_READ, wanted=each.key) for each in attempts}
        reserve_all(attempts, {key: _bucket(row) for key, row in seen.items() if row}, now)
        with translated():
            async with self._engine.begin() as connection:
                found = await _read(connection, attempts)
                await _write(connection, attempts, reserve_all(attempts, found, now))

    async def refund(self, attempts: Sequence[Attempt]) -> None:
        with translated():
            async with self._engine.begin() as connection:
                found = await _read(connection, attempts)
                refunded = {
                    each.key: found[each.key].refund(each.limit)
                    for each in attempts
                    if each.key in found
                }
                await _write(connection, attempts, refunded)

    async def forget(self) -> None:
        """Remove what need not be remembered any more."""
        now = rows.to_micros(self._clock.now())
        with translated():
            async with self._engine.begin() as connection:
                await connection.execute(delete(buckets).where(buckets.c.forget_at <= now))


async def _read(connection: AsyncConnection, attempts: Sequence[Attempt]) -> dict[str, Bucket]:
    found = {}
    for attempt in attempts:
        row = (await connection.execute(_BY_KEY, {"wanted": attempt.key})).one_or_none()
        if row:
            found[attempt.key] = _bucket(row)
    return found


async def _write(
    connection: AsyncConnection, attempts: Sequence[Attempt], changed: dict[str, Bucket]
) -> None:
    if not changed:
        return
    limits = {attempt.key: attempt.limit for attempt in attempts}
    await connection.execute(delete(buckets).where(buckets.c.key.in_(changed)))
    await connection.execute(
        insert(buckets),
        [
            {
                "key": key,
                "began": rows.to_micros(bucket.began),
                "attempts": bucket.attempts,
                "waits": bucket.waits,
                "waits_until": _micros(bucket.waits_until),
                "forget_at": rows.to_micros(bucket.over_at(limits[key])),
            }
            for key, bucket in changed.items()
        ],
    )


def _micros(instant: datetime | None) -> int | None:
    return None if instant is None else rows.to_micros(instant)


def _bucket(row: Sequence[Any]) -> Bucket:
    began, attempts, waits, waits_until = row
    until = None if waits_until is None else rows.to_instant(waits_until)
    return Bucket(rows.to_instant(began), attempts, waits, until)
