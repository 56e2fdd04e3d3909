"""Part of the composition root: who watches the requests, for operators."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from adapters.monitoring.masking.masking import Masking
from adapters.monitoring.masking.words import WORDS
from adapters.monitoring.metrics.collector import LAG_SECONDS, MetricsCollector
from adapters.monitoring.request_log import tables as request_tables
from adapters.monitoring.request_log.history import RecordedRequests
from adapters.monitoring.request_log.log import SqlRequestLog
from adapters.monitoring.request_log.recorder import RequestRecorder
from adapters.monitoring.request_log.rows import RetentionPolicy
from adapters.monitoring.request_log.statistics import SqlRequestStatistics
from adapters.monitoring.request_log.tail import SqlRequestTail
from adapters.monitoring.table_reader import TableReader
from adapters.passwords.hash_queue import QueueFigures
from adapters.sql import tables as account_tables
from adapters.sql.lookup import SqlLookup
from adapters.sql.storage import Storage
from adapters.sql.tally import begin_tally
from application.operations.nodes import WorkerName
from application.operations.queries import Comparison, Condition
from application.operations.requests import Observe, Tally
from domain.account import RequestHistory
from domain.errors import Invalid, Unavailable
from domain.events import EventKind
from domain.ports import ClockWatch
from entrypoints.background import every
from entrypoints.lease_holder import LeaseHolder, Work
from entrypoints.monitoring_storage import open_monitoring
from entrypoints.settings import Settings

_UNCOUNTED = Tally()
_COUNTING_SECONDS = 60.0
_WORDS_OF_ADDRESSES = ("forwarded", "real-ip", "client-ip", "connecting-ip")


@dataclass(frozen=True, slots=True)
class Observers:
    """The two that watch, as far as they are switched on, and what operators can ask."""

    settings: Settings
    tables: TableReader
    requests: TableReader
    recorder: RequestRecorder
    request_log: SqlRequestLog
    request_tail: SqlRequestTail
    request_statistics: SqlRequestStatistics
    masking: Masking
    metrics: MetricsCollector
    taking_seconds: float
    close: Callable[[], Awaitable[None]]

    @property
    def all(self) -> tuple[Observe, ...]:
        """To be told of every request."""
        watching: list[Observe] = []
        if self.settings.request_log == "on":
            watching.append(self.recorder)
        if self.settings.metrics == "on":
            watching.append(self.metrics.observe)
        return tuple(watching)

    @property
    def own_requests(self) -> RequestHistory | None:
        """Where requests are on record by user, if they are."""
        settings = self.settings
        kept = settings.request_log == settings.request_log_users == "on"
        return RecordedRequests(self.requests) if kept else None

    def on_events(self, kinds: Sequence[EventKind]) -> None:
        """To be told of what was committed."""
        if self.settings.metrics == "on":
            self.metrics.observe.count_events(kinds)

    @property
    def begin_tally(self) -> Callable[[], Tally]:
        """Counts statements if anybody wants to know."""
        return begin_tally if self.settings.request_log == "on" else lambda: _UNCOUNTED

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Record while the block lasts."""
        async with AsyncExitStack() as stack:
            stack.callback(self.tables.close)
            stack.callback(self.requests.close)
            if self.settings.request_log == "on":
                stack.enter_context(self.recorder.running())
            if self.settings.metrics == "on":
                stack.push_async_callback(self.metrics.say_goodbye)
                await stack.enter_async_context(every(LAG_SECONDS, self.metrics.note_lag))
                await stack.enter_async_context(every(self.taking_seconds, self.metrics.take))
            yield


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What is asked for levels that only the service itself knows."""

    storage: Storage
    lookup: SqlLookup
    writers_waiting: Callable[[], int]
    queue: Callable[[], QueueFigures]


def build_observers(
    settings: Settings,
    watched: Watched,
    name: WorkerName,
    leases: LeaseHolder,
    clock_watch: ClockWatch,
    *,
    version: str,
    taking_seconds: float,
) -> Observers:
    """Put them together. Nothing is opened before `running()` is entered."""
    kept = open_monitoring(settings)
    hidden = () if settings.request_log_addresses == "on" else _WORDS_OF_ADDRESSES
    masking = Masking([*WORDS, *settings.request_log_masked, *hidden])
    recorder = RequestRecorder(
        kept.open_sink,
        name,
        masking=masking,
        clock_watch=clock_watch,
        retention=RetentionPolicy(
            ordinary=timedelta(days=settings.request_log_days),
            notable=timedelta(days=settings.request_log_notable_days),
            slow_ms=settings.request_log_slow_ms,
            addresses=settings.request_log_addresses == "on",
            users=settings.request_log_users == "on",
            excluded=settings.request_log_excluded,
        ),
        cleans=partial(leases.holds, Work.REQUEST_LOG),
        max_per_second=settings.request_log_max_per_second,
        network_max_kib_per_second=settings.request_log_network_max_kib_per_second,
    )
    tables = TableReader(watched.storage.questions, account_tables.metadata)
    metrics = MetricsCollector(
        kept.metrics,
        name,
        version=version,
        data_dir=settings.data_dir,
        gauges=_gauges(watched, tables, recorder, leases),
        clock_watch=clock_watch,
        leases=lambda: [*leases.held],
        rolls_up=partial(leases.holds, Work.METRICS),
    )
    return Observers(
        settings=settings,
        tables=tables,
        requests=TableReader(kept.questions, request_tables.metadata),
        recorder=recorder,
        request_log=SqlRequestLog(kept.requests, lambda: recorder.lost),
        request_tail=SqlRequestTail(kept.questions, nearly_new=kept.nearly_new),
        request_statistics=SqlRequestStatistics(kept.questions),
        masking=masking,
        metrics=metrics,
        taking_seconds=taking_seconds,
        close=kept.close,
    )


def _gauges(
    watched: Watched, tables: TableReader, recorder: RequestRecorder, leases: LeaseHolder
) -> Callable[[], Awaitable[Mapping[str, float]]]:
    """Levels that no library knows. Those of the database are asked for once a minute."""
    counted: dict[str, float] = {}
    count_at = 0.0

    async def gauges() -> Mapping[str, float]:
        nonlocal count_at
        if time.monotonic() >= count_at:
            count_at = time.monotonic() + _COUNTING_SECONDS
            counted.update(await _active_sessions(tables))
            with suppress(Unavailable):
                counted.update(await watched.storage.gauges())
        figures = watched.queue()
        longest_wait = watched.storage.transactions.take_longest_wait()
        return {
            **counted,
            "hash_queue_waiting": figures.waiting,
            "hash_queue_running": figures.running,
            "hash_queue_refused": figures.refused,
            "hash_queue_given_up": figures.given_up,
            "writers_waiting": watched.writers_waiting(),
            "pool_wait_ms": round(1000 * longest_wait, 1),
            "look_up_batch": watched.lookup.take_largest_batch(),
            "leases_held": len(leases.held),
            "requests_not_recorded": recorder.lost,
        }

    return gauges


async def _active_sessions(tables: TableReader) -> dict[str, float]:
    unexpired = Condition("expires_at", Comparison.GT, datetime.now(UTC).isoformat())
    try:
        return {"active_sessions": (await tables.count("sessions", [unexpired], exact=True)).number}
    except (Invalid, Unavailable):
        return {}  # too many to count in time, or nobody to ask
