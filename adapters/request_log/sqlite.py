"""The file of records, which may be lost without harm."""

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from itertools import chain
from pathlib import Path
from typing import Any

from adapters.request_log.tables import INSERT, SCHEMA, UPKEEP, VALUES
from domain.errors import StorageFull, StorageUnavailable

_LAYOUT = 3
# After each statement Python takes its lock back, for which it has to wait: so one for many rows.
_AT_ONCE = 50
# Each number of rows is a statement of its own, and a large one; what was added is not read again.
# Kept by the dozen they would take 3 MiB (docs/performance.md).
_REMEMBERED, _CACHE_KIB = 8, 256
_PAGE_BYTES = 4_096
_RESERVE = 4  # the part of the file that is kept for what account routes refused


class RequestFile:
    """One connection to it, for one thread. It does not grow beyond `mebibytes`: from then on
    nothing is added until something has been removed. All methods raise `StorageUnavailable` and
    `StorageFull`.
    """

    def __init__(self, path: Path, *, mebibytes: int) -> None:
        self._path = path
        self._pages = mebibytes * 2**20 // _PAGE_BYTES
        self._reserve = mebibytes * 2**20 // _RESERVE
        self._connection: sqlite3.Connection | None = None
        self._inode = 0

    def add(self, rows: Sequence[Sequence[Any]]) -> None:
        """All of them, or none."""

        def insert(connection: sqlite3.Connection) -> sqlite3.Cursor:
            cursor = connection.cursor()
            for first in range(0, len(rows), _AT_ONCE):
                some = rows[first : first + _AT_ONCE]
                statement = INSERT + ", ".join([VALUES] * len(some))
                cursor.execute(statement, tuple(chain.from_iterable(some)))
            return cursor

        self._write(insert)

    def remove(self, ids: Sequence[int]) -> int:
        """Remove these, and say how many there were."""
        sql = "DELETE FROM requests WHERE id = ?"
        return self._write(lambda connection: connection.executemany(sql, [(id_,) for id_ in ids]))

    def remove_older(self, *, ordinary: int, all_: int, slow_ms: float, at_most: int) -> int:
        """Remove some from before these instants in microseconds, and say how many: ordinary ones,
        which are quick and succeeded, sooner than all.
        """
        sql = """DELETE FROM requests WHERE id IN (
            SELECT id FROM requests WHERE level = 'info' AND time < ? AND duration_ms < ?
            UNION SELECT id FROM requests WHERE level IN ('info', 'warning', 'error') AND time < ?
            LIMIT ?)"""
        return self._write(lambda c: c.execute(sql, (ordinary, slow_ms, all_, at_most)))

    def remove_oldest(self, number: int) -> int:
        """Remove so many, and say how many there were: of what account routes refused only while it
        takes more than a quarter of the file, or if there is nothing else.
        """
        sql = """DELETE FROM requests WHERE id IN (
            SELECT id FROM requests WHERE of_accounts = ? ORDER BY id LIMIT ?)"""

        def remove(connection: sqlite3.Connection) -> sqlite3.Cursor:
            ((held,),) = connection.execute("SELECT of_accounts FROM held").fetchall()
            first = held > self._reserve
            removed = connection.execute(sql, (first, number))
            return removed if removed.rowcount else connection.execute(sql, (not first, number))

        return self._write(remove)

    def users(self, *, after: int, at_most: int) -> list[int]:
        """The ids of users above `after`, the smallest first: one look into the index for each."""
        sql = """WITH RECURSIVE found(id) AS (
            SELECT min(user_id) FROM requests WHERE user_id > ?
            UNION ALL SELECT (SELECT min(user_id) FROM requests WHERE user_id > found.id)
            FROM found WHERE found.id IS NOT NULL)
            SELECT id FROM found WHERE id IS NOT NULL LIMIT ?"""
        ids: list[int] = []

        def look(connection: sqlite3.Connection) -> sqlite3.Cursor:
            cursor = connection.execute(sql, (after, at_most))
            ids.extend(id_ for (id_,) in cursor.fetchall())
            return cursor

        self._write(look)
        return ids

    def blank(self, user_ids: Sequence[int], *, at_most: int) -> int:
        """Take what is personal out of some records of these users, and say of how many."""
        sql = """UPDATE requests SET path = route, query = '', user_id = NULL, address = '',
            user_agent = '', request_id = '', request_headers = '{}', response_headers = '{}',
            request_body = NULL, error = NULL
            WHERE id IN (SELECT id FROM requests
                WHERE user_id IN (SELECT value FROM json_each(?)) LIMIT ?)"""
        return self._write(lambda c: c.execute(sql, (json.dumps(list(user_ids)), at_most)))

    def close(self) -> None:
        """Close the connection."""
        if self._connection:
            self._connection.close()
            self._connection = None

    def _write(self, act: Any) -> int:
        try:
            if self._connection and not self._is_there():
                self.close()
            connection = self._connection = self._connection or self._open()
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                return int(act(connection).rowcount)
        except sqlite3.Error as error:
            self.close()  # whatever it was, begin anew
            full = getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL
            raise StorageFull if full else StorageUnavailable from error
        except OSError as error:
            raise StorageUnavailable from error

    def _is_there(self) -> bool:
        """A file that somebody deleted takes whatever is written, and nobody will find it."""
        try:
            return self._path.stat().st_ino == self._inode
        except OSError:
            return False

    def _open(self) -> sqlite3.Connection:
        self._path.touch(mode=0o600)
        self._inode = self._path.stat().st_ino
        connection = sqlite3.connect(
            self._path,
            timeout=1,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=_REMEMBERED,
        )
        try:
            # A record that is lost with the machine is no loss: no waiting for the disk.
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.execute(f"PRAGMA cache_size=-{_CACHE_KIB}")
            connection.execute(f"PRAGMA max_page_count={self._pages}")
            with closing(connection.cursor()) as cursor, connection:
                cursor.execute("BEGIN IMMEDIATE")
                ((layout,),) = cursor.execute("PRAGMA user_version").fetchall()
                if layout != _LAYOUT:
                    _lay_out(cursor)
        except sqlite3.Error:
            connection.close()
            raise
        return connection


def _lay_out(cursor: sqlite3.Cursor) -> None:
    """Begin anew: records in another layout are let go."""
    for table in ("requests", "held"):
        cursor.execute(f"DROP TABLE IF EXISTS {table}")
    for statement in (*SCHEMA.split(";\n"), *UPKEEP):
        cursor.execute(statement)
    cursor.execute(f"PRAGMA user_version={_LAYOUT}")
