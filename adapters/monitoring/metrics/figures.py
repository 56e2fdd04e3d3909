"""Metrics of minutes and hours, of every node, in whichever store."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, and_, delete, select, true, update
from sqlalchemy.dialects import postgresql, sqlite

from adapters.monitoring.metrics.tables import figures, totals
from adapters.monitoring.store import Store
from application.operations.metrics import Figures
from application.operations.nodes import WorkerName

MINUTE, HOUR = 60, 3_600
_DAY = 24 * HOUR
_KEPT = {MINUTE: _DAY, HOUR: 30 * _DAY}
_OF_THE_NODE = ""  # the worker of a row that is a whole node's

INSERT = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_Row = Sequence[Any]


class SqlFigures:
    """All methods raise `StorageUnavailable` and `StorageFull`. Times are in seconds since 1970."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def add(self, name: WorkerName, began: int, counted: Figures) -> None:
        """Add what this worker counted to its minute, and to the totals of its node."""

        def add(connection: Connection) -> None:
            _add_to_minute(connection, name, began, counted)
            _add_to_totals(connection, name.node, began, counted)

        await self._store.run(add)

    async def roll_up(self, now: int, hours: int = 2, *, forget: bool = True) -> None:
        """Make hours of their minutes, the present one and so many before it, and unless the clock
        cannot be relied on forget what is too old. An hour is made anew each time, so that no
        minute is counted twice or left out.
        """
        first = max(now // HOUR * HOUR - hours * HOUR, -(-(now - _KEPT[MINUTE]) // HOUR) * HOUR)
        for began in range(first, now // HOUR * HOUR + 1, HOUR):
            rows = await self._rows(MINUTE, began, began + HOUR, None)
            for node in {node for _, node, _ in rows}:
                minutes = _merged([row for row in rows if row[1] == node])
                hour = Figures.of_times(each for _, each in minutes)
                await self._store.run(_replacing(HOUR, began, WorkerName(node, _OF_THE_NODE), hour))
        if forget:
            await self._store.run(_forgetting(now))

    async def read(
        self, length: int, since: int, until: int, node: str | None = None
    ) -> list[tuple[int, Figures]]:
        """The spans that began from `since` on and before `until`, of all workers together or of
        one node's, oldest first.
        """
        rows = await self._rows(length, since, until, node)
        return await asyncio.to_thread(_merged, rows)

    async def totals(self) -> dict[str, Figures]:
        """Everything that was ever added, by node."""

        def read(connection: Connection) -> Sequence[_Row]:
            return connection.execute(select(totals.c.node, totals.c.figures)).fetchall()

        rows = await self._store.run(read, writing=False)
        return {node: _decoded(text) for node, text in rows}

    async def _rows(self, length: int, since: int, until: int, node: str | None) -> Sequence[_Row]:
        statement = (
            select(figures.c.began, figures.c.node, figures.c.figures)
            .where(figures.c.length == length, figures.c.began >= since, figures.c.began < until)
            .where(true() if node is None else figures.c.node == node)
            .order_by(figures.c.began)
        )
        return await self._store.run(lambda c: c.execute(statement).fetchall(), writing=False)


def _add_to_minute(connection: Connection, name: WorkerName, began: int, counted: Figures) -> None:
    known = connection.scalar(select(figures.c.figures).where(_is(MINUTE, began, name)))
    together = Figures.of_times([*([_decoded(known)] if known else ()), counted])
    _replacing(MINUTE, began, name, together)(connection)


def _add_to_totals(connection: Connection, node: str, began: int, counted: Figures) -> None:
    """Other workers of this node add to the same row."""
    row = {"node": node, "figures": _encoded(Figures()), "seen": began}
    connection.execute(_insert(connection, totals).values(row).on_conflict_do_nothing())
    held = select(totals.c.figures).where(totals.c.node == node).with_for_update()
    known = _decoded(connection.execute(held).scalar_one())
    together = Figures.of_times([known, Figures(counted.counts, {}, counted.latency)])
    changed = update(totals).where(totals.c.node == node)
    connection.execute(changed.values(figures=_encoded(together), seen=began))


def _replacing(length: int, began: int, name: WorkerName, together: Figures) -> Any:
    def replace(connection: Connection) -> None:
        row = {
            "length": length,
            "began": began,
            "node": name.node,
            "worker": name.worker,
            "figures": _encoded(together),
        }
        statement = _insert(connection, figures).values(row)
        keys = [*figures.primary_key]
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=keys, set_={"figures": statement.excluded.figures}
            )
        )

    return replace


def _forgetting(now: int) -> Any:
    def forget(connection: Connection) -> None:
        for length, kept in _KEPT.items():
            old = and_(figures.c.length == length, figures.c.began < now - kept)
            connection.execute(delete(figures).where(old))
        connection.execute(delete(totals).where(totals.c.seen < now - _KEPT[HOUR]))

    return forget


def _is(length: int, began: int, name: WorkerName) -> Any:
    return and_(
        figures.c.length == length,
        figures.c.began == began,
        figures.c.node == name.node,
        figures.c.worker == name.worker,
    )


def _insert(connection: Connection, table: Any) -> Any:
    return INSERT[connection.dialect.name](table)


def _merged(rows: Sequence[_Row]) -> list[tuple[int, Figures]]:
    spans: dict[int, list[Figures]] = {}
    for began, _, text in rows:
        spans.setdefault(began, []).append(_decoded(text))
    return [(began, Figures.of_processes(parts)) for began, parts in spans.items()]


def _encoded(figures: Figures) -> str:
    return json.dumps([figures.counts, figures.gauges, figures.latency])


def _decoded(text: str) -> Figures:
    counts, gauges, latency = json.loads(text)
    return Figures(counts, gauges, tuple(latency))
