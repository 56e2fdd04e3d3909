"""Writing requests to a SQLite file, which may be lost without harm."""

import sqlite3
from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path

from adapters.monitoring.request_log.tables import INSERT, UPKEEP, VALUES, RequestRow, metadata
from adapters.sql.disposable_file import DisposableFile
from adapters.sql.sqlite import statements_for
from domain.errors import StorageFull

_LAYOUT = 8
# After each statement Python takes its lock back, for which it has to wait: so one for many rows.
_AT_ONCE = 50
# Each number of rows is a statement of its own, and a large one; what was added is not read again.
# Kept by the dozen they would take 3 MiB (docs/performance.md).
_REMEMBERED, _CACHE_KIB = 8, 256
_PAGE_BYTES = 4_096
_RESERVE = 4  # the part of the file that is kept for what account routes refused
_ROOM = (5, 20, 80, 320)  # rows to remove for one that finds no place, one time after the other
_CLEANED_AT_ONCE = 500


def request_file(path: Path, *, mebibytes: int) -> DisposableFile:
    """It does not grow beyond so many: from then on nothing is added until something has been
    removed.
    """
    return DisposableFile(
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


class SqliteSink:
    """Fits `Sink`, with one connection."""

    def __init__(self, path: Path, *, mebibytes: int) -> None:
        self._reserve = mebibytes * 2**20 // _RESERVE
        self._file = request_file(path, mebibytes=mebibytes)

    def add(self, rows: Sequence[RequestRow]) -> None:
        for factor in _ROOM:
            try:
                return self.insert(rows)
            except StorageFull:
                self._remove_oldest(factor * len(rows))
        return self.insert(rows)

    def insert(self, rows: Sequence[RequestRow]) -> None:
        """All of them, or none; it removes nothing."""

        def insert(connection: sqlite3.Connection) -> sqlite3.Cursor:
            cursor = connection.cursor()
            for first in range(0, len(rows), _AT_ONCE):
                some = rows[first : first + _AT_ONCE]
                statement = INSERT + ", ".join([VALUES] * len(some))
                cursor.execute(statement, tuple(chain.from_iterable(some)))
            return cursor

        self._write(insert)

    def make_room(self) -> None:
        """When something finds no place, it does."""

    def clean(self, *, ordinary: int, all_: int) -> bool:
        sql = """DELETE FROM requests WHERE id IN (
            SELECT id FROM requests WHERE kept_as = 'ordinary' AND time < ?
            UNION SELECT id FROM requests
                WHERE kept_as IN ('ordinary', 'notable', 'refusal') AND time < ?
            LIMIT ?)"""
        removed = self._write(lambda c: c.execute(sql, (ordinary, all_, _CLEANED_AT_ONCE)))
        return removed == _CLEANED_AT_ONCE

    def _remove_oldest(self, number: int) -> None:
        """What account routes refused only while it takes more than a quarter of the file, or if
        there is nothing else.
        """
        refusals = """DELETE FROM requests WHERE id IN (
            SELECT id FROM requests WHERE kept_as = 'refusal' ORDER BY time LIMIT ?)"""
        others = """DELETE FROM requests WHERE id IN (
            SELECT id FROM requests WHERE kept_as <> 'refusal' ORDER BY id LIMIT ?)"""

        def remove(connection: sqlite3.Connection) -> sqlite3.Cursor:
            ((held,),) = connection.execute("SELECT refusals FROM held").fetchall()
            order = (refusals, others) if held > self._reserve else (others, refusals)
            removed = connection.execute(order[0], (number,))
            return removed if removed.rowcount else connection.execute(order[1], (number,))

        self._write(remove)

    def close(self) -> None:
        self._file.close()

    def _write(self, act: Callable[[sqlite3.Connection], sqlite3.Cursor]) -> int:
        with self._file.transaction() as connection:
            return int(act(connection).rowcount)
