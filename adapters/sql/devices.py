"""Names of devices for rows from before names were stored."""

import asyncio
from collections.abc import Callable, Iterable

from sqlalchemy import Column, bindparam, select, update

from adapters.sql.tables import events, sessions
from adapters.sql.transactions import Reader, Transactions

_BATCH = 100
_KEYS: tuple[Column[int], ...] = (sessions.c.id, events.c.position)


class DeviceNames:
    """Fills in what an older version has not written: some rows at a time, so that nobody waits
    long for this.
    """

    def __init__(
        self, reader: Reader, transactions: Transactions, describe: Callable[[str], str]
    ) -> None:
        self._reader, self._transactions, self._describe = reader, transactions, describe

    async def fill(self) -> int:
        """Name the devices of some rows, and say of how many; 0 if none is left. Raises
        `Unavailable`.
        """
        return sum([await self._fill(key) for key in _KEYS])

    async def _fill(self, key: Column[int]) -> int:
        table = key.table
        is_unread = table.c.device.is_(None)
        # Newest first, for those are looked at first.
        unread = select(key, table.c.user_agent).where(is_unread).order_by(key.desc())
        found = await self._reader.all(unread.limit(_BATCH))
        devices = await asyncio.to_thread(self._names, {agent for _, agent in found})
        if found:
            naming = update(table).where(key == bindparam("row"), is_unread)
            named = [{"row": id_, "device": devices[agent]} for id_, agent in found]
            async with self._transactions.begin() as transaction:
                await transaction.execute_each(naming, named)
        return len(found)

    def _names(self, user_agents: Iterable[str]) -> dict[str, str]:
        return {user_agent: self._describe(user_agent) for user_agent in user_agents}
