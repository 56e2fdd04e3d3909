"""A SQLite file that may be lost without harm."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from adapters.sql.sqlite import FileIdentity, begin, tables_in
from domain.errors import StorageFull, StorageUnavailable


class DisposableFile:
    """A file that may be lost without harm, as a connection that is opened when it is needed: anew
    when the file was taken away, and emptied when its layout is another one. Whatever SQLite says
    is `StorageUnavailable` or `StorageFull`. For one thread at a time.
    """

    def __init__(
        self,
        path: Path,
        *,
        layout: int,
        statements: Sequence[str],
        settings: Mapping[str, str | int],
        cached_statements: int = 128,
    ) -> None:
        """`layout` is raised when `statements`, which make the tables, change. `settings` are those
        of the connection, as SQLite names its pragmas.
        """
        self._path, self._file = path, FileIdentity(path)
        self._layout, self._statements = layout, statements
        self._settings = {"journal_mode": "WAL", **settings}
        self._cached_statements = cached_statements
        self._connection: sqlite3.Connection | None = None

    @contextmanager
    def opened(self) -> Iterator[sqlite3.Connection]:
        """The connection, with the tables. Raises `StorageUnavailable` or `StorageFull`."""
        try:
            yield self._opened()
        except (sqlite3.Error, DBAPIError) as error:
            self.close()  # whatever it was, begin anew
            cause = error.orig if isinstance(error, DBAPIError) else error
            full = getattr(cause, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL
            raise StorageFull if full else StorageUnavailable from error
        except OSError as error:
            raise StorageUnavailable from error

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Leaving the block commits, an exception rolls back."""
        with self.opened() as connection, connection:
            begin(connection)
            yield connection

    def close(self) -> None:
        """Close the connection."""
        if self._connection:
            self._connection.close()
            self._connection = None

    def _opened(self) -> sqlite3.Connection:
        if self._connection:
            try:
                self._file.check()
            except StorageUnavailable:
                # Somebody deleted it: it takes whatever is written, and nobody will find it.
                self.close()
        if self._connection is None:
            self._path.touch(mode=0o600)
            self._file.remember()
            self._connection = self._open()
        return self._connection

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path,
            timeout=1,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=self._cached_statements,
        )
        try:
            for name, value in self._settings.items():
                connection.execute(f"PRAGMA {name}={value}").fetchall()
            with connection:
                begin(connection)
                ((layout,),) = connection.execute("PRAGMA user_version").fetchall()
                if layout != self._layout:
                    self._lay_out(connection)
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def _lay_out(self, connection: sqlite3.Connection) -> None:
        for table in tables_in(connection):
            connection.execute(f"DROP TABLE {table}")
        for statement in self._statements:
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version={self._layout}")
