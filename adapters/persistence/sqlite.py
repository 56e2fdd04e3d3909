"""All that is peculiar to SQLite's files: how they are made, opened and missed."""

import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import quote

from domain.errors import StorageUnavailable

Row = tuple[Any, ...]

BUSY_TIMEOUT_SECONDS = 5

VERSION = "PRAGMA data_version"
"""Its answer changes whenever another connection, of whatever process, has committed."""


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


def open_writer(path: Path, *, busy_timeout: float = BUSY_TIMEOUT_SECONDS) -> sqlite3.Connection:
    """A connection whose commits are on the disk when they return. It waits so many seconds for
    another process that writes.
    """
    return _open(path, busy_timeout, "PRAGMA synchronous=FULL", "PRAGMA foreign_keys=ON")


def begin(connection: sqlite3.Connection) -> None:
    """Open a transaction, with the write lock."""
    connection.execute("BEGIN IMMEDIATE")


def open_reader(path: Path) -> sqlite3.Connection:
    """A connection that sees committed state, waits for no writer, and cannot write."""
    # SQLite opens its files at the first read; from then on they stay open, wherever they go.
    return _open(path, 1, "PRAGMA query_only=ON", "SELECT 1 FROM sqlite_schema")


def tables_in(connection: sqlite3.Connection) -> list[str]:
    """Their names, in the order in which they were made."""
    found = connection.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'sqlite_*'"
    )
    return [name for (name,) in found.fetchall()]


def _open(path: Path, timeout: float, *first: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"file:{quote(str(path.absolute()))}?mode=rw",
        uri=True,
        timeout=timeout,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        for sql in first:
            connection.execute(sql).fetchall()
    except sqlite3.Error:
        connection.close()
        raise
    return connection


class FileIdentity:
    """Notices that a file was moved away or replaced under an open connection, which would go on
    writing to a file that nobody will find again. The write-ahead log appears with the first use.
    """

    def __init__(self, path: Path) -> None:
        self._database, self._log = path, path.with_name(f"{path.name}-wal")
        self._known: dict[Path, tuple[int, int]] = {}

    def remember(self) -> None:
        """These are the files from now on. Raises `StorageUnavailable`."""
        self._known = {}
        self.check()

    def check(self) -> None:
        """Raises `StorageUnavailable` when they are not those remembered."""
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
