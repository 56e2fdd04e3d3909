"""Part of the composition root: who watches the requests, for operators."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from adapters.monitoring.masking.masking import Masking
from adapters.monitoring.masking.words import WORDS
from adapters.monitoring.metrics.recorder import LAG_SECONDS, MetricsRecorder
from adapters.monitoring.request_log import tables as request_tables
from adapters.monitoring.request_log.history import RecordedRequests
from adapters.monitoring.request_log.recorder import RequestRecorder
from adapters.monitoring.request_log.rows import Keeping
from adapters.monitoring.table_reader import TableReader
from adapters.passwords.hash_queue import QueueFigures
from adapters.sql import tables as account_tables
from adapters.sql.sqlite_questions import SqliteQuestions
from adapters.sql.storage import Storage
from adapters.sql.tally import begin_tally
from application.operations.queries import Comparison, Condition
from application.operations.requests import Observe, Tally
from domain.account import RequestHistory
from domain.errors import Invalid, Unavailable
from domain.events import EventKind
from domain.ports import ClockWatch
from entrypoints.background import every
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
    request_log: RequestRecorder
    masking: Masking
    metrics: MetricsRecorder
    taking_seconds: float

    @property
    def all(self) -> tuple[Observe, ...]:
        """To be told of every request."""
        watching: list[Observe] = []
        if self.settings.request_log == "on":
            watching.append(self.request_log)
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
                stack.enter_context(self.request_log.running())
            if self.settings.metrics == "on":
                await stack.enter_async_context(every(LAG_SECONDS, self.metrics.note_lag))
                await stack.enter_async_context(every(self.taking_seconds, self.metrics.take))
            yield


def build_observers(
    settings: Settings,
    storage: Storage,
    writers_waiting: Callable[[], int],
    queue: Callable[[], QueueFigures],
    clock_watch: ClockWatch,
    *,
    taking_seconds: float,
) -> Observers:
    """Put them together. Nothing is opened before `running()` is entered."""
    file = settings.data_dir / "requests.db"
    hidden = () if settings.request_log_addresses == "on" else _WORDS_OF_ADDRESSES
    masking = Masking([*WORDS, *settings.request_log_masked, *hidden])
    recorder = RequestRecorder(
        file,
        masking=masking,
        clock_watch=clock_watch,
        keeping=Keeping(
            ordinary=timedelta(days=settings.request_log_days),
            notable=timedelta(days=settings.request_log_notable_days),
            slow_ms=settings.request_log_slow_ms,
            addresses=settings.request_log_addresses == "on",
            users=settings.request_log_users == "on",
            excluded=settings.request_log_excluded,
        ),
        mebibytes=settings.request_log_mebibytes,
        a_second=settings.request_log_a_second,
        network_kib_a_second=settings.request_log_network_kib_a_second,
    )
    tables = TableReader(storage.questions, account_tables.metadata)
    gauges = _gauges(storage, tables, recorder, writers_waiting, queue)
    return Observers(
        settings,
        tables,
        TableReader(SqliteQuestions(file), request_tables.metadata),
        recorder,
        masking,
        MetricsRecorder(settings.data_dir / "metrics.db", gauges, clock_watch),
        taking_seconds,
    )


def _gauges(
    storage: Storage,
    tables: TableReader,
    recorder: RequestRecorder,
    writers_waiting: Callable[[], int],
    queue: Callable[[], QueueFigures],
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
                counted.update(await storage.gauges())
        figures = queue()
        return {
            **counted,
            "hash_queue_waiting": figures.waiting,
            "hash_queue_running": figures.running,
            "hash_queue_refused": figures.refused,
            "hash_queue_given_up": figures.given_up,
            "writers_waiting": writers_waiting(),
            "requests_not_recorded": recorder.lost,
        }

    return gauges


async def _active_sessions(tables: TableReader) -> dict[str, float]:
    unexpired = Condition("expires_at", Comparison.GT, datetime.now(UTC).isoformat())
    try:
        return {"active_sessions": (await tables.count("sessions", [unexpired], exact=True)).number}
    except (Invalid, Unavailable):
        return {}  # too many to count in time, or nobody to ask
