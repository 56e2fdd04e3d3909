"""Names of devices for rows from before names were stored."""

import asyncio
from collections.abc import Callable, Iterable

from adapters.sql.reader import SqliteReader
from adapters.sql.writer import Writer

_BATCH = 100
# Newest first, for those are looked at first.
_FIND = "SELECT {key}, user_agent FROM {table} WHERE device IS NULL ORDER BY {key} DESC LIMIT :most"
_WRITE = "UPDATE {table} SET device = :device WHERE {key} = :key AND device IS NULL"
_TABLES = (("sessions", "id"), ("events", "position"))


class DeviceNames:
    """Fills in what an older version has not written: some rows at a time, so that nobody waits
    long for this.
    """

    def __init__(
        self, reader: SqliteReader, writer: Writer, describe: Callable[[str], str]
    ) -> None:
        self._reader, self._writer, self._describe = reader, writer, describe

    async def fill(self) -> int:
        """Name the devices of some rows, and say of how many; 0 if none is left. Raises
        `Unavailable`.
        """
        filled = 0
        for table, key in _TABLES:
            found = self._reader.all(_FIND.format(table=table, key=key), most=_BATCH)
            devices = await asyncio.to_thread(self._names, {agent for _, agent in found})
            if found:
                async with self._writer.begin() as transaction:
                    await transaction.execute_each(
                        _WRITE.format(table=table, key=key),
                        [{"key": id_, "device": devices[agent]} for id_, agent in found],
                    )
            filled += len(found)
        return filled

    def _names(self, user_agents: Iterable[str]) -> dict[str, str]:
        return {user_agent: self._describe(user_agent) for user_agent in user_agents}
