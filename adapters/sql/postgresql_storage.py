"""PostgreSQL as a whole."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import Connection, func, select

from adapters.sql.leases import TAKE_ON_POSTGRESQL
from adapters.sql.pool import Pool
from adapters.sql.postgresql import Connector, engine_of, translated
from adapters.sql.postgresql_questions import PostgresqlQuestions
from adapters.sql.postgresql_reader import SETTLED, PostgresqlReader
from adapters.sql.postgresql_sessions import IN_FLIGHT, PostgresqlSessions
from adapters.sql.storage import Storage
from adapters.sql.tables import events
from adapters.sql.values import NowMicros

_SIZE = select(func.pg_database_size(func.current_database()))
_OLDEST_UNSETTLED = select(NowMicros() - func.min(events.c.at)).where(~SETTLED)
_MICROS = 1_000_000


def postgresql_storage(connector: Connector) -> Storage:
    """Everything over one pool; the look-ups of sessions have two connections of their own."""
    access = connector.access
    longest = max(access.statement_seconds, access.commit_seconds)
    engine = engine_of(connector, command_seconds=longest)
    sessions = PostgresqlSessions(connector)
    reader, pool = PostgresqlReader(engine, access), Pool(engine, access)

    async def scan(job: Callable[[Connection], Any]) -> Any:
        patient = engine_of(connector, command_seconds=None)
        try:
            with translated():
                async with patient.connect() as connection:
                    return await connection.run_sync(job)
        finally:
            await patient.dispose()

    async def gauges() -> dict[str, float]:
        size, unsettled = await reader.one(_SIZE), await reader.one(_OLDEST_UNSETTLED)
        lag = max(0, unsettled[0] or 0) / _MICROS if unsettled else 0
        return {"database_bytes": float(size[0]) if size else 0, "event_feed_lag_seconds": lag}

    @asynccontextmanager
    async def running() -> AsyncIterator[None]:
        yield

    async def close() -> None:
        sessions.close()
        await engine.dispose()

    return Storage(
        transactions=pool,
        reader=reader,
        fetch_sessions=sessions.fetch,
        in_flight=IN_FLIGHT,
        settled=SETTLED,
        take_lease=TAKE_ON_POSTGRESQL,
        questions=PostgresqlQuestions(engine),
        scan=scan,
        gauges=gauges,
        running=running,
        close=close,
    )
