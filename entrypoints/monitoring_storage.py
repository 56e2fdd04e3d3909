"""Part of the composition root: where metrics and the request log are stored."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial

from msgspec import Struct

from adapters.monitoring.metrics.sqlite import metrics_file
from adapters.monitoring.request_log.sink import Sink
from adapters.monitoring.request_log.sqlite import SqliteSink, request_file
from adapters.monitoring.sqlite import SqliteStore
from adapters.monitoring.store import Store
from adapters.monitoring.table_reader import Questions
from adapters.sql.sqlite_questions import SqliteQuestions
from entrypoints.settings import Settings
from entrypoints.storage import access_of


class MonitoringStorage(Struct, frozen=True, kw_only=True):
    """Apart from the accounts, for it may be lost without harm. Nothing is opened before it is
    used.
    """

    metrics: Store
    requests: Store
    questions: Questions
    """About requests."""
    open_sink: Callable[[], Sink]
    """Where one thread writes requests."""
    nearly_new: int = 0
    """See `SqlRequestTail`."""
    close: Callable[[], Awaitable[None]]


def open_monitoring(settings: Settings) -> MonitoringStorage:
    """Two files in the data folder, or a schema of the PostgreSQL database. Raises
    `ImportError`.
    """
    return _on_postgresql(settings) if settings.postgresql else _on_sqlite(settings)


def _on_sqlite(settings: Settings) -> MonitoringStorage:
    requests, metrics = settings.data_dir / "requests.db", settings.data_dir / "metrics.db"
    mebibytes = settings.request_log_max_mib

    async def close() -> None:
        """Nothing stays open."""

    return MonitoringStorage(
        metrics=SqliteStore(metrics, partial(metrics_file, metrics)),
        requests=SqliteStore(requests, partial(request_file, requests, mebibytes=mebibytes)),
        questions=SqliteQuestions(requests),
        open_sink=partial(SqliteSink, requests, mebibytes=mebibytes),
        close=close,
    )


def _on_postgresql(settings: Settings) -> MonitoringStorage:
    """Two connections of its own: one of the thread that writes requests, and one for the rest."""
    from adapters.monitoring.postgresql import SESSION, PostgresqlStore
    from adapters.monitoring.request_log.postgresql import PostgresqlSink
    from adapters.monitoring.request_log.tail import NEARLY_NEW
    from adapters.sql.pool import Pool
    from adapters.sql.postgresql import Connector, engine_of
    from adapters.sql.postgresql_questions import PostgresqlQuestions

    access = replace(access_of(settings), pool=1, pool_seconds=settings.database_statement_seconds)

    def open_pool() -> tuple[Pool, PostgresqlQuestions]:
        engine = engine_of(Connector(access, SESSION), command_seconds=access.statement_seconds)
        return Pool(engine, access), PostgresqlQuestions(engine, at_once=1)

    pool, questions = open_pool()
    store = PostgresqlStore(pool)
    return MonitoringStorage(
        metrics=store,
        requests=store,
        questions=questions,
        open_sink=partial(
            PostgresqlSink,
            lambda: PostgresqlStore(open_pool()[0]),
            mebibytes=settings.request_log_max_mib,
        ),
        nearly_new=NEARLY_NEW,
        close=store.close,
    )
