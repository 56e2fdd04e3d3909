"""Everything as it is at one moment, for reading, while others go on writing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import text

from adapters.sql.open_database import OpenDatabase
from adapters.sql.sqlite import hold_still, open_reader, transaction_over

if TYPE_CHECKING:
    from adapters.sql.postgresql import Connector

# Read only, so that it has no number among transactions, and holds no follower of events back.
_ONE_MOMENT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
_FOR_LONG = "SET LOCAL idle_in_transaction_session_timeout = 0"


@asynccontextmanager
async def sqlite_snapshot(path: Path) -> AsyncIterator[OpenDatabase]:
    """Of a file. Its write-ahead log grows meanwhile. Raises `sqlite3.Error`."""
    with (
        closing(open_reader(path)) as driver,
        transaction_over(driver, writing=False) as connection,
    ):
        hold_still(driver)
        yield OpenDatabase(connection)


@asynccontextmanager
async def postgresql_snapshot(connector: "Connector") -> AsyncIterator[OpenDatabase]:
    """Of a database of a server. Raises `StorageUnavailable`."""
    from adapters.sql.postgresql import engine_of, translated

    engine = engine_of(connector, command_seconds=None)
    try:
        with translated():
            async with engine.connect() as connection:
                for statement in (_ONE_MOMENT, _FOR_LONG):
                    await connection.execute(text(statement))
                yield OpenDatabase(await connection.run_sync(lambda sync: sync), connection)
    finally:
        await engine.dispose()
