"""An open connection of the standard library for reading, which costs microseconds a statement.

It is used on the event loop and, thanks to the write-ahead log, waits for nobody. The statements
are SQLAlchemy's, compiled once: an ORM or an asynchronous driver here would cost several times the
read itself (docs/adr/0003).
"""

from asyncio import get_running_loop
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cached_property
from pathlib import Path
from sqlite3 import Connection
from time import perf_counter

from sqlalchemy import ClauseElement
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Compiled

from adapters.persistence.errors import translated
from adapters.persistence.sqlite import VERSION, open_reader
from adapters.persistence.tally import count_since
from domain.errors import StorageUnavailable

Row = tuple[object, ...]


class Query:
    """A statement compiled for SQLite, when it is first needed, with named parameters."""

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement

    @cached_property
    def _compiled(self) -> Compiled:
        return self._statement.compile(dialect=sqlite.dialect(paramstyle="named"))

    @cached_property
    def sql(self) -> str:
        """With a colon before the name of each parameter."""
        return str(self._compiled)

    @cached_property
    def constants(self) -> dict[str, object]:
        """Parameters whose value is known."""
        known = self._compiled.params
        return {name: value for name, value in known.items() if value is not None}


_VERSION = Query(VERSION)


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

    def all(self, query: Query, **parameters: object) -> list[Row]:
        """Every row. Raises `StorageUnavailable`."""
        if self._connection is None:
            raise StorageUnavailable
        started = perf_counter()
        with translated():
            # Read to the end: a cursor that is not keeps an old snapshot open.
            found = self._connection.execute(
                query.sql, {**query.constants, **parameters}
            ).fetchall()
        count_since(started)
        return found

    def version(self) -> object:
        """Another value whenever somebody, in whatever process, has committed a change. Raises
        `StorageUnavailable`.

        It is asked of SQLite once a turn of the event loop. That is exact for requests, as all
        that are served in one turn had arrived before it began.
        """
        if self._version is None:
            self._version = self._connection, self.all(_VERSION)
            get_running_loop().call_soon(self._forget_version)
        return self._version

    def _forget_version(self) -> None:
        self._version = None

    def one(self, query: Query, **parameters: object) -> Row | None:
        """The only row, if there is one. Raises `StorageUnavailable`."""
        found = self.all(query, **parameters)
        return found[0] if found else None
