"""An open connection of the standard library for reading, which costs microseconds a statement.

It is used on the event loop and, thanks to the write-ahead log, waits for nobody. The statements
are SQLAlchemy's, compiled once: an ORM or an asynchronous driver here would cost several times the
read itself (docs/adr/0003).
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from sqlite3 import Connection

from sqlalchemy import Select
from sqlalchemy.dialects import sqlite

from adapters.persistence.errors import translated
from adapters.persistence.sqlite import open_reader
from domain.errors import StorageUnavailable

Row = tuple[object, ...]


class Query:
    """A statement compiled for SQLite, with named parameters."""

    def __init__(self, statement: Select[Row]) -> None:
        compiled = statement.compile(dialect=sqlite.dialect(paramstyle="named"))
        self.sql = str(compiled)
        self.constants = {
            name: value for name, value in compiled.params.items() if value is not None
        }


class SqliteReader:
    """Answers queries inside `open()`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: Connection | None = None

    @contextmanager
    def open(self) -> Iterator[None]:
        """Keep a connection open while the block lasts. It goes on reading even when the file is
        moved away.
        """
        with closing(open_reader(self._path)) as self._connection:
            yield
        self._connection = None

    def all(self, query: Query, **parameters: object) -> list[Row]:
        """Every row. Raises `StorageUnavailable`."""
        if self._connection is None:
            raise StorageUnavailable
        with translated():
            # Read to the end: a cursor that is not keeps an old snapshot open.
            return self._connection.execute(query.sql, {**query.constants, **parameters}).fetchall()

    def one(self, query: Query, **parameters: object) -> Row | None:
        """The only row, if there is one. Raises `StorageUnavailable`."""
        found = self.all(query, **parameters)
        return found[0] if found else None
