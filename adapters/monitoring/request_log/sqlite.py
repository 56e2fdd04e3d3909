"""The file of records, which may be lost without harm."""

import json
import sqlite3
from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path

from adapters.monitoring.request_log.tables import INSERT, UPKEEP, VALUES, RequestRow, metadata
from adapters.sql.sqlite import DisposableFile, statements_for

_LAYOUT = 4
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
        self._reserve = mebibytes * 2**20 // _RESERVE
        self._file = DisposableFile(
            path,
            layout=_LAYOUT,
            statements=(*statements_for(metadata), *UPKEEP),
            settings={
                # A record that is lost with the machine is no loss: no waiting for the disk.
                "synchronous": "NORMAL",
                "cache_size": -_CACHE_KIB,
                "max_page_count": mebibytes * 2**20 // _PAGE_BYTES,
            },
            cached_statements=_REMEMBERED,
        )

    def add(self, rows: Sequence[RequestRow]) -> None:
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
        self._file.close()

    def _write(self, act: Callable[[sqlite3.Connection], sqlite3.Cursor]) -> int:
        with self._file.transaction() as connection:
            return int(act(connection).rowcount)
