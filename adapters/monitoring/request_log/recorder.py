"""Which requests are recorded: within a rate, and a budget of each network."""

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from itertools import chain

from adapters.monitoring.request_log.budget import Budget
from adapters.monitoring.request_log.rows import Masks, RetentionPolicy, is_account_refusal, row_of
from adapters.monitoring.request_log.sink import Sink
from adapters.monitoring.request_log.tables import RequestRow
from adapters.monitoring.request_log.writer import RequestLogWriter
from application.operations.nodes import WorkerName
from application.operations.requests import RequestEntry
from domain.ports import ClockWatch
from domain.session import Caller

_AT_ONCE_SECONDS = 0.25
_KIB = 1_024
_ROW_BYTES = 500  # of a row without header fields, query and body
_OF_ACCOUNT_REFUSALS = 4  # their part of a network's budget, besides that of others


class RequestRecorder:
    """Fits `Observe`.

    It accepts `max_per_second` successful requests a second, in bursts of a quarter of that, and
    failed ones while fewer than `error_headroom` more are queued. Each network has a budget of
    bytes and of processor time. Refusals of the account API (401, 403, 429) have a queue and a
    budget of their own, so that other requests cannot push them out. The rest, and what cannot be
    written, is dropped and counted in `lost`. The worker that `cleans` removes old requests.
    """

    def __init__(
        self,
        open_sink: Callable[[], Sink],
        name: WorkerName,
        *,
        masking: Masks,
        retention: RetentionPolicy,
        clock_watch: ClockWatch,
        cleans: Callable[[], bool] = lambda: True,
        max_per_second: int = 1_000,
        error_headroom: int = 2_000,
        network_max_kib_per_second: int = 64,
        network_seconds_a_second: float = 0.02,
    ) -> None:
        self._name = name
        self._masking, self._retention = masking, retention
        self._max_per_second = max_per_second
        self._at_once = max(1, max_per_second * _AT_ONCE_SECONDS)
        self._allowed, self._allowed_at = self._at_once, time.monotonic()
        self._most = int(self._at_once) + error_headroom
        self._error_headroom = error_headroom
        self._records: deque[RequestEntry] = deque()
        self._refusals: deque[RequestEntry] = deque()
        self._budget, self._budget_of_refusals = (
            Budget(
                bytes_a_second=network_max_kib_per_second * _KIB / part,
                seconds_a_second=network_seconds_a_second / part,
            )
            for part in (1, _OF_ACCOUNT_REFUSALS)
        )
        self._writer = RequestLogWriter(
            open_sink,
            retention=retention,
            clock_watch=clock_watch,
            cleans=cleans,
            take=self._take,
            lost=self._count_lost,
        )
        self.lost = 0

    def __call__(self, record: RequestEntry) -> None:
        if record.route in self._retention.excluded:
            return
        if is_account_refusal(record.status, record.route):
            waiting, budget = self._refusals, self._budget_of_refusals
            room = len(waiting) < self._error_headroom
        else:
            waiting, budget = self._records, self._budget
            is_ordinary = record.level == "info"
            room = self._allowed >= 1 if is_ordinary else len(waiting) < self._most
            self._allowed -= room and is_ordinary
        # Of a path at most 1,024 characters are kept: within what a row takes anyway.
        fields = chain.from_iterable((*record.request_fields, *record.response_fields))
        size = sum(map(len, fields), _ROW_BYTES + len(record.query) + len(record.request_body))
        network = record.address
        if ":" in network:
            network = _network(network)
        if room and budget.spend(network, size):
            waiting.append(record)
        else:
            self.lost += 1

    @contextmanager
    def running(self) -> Iterator[None]:
        """Write while the block lasts, and at its end what is left."""
        with self._writer.running():
            yield

    def _take(self) -> tuple[int, Callable[[], list[RequestRow]]]:
        """What has gathered, account refusals first, and what makes rows of it."""
        entries = [
            waiting.popleft()
            for waiting in (self._refusals, self._records)
            for _ in range(len(waiting))
        ]
        self._allow_more()
        return len(entries), lambda: [self._charged(entry) for entry in entries]

    def _count_lost(self, number: int) -> None:
        self.lost += number

    def _allow_more(self) -> None:
        now = time.monotonic()
        earned = (now - self._allowed_at) * self._max_per_second
        self._allowed, self._allowed_at = min(self._at_once, self._allowed + earned), now

    def _charged(self, record: RequestEntry) -> RequestRow:
        """Its row; whose network it was pays for the time."""
        began = time.thread_time()
        row = row_of(record, self._masking, self._retention, self._name)
        of_refusals = is_account_refusal(record.status, record.route)
        budget = self._budget_of_refusals if of_refusals else self._budget
        budget.charge(_network(record.address), time.thread_time() - began)
        return row


@lru_cache(maxsize=4_096)
def _network(address: str) -> str:
    """The widest, for whoever has an IPv6 /48 has 65,536 narrow ones."""
    return Caller(address, "").client().site
