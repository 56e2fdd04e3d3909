"""The file of figures: a row a minute and process for a day, then a row an hour for 30 days."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from adapters.sql.sqlite import DisposableFile
from application.operations.metrics import Figures

MINUTE, HOUR = 60, 3_600
_DAY = 24 * HOUR
_KEPT = {MINUTE: _DAY, HOUR: 30 * _DAY}
_LAYOUT = 1  # to be raised with the layout, and with the classes of durations
_STATEMENTS = (
    """CREATE TABLE figures (
    length INTEGER NOT NULL, began INTEGER NOT NULL, process TEXT NOT NULL, figures TEXT NOT NULL,
    PRIMARY KEY (length, began, process)) STRICT, WITHOUT ROWID""",
    """CREATE TABLE totals (
    id INTEGER PRIMARY KEY CHECK (id = 1), figures TEXT NOT NULL) STRICT""",
)


class MetricsFile:
    """All methods raise `StorageUnavailable` and `StorageFull`. Times are in seconds since 1970."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, process: str, began: int, figures: Figures) -> None:
        """Add what this process counted to its minute and to the totals."""
        with self._transaction() as connection:
            known = [
                _decoded(text)
                for (text,) in connection.execute(
                    "SELECT figures FROM figures WHERE length = ? AND began = ? AND process = ?",
                    (MINUTE, began, process),
                )
            ]
            together = _encoded(Figures.of_times([*known, figures]))
            row = (MINUTE, began, process, together)
            connection.execute("REPLACE INTO figures VALUES (?, ?, ?, ?)", row)
            totals = [
                _decoded(text) for (text,) in connection.execute("SELECT figures FROM totals")
            ]
            counted = Figures(figures.counts, {}, figures.latency)
            text = _encoded(Figures.of_times([*totals, counted]))
            connection.execute("REPLACE INTO totals VALUES (1, ?)", (text,))

    def roll_up(self, now: int, hours: int = 2, *, forget: bool = True) -> None:
        """Make hours of their minutes, the present one and so many before it, and unless the clock
        cannot be relied on forget what is too old. An hour is made anew each time, so that no
        minute is counted twice or left out.
        """
        with self._transaction() as connection:
            first = max(now // HOUR * HOUR - hours * HOUR, -(-(now - _KEPT[MINUTE]) // HOUR) * HOUR)
            for began in range(first, now // HOUR * HOUR + 1, HOUR):
                minutes = self._read(connection, MINUTE, began, began + HOUR)
                if minutes:
                    hour = _encoded(Figures.of_times(figures for _, figures in minutes))
                    row = (HOUR, began, "", hour)
                    connection.execute("REPLACE INTO figures VALUES (?, ?, ?, ?)", row)
            for length, kept in _KEPT.items() if forget else ():
                sql = "DELETE FROM figures WHERE length = ? AND began < ?"
                connection.execute(sql, (length, now - kept))

    def read(self, length: int, since: int, until: int) -> list[tuple[int, Figures]]:
        """The spans that began from `since` on and before `until`, all processes together, oldest
        first.
        """
        with self._transaction(writing=False) as connection:
            return self._read(connection, length, since, until)

    def totals(self) -> Figures:
        """Everything that was ever added."""
        with self._transaction(writing=False) as connection:
            texts = connection.execute("SELECT figures FROM totals").fetchall()
        return Figures.of_times(_decoded(text) for (text,) in texts)

    @staticmethod
    def _read(
        connection: sqlite3.Connection, length: int, since: int, until: int
    ) -> list[tuple[int, Figures]]:
        spans: dict[int, list[Figures]] = {}
        for began, text in connection.execute(
            """SELECT began, figures FROM figures
            WHERE length = ? AND began >= ? AND began < ? ORDER BY began""",
            (length, since, until),
        ):
            spans.setdefault(began, []).append(_decoded(text))
        return [(began, Figures.of_processes(parts)) for began, parts in spans.items()]

    @contextmanager
    def _transaction(self, *, writing: bool = True) -> Iterator[sqlite3.Connection]:
        """Opened each time: it happens every few seconds, on whichever thread."""
        file = DisposableFile(
            self._path, layout=_LAYOUT, statements=_STATEMENTS, settings={"synchronous": "OFF"}
        )
        try:
            with file.transaction(writing=writing) as connection:
                yield connection
        finally:
            file.close()


def _encoded(figures: Figures) -> str:
    return json.dumps([figures.counts, figures.gauges, figures.latency])


def _decoded(text: str) -> Figures:
    counts, gauges, latency = json.loads(text)
    return Figures(counts, gauges, tuple(latency))
