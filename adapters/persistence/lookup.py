"""The reads that happen on every request, on an open connection of the standard library.

The statements are SQLAlchemy's, compiled once: an ORM or an async driver on this path costs several
times the read itself (docs/adr/0003). The connection is used on the event loop, where a point read
takes microseconds and, thanks to the write-ahead log, waits for nobody.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from sqlite3 import Connection

from sqlalchemy import Select
from sqlalchemy.dialects import sqlite

from adapters.persistence import rows
from adapters.persistence.errors import translated
from adapters.persistence.sqlite import open_reader
from domain.errors import StorageUnavailable
from domain.session import SignedIn
from domain.user import User, Username


def _compiled(statement: Select[tuple[object, ...]]) -> str:
    return str(statement.compile(dialect=sqlite.dialect()))


_SESSION = _compiled(rows.SIGNED_IN_BY_DIGEST)
_USER = _compiled(rows.USER_BY_KEY)


class SqliteLookup:
    """Fits `domain.ports.Lookup`, inside `open()`."""

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

    async def session(self, digest: bytes) -> SignedIn | None:
        row = self._one(_SESSION, digest)
        return rows.to_signed_in(row) if row else None

    async def user(self, username: Username) -> User | None:
        row = self._one(_USER, username.key)
        return rows.to_user(row) if row else None

    def _one(self, sql: str, parameter: bytes | str) -> tuple[object, ...] | None:
        if self._connection is None:
            raise StorageUnavailable
        with translated():
            # fetchall, for a cursor that is not read to its end keeps an old snapshot open.
            found = self._connection.execute(sql, (parameter,)).fetchall()
        return found[0] if found else None
