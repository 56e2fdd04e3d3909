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
            named = {id_: devices[agent] for id_, agent in found}
            free = select(key).where(key.in_(bindparam("ids", expanding=True)), is_unread)
            naming = update(table).where(key == bindparam("row"))
            async with self._transactions.begin() as transaction:
                # Those that somebody else holds are left for the next time.
                rows = await transaction.all(
                    free.with_for_update(key_share=True, skip_locked=True), {"ids": list(named)}
                )
                if rows:
                    values = [{"row": id_, "device": named[id_]} for (id_,) in rows]
                    await transaction.execute_each(naming, values)
        return len(found)

    def _names(self, user_agents: Iterable[str]) -> dict[str, str]:
        return {user_agent: self._describe(user_agent) for user_agent in user_agents}
