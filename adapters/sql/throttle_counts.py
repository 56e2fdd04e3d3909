"""Attempts that are counted against one account: found by the beginning of their keys, shown and
forgotten.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Executable, and_, case, delete, func, or_, select

from adapters.sql.tables import throttle_buckets as buckets
from adapters.sql.transactions import Transaction
from adapters.sql.values import to_micros
from domain.throttle import Counted

_LAST_CHARACTER = "\U0010ffff"


def shown(
    columns: Sequence[ColumnElement[object]],
    counted: Sequence[Counted],
    now: datetime,
    *,
    at_most: int,
) -> Executable:
    """These columns of the buckets that are not over, and how many of those there are. If they are
    more than `at_most`, those that wait longest, and then those with most attempts.
    """
    instant = to_micros(now)
    until = case((buckets.c.waits_until > instant, buckets.c.waits_until), else_=0)
    return (
        select(*columns, func.count().over())
        .where(
            _are_of(counted),
            buckets.c.forget_at + 0 > instant,  # a sum, so that its index is not asked: most match
            or_(buckets.c.attempts > 0, buckets.c.waits > 0),
        )
        .order_by(until.desc(), buckets.c.attempts.desc(), buckets.c.key)
        .limit(at_most)
    )


@dataclass(frozen=True, slots=True)
class SqlCounts:
    """Fits `domain.throttle.Counts`."""

    transaction: Transaction

    async def forget(self, counted: Sequence[Counted]) -> int:
        are_these = _are_of(counted)
        await self.transaction.one(_held(are_these))
        return await self.transaction.execute(delete(buckets).where(are_these))


def _held(are_these: ColumnElement[bool]) -> Executable:
    """Locks them, by growing key as the throttle does, so that the two do not wait in a circle."""
    held = select(buckets.c.key).where(are_these).order_by(buckets.c.key).with_for_update()
    return select(func.count()).select_from(held.subquery())


def _are_of(counted: Sequence[Counted]) -> ColumnElement[bool]:
    """A range of the key for each that has many, so that the index finds them."""
    key = buckets.c.key
    ranges = [
        and_(key >= each.key, key < each.key + _LAST_CHARACTER) for each in counted if each.has_many
    ]
    return or_(key.in_([each.key for each in counted if not each.has_many]), *ranges)
