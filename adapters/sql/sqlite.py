"""The SQLite toolkit: how files are made, opened and missed, and what its errors mean.

All adapters that keep something in SQLite use it.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from functools import partial
from pathlib import Path
from typing import cast
from urllib.parse import quote

from advanced_alchemy.config import EngineConfig, SQLAlchemySyncConfig
from sqlalchemy import Connection, Engine, MetaData, NullPool, StaticPool, create_engine, event
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.schema import CreateIndex, CreateTable

from domain.errors import StorageFull, StorageUnavailable, Unavailable

BUSY_TIMEOUT_SECONDS = 5
_PAGES = 1_000  # copied between two moments in which others can have the processor
DIALECT = SQLiteDialect_pysqlite()


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


def copy_database(source: sqlite3.Connection, file: Path) -> None:
    """Put all that a connection sees into a file that is empty (SQLite's online backup)."""
    with closing(sqlite3.connect(file)) as target:
        source.backup(target, pages=_PAGES)


def put_into_one_file(path: Path) -> None:
    """Let it keep no log of its own, so that it can lie anywhere, and write it to the disk. Raises
    `sqlite3.Error`, also if what is in the log does not get into the file.
    """
    with closing(sqlite3.connect(path)) as connection:
        (mode,) = connection.execute("PRAGMA journal_mode=DELETE").fetchone()
    if mode != "delete":
        raise sqlite3.OperationalError(f"{path} cannot be put into one file.")
    _flush(path)


def empty_log(path: Path) -> None:
    """Put all that is in its log into the file, and write that to the disk. Raises `sqlite3.Error`:
    closing it would only leave what does not fit in the log.
    """
    with closing(open_writer(path)) as connection:
        is_busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    log = path.with_name(f"{path.name}-wal")
    if is_busy or (log.exists() and log.stat().st_size):
        raise sqlite3.OperationalError(f"What is in {log} does not get into the file.")
    _flush(path)


def _flush(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def hold_still(connection: sqlite3.Connection) -> None:
    """From here on, a transaction that is open sees what is there now."""
    connection.execute("SELECT 1 FROM sqlite_schema").fetchall()


def how_it_writes(path: Path) -> tuple[str, int]:
    """The journal mode of a file, and how far our commits go: 2 is to the disk."""
    with closing(open_writer(path)) as connection:
        (journal,) = connection.execute("PRAGMA journal_mode").fetchone()
        (synchronous,) = connection.execute("PRAGMA synchronous").fetchone()
    return str(journal), int(synchronous)


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


def writing_engine(path: Path, *, busy_timeout: float = BUSY_TIMEOUT_SECONDS) -> Engine:
    """As `open_writer`, for SQLAlchemy. Its transactions begin with the write lock."""
    engine = _engine(lambda: open_writer(path, busy_timeout=busy_timeout))

    @event.listens_for(engine, "begin")
    def take_lock(connection: Connection) -> None:
        begin(cast("sqlite3.Connection", connection.connection.driver_connection))

    return engine


def exclusive_engine(path: Path) -> Engine:
    """As `writing_engine`, for one connection, and only while no other process has the file open:
    otherwise beginning fails at once with `SQLITE_BUSY`, and so does every other one meanwhile.
    """
    engine = writing_engine(path, busy_timeout=0)

    @event.listens_for(engine, "connect")
    def exclude_others(driver: sqlite3.Connection, _: object) -> None:
        driver.execute("PRAGMA locking_mode=EXCLUSIVE").fetchall()

    return engine


def read_only_engine(path: Path) -> Engine:
    """As `open_reader`, for SQLAlchemy. It opens no transactions: each statement sees what is
    committed when it begins.
    """
    return _engine(lambda: open_reader(path))


def foreign_engine(path: Path) -> Engine:
    """As `read_only_engine`, over another program's file, in which nothing is changed at all, and
    whose texts may be of another encoding than they say.
    """

    def connect() -> sqlite3.Connection:
        connection = _open(path, BUSY_TIMEOUT_SECONDS, mode="ro")
        connection.text_factory = lambda text: text.decode(errors="replace")
        return connection

    return _engine(connect)


def _engine(creator: Callable[[], sqlite3.Connection]) -> Engine:
    """Without a pool: whoever connects has the connection, and closes it."""
    return SQLAlchemySyncConfig(
        connection_string="sqlite://",
        create_engine_callable=partial(create_engine, creator=creator),
        engine_config=EngineConfig(poolclass=NullPool, hide_parameters=True),
    ).get_engine()


def transaction_over(
    driver: sqlite3.Connection, *, writing: bool
) -> AbstractContextManager[Connection]:
    """SQLAlchemy's transaction over a connection that is somebody else's, and stays open."""
    engine = create_engine("sqlite://", creator=lambda: driver, poolclass=StaticPool)

    @event.listens_for(engine, "begin")
    def open_transaction(_: Connection) -> None:
        driver.execute("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine.begin()


def statements_for(metadata: MetaData) -> Iterator[str]:
    """What makes these tables and their indexes."""
    for table in metadata.sorted_tables:
        yield str(CreateTable(table).compile(dialect=DIALECT))
        for index in table.indexes:
            yield str(CreateIndex(index).compile(dialect=DIALECT))


def _open(path: Path, timeout: float, *first: str, mode: str = "rw") -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"file:{quote(str(path.absolute()))}?mode={mode}",
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
        cause = error.orig if isinstance(error, DBAPIError) else error
        if isinstance(cause, sqlite3.Error) and (unavailable := _unavailable(cause)):
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


def is_taken(error: IntegrityError) -> bool:
    """Say whether a unique constraint refused it, by the code and not by the text."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    return code == sqlite3.SQLITE_CONSTRAINT_UNIQUE
