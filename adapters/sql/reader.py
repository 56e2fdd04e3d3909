"""An open connection of the standard library for reading, which costs microseconds a statement.

It is used on the event loop and, thanks to the write-ahead log, waits for nobody: an ORM or an
asynchronous driver here would cost several times the read itself (docs/adr/0003).
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from sqlite3 import Connection
from time import perf_counter

from adapters.sql.sqlite import Row, open_reader, translated
from adapters.sql.tally import count_since
from domain.errors import StorageUnavailable


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
        with closing(open_reader(self._path)) as connection:
            self._connection = connection
            try:
                yield
            finally:
                self._connection = None

    def all(self, sql: str, **parameters: object) -> list[Row]:
        """Every row; a parameter is a name after a colon. Raises `StorageUnavailable`."""
        return self.all_of(sql, parameters)

    def all_of(self, sql: str, parameters: Mapping[str, object] | Sequence[object]) -> list[Row]:
        """As `all`; a sequence is the values of question marks."""
        if self._connection is None:
            raise StorageUnavailable
        started = perf_counter()
        with translated():
            # Read to the end: a cursor that is not keeps an old snapshot open.
            found = self._connection.execute(sql, parameters).fetchall()
        count_since(started)
        return found

    def one(self, sql: str, **parameters: object) -> Row | None:
        """The only row, if there is one. Raises `StorageUnavailable`."""
        found = self.all(sql, **parameters)
        return found[0] if found else None
