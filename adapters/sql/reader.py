"""An open connection of the standard library for reading, which costs microseconds a statement.

It is used on the event loop and, thanks to the write-ahead log, waits for nobody: an ORM or an
asynchronous driver here would cost several times the read itself (docs/adr/0003).
"""

from asyncio import get_running_loop
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from sqlite3 import Connection
from time import perf_counter

from adapters.sql.sqlite import VERSION, Row, open_reader, translated
from adapters.sql.tally import count_since
from domain.errors import StorageUnavailable


class SqliteReader:
    """Answers queries inside `open()`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: Connection | None = None
        self._version: object = None

    @contextmanager
    def open(self) -> Iterator[None]:
        """Keep a connection open while the block lasts. It goes on reading even when the file is
        moved away.
        """
        with closing(open_reader(self._path)) as connection:
            self._connection = connection
            try:
                yield
            finally:
                self._connection = self._version = None

    def all(self, sql: str, **parameters: object) -> list[Row]:
        """Every row; a parameter is a name after a colon. Raises `StorageUnavailable`."""
        if self._connection is None:
            raise StorageUnavailable
        started = perf_counter()
        with translated():
            # Read to the end: a cursor that is not keeps an old snapshot open.
            found = self._connection.execute(sql, parameters).fetchall()
        count_since(started)
        return found

    def version(self) -> object:
        """Another value whenever somebody, in whatever process, has committed a change. Raises
        `StorageUnavailable`.

        It is asked of SQLite once a turn of the event loop. That is exact for requests, as all
        that are served in one turn had arrived before it began.
        """
        if self._version is None:
            self._version = self._connection, self.all(VERSION)
            get_running_loop().call_soon(self._forget_version)
        return self._version

    def _forget_version(self) -> None:
        self._version = None

    def one(self, sql: str, **parameters: object) -> Row | None:
        """The only row, if there is one. Raises `StorageUnavailable`."""
        found = self.all(sql, **parameters)
        return found[0] if found else None
