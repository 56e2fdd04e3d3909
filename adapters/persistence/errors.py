"""From the database's errors to the domain's."""

import sqlite3
from contextlib import AbstractContextManager

from domain.errors import StorageFull, StorageUnavailable, Unavailable

_UNAVAILABLE = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_AUTH,
    }
)


class _Translated:
    """A class, for a generator would take longer than many a statement."""

    def __enter__(self) -> None: ...

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if isinstance(error, sqlite3.Error) and (unavailable := _unavailable(error)):
            raise unavailable from error


_TRANSLATED = _Translated()


def translated() -> AbstractContextManager[None]:
    """Turn what means "not now" into `Unavailable`; let mistakes in our own SQL through."""
    return _TRANSLATED


def _unavailable(error: sqlite3.Error) -> Unavailable | None:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return StorageFull()
    return StorageUnavailable() if code in _UNAVAILABLE else None
