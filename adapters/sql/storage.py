"""The database as a whole, whichever engine it is; and SQLite's."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, Protocol, TypeVar

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, Executable

from adapters.sql.batches import Fetch
from adapters.sql.leases import TAKE_ON_SQLITE
from adapters.sql.reader import SqliteReader
from adapters.sql.sqlite import BUSY_TIMEOUT_SECONDS, read_only_engine, translated
from adapters.sql.sqlite_questions import SqliteQuestions
from adapters.sql.sqlite_sessions import SqliteSessions
from adapters.sql.transactions import Reader, Transactions
from adapters.sql.writer import Writer
from domain.session import SignedIn

_Result = TypeVar("_Result")


class Questions(Protocol):
    """Asks what operators want to know, and gives up what takes long."""

    async def ask(self, question: Callable[[Connection], _Result]) -> _Result:
        """Let it read in a connection that cannot write. Raises `QueryTooSlow`, `Busy`,
        `StorageUnavailable`.
        """

    def close(self) -> None:
        """Let the last ones end."""


class Storage(Struct, frozen=True, kw_only=True):
    """The database, as it is written, read and asked. It is open inside `running()`."""

    transactions: Transactions
    reader: Reader
    fetch_sessions: Fetch[SignedIn]
    in_flight: int = 1
    settled: ColumnElement[bool] | None = None
    take_lease: Executable
    questions: Questions
    scan: Callable[[Callable[[Connection], Any]], Awaitable[Any]]
    """Read for as long as it takes, where it keeps nobody waiting."""
    gauges: Callable[[], Awaitable[dict[str, float]]]
    running: Callable[[], AbstractAsyncContextManager[None]]
    close: Callable[[], Awaitable[None]]


def sqlite_storage(path: Path, *, patience: float = BUSY_TIMEOUT_SECONDS) -> Storage:
    """A file: one connection that writes, on a thread of its own, and one that reads."""
    writer, reader = Writer(path, patience=patience), SqliteReader(path)

    def scan_now(job: Callable[[Connection], Any]) -> Any:
        with translated(), read_only_engine(path).connect() as connection:
            return job(connection)

    async def scan(job: Callable[[Connection], Any]) -> Any:
        return await asyncio.to_thread(scan_now, job)

    async def gauges() -> dict[str, float]:
        return {
            "database_bytes": _size(path),
            "database_wal_bytes": _size(path.with_name(f"{path.name}-wal")),
        }

    @asynccontextmanager
    async def running() -> AsyncIterator[None]:
        with reader.open():
            yield

    async def close() -> None:
        writer.close()

    return Storage(
        transactions=writer,
        reader=reader,
        fetch_sessions=SqliteSessions(reader).fetch,
        take_lease=TAKE_ON_SQLITE,
        questions=SqliteQuestions(path),
        scan=scan,
        gauges=gauges,
        running=running,
        close=close,
    )


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
