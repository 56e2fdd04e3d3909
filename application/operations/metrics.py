"""How the service is doing, in numbers that can be added up over processes and over time."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol, Self

from application.operations.nodes import Worker

COUNTERS: Mapping[str, str] = {
    "requests": "requests that were answered",
    "informational": "requests answered with a status from 100 to 199",
    "successful": "requests answered with a status from 200 to 299",
    "redirected": "requests answered with a status from 300 to 399",
    "refused": "requests answered with a status from 400 to 499",
    "failed": "requests answered with a status from 500 on",
    "log_ins": "logins with a right password, committed",
    "log_ins_refused": "logins refused for a wrong password or a disabled account; not those with"
    " status 429",
    "sign_ups": "accounts that users created",
    "hash_queue_refused": "requests answered with 503 at once, because a hash would have waited too"
    " long",
    "hash_queue_given_up": "hashes whose client left before their turn",
    "requests_not_recorded": "requests that are missing in the request log",
}
"""How often each thing happened."""

GAUGES: Mapping[str, str] = {
    "active_sessions": "sessions that have not expired, counted once a minute",
    "database_bytes": "size of the database",
    "database_wal_bytes": "SQLite: size of the write-ahead log",
    "event_feed_lag_seconds": "PostgreSQL: age of the oldest event that an open transaction keeps"
    " from those who follow",
    "hash_queue_waiting": "password hashes that wait for a thread",
    "hash_queue_running": "password hashes that are computed",
    "writers_waiting": "requests that wait for their turn to write",
    "pool_wait_ms": "longest wait for a connection of the pool, on SQLite for the one that writes;"
    " in milliseconds",
    "look_up_batch": "most sessions that were looked up in one statement",
    "event_loop_lag_ms": "longest delay of the event loop of a worker; in milliseconds",
    "leases_held": "kinds of background work that a worker does for all",
    "process_cpu_percent": "use of the processor by the workers; 100 is one core",
    "process_memory_bytes": "resident memory of the workers",
    "process_threads": "threads of the workers",
    "process_open_files": "file descriptors of the workers, connections included",
    "host_cpu_percent": "use of all cores of the machine",
    "host_memory_percent": "use of the memory of the machine",
    "disk_used_percent": "use of the disk of the data folder",
}
"""Levels, of which the highest of each minute is kept."""

NODE_UP = "1 for a node that was heard of within 15 seconds, 0 for one that is missing or stopped"
REQUEST_SECONDS = "durations of requests, by upper bound"
"""What Prometheus is told besides."""

LATENCY_BOUNDS_MS = tuple(round(0.25 * 2 ** (step / 2), 3) for step in range(32))
"""Upper bounds of the classes that durations are counted in, each √2 times the one before; a last
class, beyond 11.6 s, has none.
"""

SUMMED_GAUGES = frozenset(
    {
        "process_cpu_percent",
        "process_memory_bytes",
        "process_threads",
        "process_open_files",
        "hash_queue_waiting",
        "hash_queue_running",
        "writers_waiting",
        "leases_held",
    }
)
"""Levels that each process has for itself. Of all others the highest counts."""

COUNTED = frozenset({"requests_not_recorded", "hash_queue_refused", "hash_queue_given_up"})
"""What a process tells as a number since its start, and is counted as what was added to it."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What happened in some time: numbers of things, highest levels, durations by class."""

    counts: Mapping[str, int] = field(default_factory=dict)
    gauges: Mapping[str, float] = field(default_factory=dict)
    latency: Sequence[int] = (0,) * (len(LATENCY_BOUNDS_MS) + 1)

    def percentile(self, share: float) -> float | None:
        """The duration in milliseconds that this share of requests did not exceed, to within a
        class; `None` if there were no requests.
        """
        total = sum(self.latency)
        rank = share * total
        passed = 0
        for number, bound in zip(self.latency, (*LATENCY_BOUNDS_MS, None), strict=True):
            passed += number
            if passed and passed >= rank:
                return LATENCY_BOUNDS_MS[-1] if bound is None else bound
        return None

    @classmethod
    def of_processes(cls, parts: Iterable["Figures"]) -> Self:
        """What several processes did at the same time, together."""
        return cls._together(list(parts), SUMMED_GAUGES)

    @classmethod
    def of_times(cls, parts: Iterable["Figures"]) -> Self:
        """What was done in several spans of time, together."""
        return cls._together(list(parts), frozenset())

    @classmethod
    def _together(cls, parts: "list[Figures]", summed: frozenset[str]) -> Self:
        counts: Counter[str] = Counter()
        gauges: dict[str, float] = {}
        for part in parts:
            counts.update(part.counts)
            for name, value in part.gauges.items():
                known = gauges.get(name, value if name not in summed else 0)
                gauges[name] = known + value if name in summed else max(known, value)
        latency = tuple(map(sum, zip(*(part.latency for part in parts), strict=True)))
        return cls(dict(counts), gauges, latency or cls().latency)


@dataclass(frozen=True, slots=True)
class Span:
    """The figures of one minute or hour, of all workers together or of one node's."""

    began: datetime
    length: timedelta
    figures: Figures


class Metrics(Protocol):
    """How the workers of all nodes, or of one, are and were doing. All raise
    `StorageUnavailable`.
    """

    async def now(self, node: str | None = None) -> Span:
        """The minute that began last, as far as it is known: to within some seconds."""

    async def history(
        self, *, hourly: bool, since: datetime, until: datetime, node: str | None = None
    ) -> list[Span]:
        """Minutes (kept for a day) or hours (kept for 30 days), oldest first."""

    async def totals(self) -> Mapping[str, Figures]:
        """By node: everything counted since the beginning, whatever was restarted; levels as they
        are now. A node that has not been heard of for 30 days is forgotten.
        """

    async def workers(self) -> list[Worker]:
        """The workers that were heard of within a day."""
