"""All that is peculiar to SQLite: how its connections are opened and how its transactions begin."""

import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Engine, create_engine, event, text
from sqlalchemy.pool import QueuePool

from domain.errors import StorageUnavailable

BUSY_TIMEOUT_SECONDS = 5


def create_database(path: Path) -> None:
    """Make sure the file exists and keeps a write-ahead log, which lasts. The only code that may
    create a database: all other connections fail when the file is gone.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(mode=0o600)  # SQLite gives its other files the same mode
    connection = sqlite3.connect(path, timeout=60)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
    finally:
        connection.close()


def open_engine(path: Path, *, busy_timeout: float = BUSY_TIMEOUT_SECONDS) -> Engine:
    """An engine for writing. Its pool holds one connection, for SQLite has one writer at a time."""
    engine = create_engine(
        URL.create("sqlite+pysqlite", database=_uri(path), query={"mode": "rw", "uri": "true"}),
        poolclass=QueuePool,
        pool_size=1,
        max_overflow=0,
        pool_timeout=busy_timeout,
        hide_parameters=True,  # they would show password hashes in the log
        connect_args={
            "timeout": busy_timeout,
            "isolation_level": None,
            "check_same_thread": False,
        },
    )
    file = _FileIdentity(path)

    @event.listens_for(engine, "connect")
    def configure(connection: Any, record: Any) -> None:
        file.remember()
        cursor = connection.cursor()
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        file.check()
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def open_reader(path: Path) -> sqlite3.Connection:
    """A connection that sees committed state, waits for no writer, and cannot write."""
    connection = sqlite3.connect(
        f"{_uri(path)}?mode=rw", uri=True, timeout=1, isolation_level=None, check_same_thread=False
    )
    connection.execute("PRAGMA query_only=ON")
    # SQLite opens its files at the first read; from then on they stay open, wherever they go.
    connection.execute("SELECT 1 FROM sqlite_schema").fetchall()
    return connection


VERSION = text("PRAGMA data_version")
"""Its answer changes whenever another connection, of whatever process, has committed."""


class _FileIdentity:
    """Notices that a file was moved away or replaced under an open connection, which would go on
    writing to a file that nobody will find again. The write-ahead log appears with the first use.
    """

    def __init__(self, path: Path) -> None:
        self._database, self._log = path, path.with_name(f"{path.name}-wal")
        self._known: dict[Path, tuple[int, int]] = {}

    def remember(self) -> None:
        self._known = {}
        self.check()

    def check(self) -> None:
        for path in (self._database, self._log):
            found = self._look(path)
            if found is None and path is self._log and path not in self._known:
                continue
            if found is None or self._known.setdefault(path, found) != found:
                raise StorageUnavailable

    @staticmethod
    def _look(path: Path) -> tuple[int, int] | None:
        try:
            status = path.stat()
        except OSError:
            return None
        return status.st_dev, status.st_ino


def _uri(path: Path) -> str:
    return f"file:{quote(str(path.absolute()))}"
