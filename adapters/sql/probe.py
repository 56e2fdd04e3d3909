"""Whether the database takes writes."""

import asyncio
import time

from sqlalchemy import select, update

from adapters.sql.tables import readiness
from adapters.sql.transactions import Transactions
from domain.errors import Unavailable

# If another node is at it, and perhaps has stopped there, that says nothing about this one.
_FREE = select(readiness.c.id).with_for_update(skip_locked=True)
_WRITE = update(readiness).where(readiness.c.id.in_(_FREE))


class SqlProbe:
    """Fits `domain.ports.StorageProbe` by writing for real. It remembers the answer for a moment,
    so that asking often costs nothing.
    """

    def __init__(self, transactions: Transactions, *, remember_seconds: float = 1) -> None:
        self._transactions = transactions
        self._remember = remember_seconds
        self._asked_at = float("-inf")
        self._failure: Unavailable | None = None
        self._lock = asyncio.Lock()

    async def check(self) -> None:
        async with self._lock:
            if time.monotonic() - self._asked_at >= self._remember:
                self._failure = await self._write()
                self._asked_at = time.monotonic()
        if self._failure:
            raise self._failure

    async def _write(self) -> Unavailable | None:
        try:
            async with self._transactions.begin() as transaction:
                await transaction.execute(_WRITE, {"checked_at": time.time_ns() // 1000})
        except Unavailable as failure:
            return failure
        return None
