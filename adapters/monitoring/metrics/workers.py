"""Who serves: each worker says so of itself every few seconds."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Connection, delete, literal, select
from sqlalchemy.dialects import postgresql, sqlite

from adapters.monitoring.metrics.tables import workers
from adapters.monitoring.store import Store
from adapters.sql.values import NowMicros, to_instant, to_micros
from application.operations.nodes import Worker, WorkerName

_INSERT = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_REMEMBERED = timedelta(days=1)
_MICROSECOND = timedelta(microseconds=1)


class SqlWorkers:
    """All methods raise `StorageUnavailable` and `StorageFull`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def report(
        self,
        name: WorkerName,
        *,
        version: str,
        started: datetime,
        leases: Sequence[str],
        has_stopped: bool = False,
    ) -> None:
        """Say how this worker is, as of now by the database's clock."""
        row = {
            "node": name.node,
            "worker": name.worker,
            "version": version,
            "started": to_micros(started),
            "has_stopped": int(has_stopped),
            "leases": json.dumps(list(leases)),
        }

        def report(connection: Connection) -> None:
            insert: Any = _INSERT[connection.dialect.name](workers)
            statement = insert.values(**row, seen=NowMicros())
            changed = {each: statement.excluded[each] for each in ("seen", "has_stopped", "leases")}
            keys = [*workers.primary_key]
            connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed))

        await self._store.run(report)

    async def all(self) -> list[Worker]:
        """Those that were heard of within a day."""
        now = NowMicros().label("now")
        statement = select(*workers.c, now)
        rows = await self._store.run(lambda c: c.execute(statement).mappings().all(), writing=False)
        return [_worker(row) for row in rows]

    async def forget(self) -> None:
        """Remove those that were not heard of for a day."""
        remembered = literal(_REMEMBERED // _MICROSECOND, BigInteger)
        old = workers.c.seen < NowMicros() - remembered
        await self._store.run(lambda c: c.execute(delete(workers).where(old)).rowcount)


def _worker(row: Any) -> Worker:
    return Worker(
        name=WorkerName(row["node"], row["worker"]),
        version=row["version"],
        started=to_instant(row["started"]),
        seen=to_instant(row["seen"]),
        silent_for=max(row["now"] - row["seen"], 0) * _MICROSECOND,
        has_stopped=bool(row["has_stopped"]),
        leases=json.loads(row["leases"]),
    )
