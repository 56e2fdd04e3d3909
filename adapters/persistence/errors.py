"""From the database's errors to the domain's."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from domain.errors import StorageFull, StorageUnavailable, Unavailable

_SQLITE_UNAVAILABLE = frozenset(
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


@contextmanager
def translated() -> Iterator[None]:
    """Turn what means "not now" into `Unavailable`; let mistakes in our own SQL through."""
    try:
        yield
    except PoolTimeoutError as error:
        raise StorageUnavailable from error
    except sqlite3.Error as error:
        if unavailable := _unavailable(error):
            raise unavailable from error
        raise
    except DBAPIError as error:
        if unavailable := _unavailable(error.orig):
            raise unavailable from error
        raise


def _unavailable(error: BaseException | None) -> Unavailable | None:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return StorageFull()
    return StorageUnavailable() if code in _SQLITE_UNAVAILABLE else None
