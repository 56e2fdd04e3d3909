"""The database that is set, as it is at one moment."""

from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

from entrypoints.settings import Settings
from entrypoints.storage import connector_of

if TYPE_CHECKING:
    from adapters.sql.open_database import OpenDatabase


def snapshot(settings: Settings) -> "AbstractAsyncContextManager[OpenDatabase]":
    """Others go on writing meanwhile. Raises `ImportError`; when it is entered, `sqlite3.Error` or
    `StorageUnavailable`.
    """
    from adapters.sql.snapshots import postgresql_snapshot, sqlite_snapshot

    if settings.postgresql:
        return postgresql_snapshot(connector_of(settings))
    return sqlite_snapshot(settings.database)
