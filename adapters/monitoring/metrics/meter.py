"""Counting, on the way of every request: so it does little."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping

from application.operations.metrics import LATENCY_BOUNDS_MS, Figures
from application.operations.requests import RequestEntry
from domain.events import EventKind

_EVENTS = {
    EventKind.LOGGED_IN: "log_ins",
    EventKind.LOGIN_REFUSED: "log_ins_refused",
    EventKind.SIGNED_UP: "sign_ups",
}
_WAITING = frozenset({"/api/ops/events", "/api/ops/logs/tail"})  # they take as long as asked to
_CLASSES = ("informational", "successful", "redirected", "refused", "failed")


class Meter:
    """Fits `Observe`."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._gauges: dict[str, float] = {}
        self._latency = [0] * (len(LATENCY_BOUNDS_MS) + 1)

    def __call__(self, record: RequestEntry) -> None:
        counts, status = self._counts, record.status
        counts["requests"] = counts.get("requests", 0) + 1
        kind = _CLASSES[min(status // 100, 5) - 1]
        counts[kind] = counts.get(kind, 0) + 1
        if record.route not in _WAITING:
            self._latency[bisect_left(LATENCY_BOUNDS_MS, record.duration_ms)] += 1

    def count_events(self, kinds: Iterable[EventKind]) -> None:
        """Count what happened to accounts, once it is committed."""
        for kind in kinds:
            if name := _EVENTS.get(kind):
                self.count(name, 1)

    def count(self, name: str, number: int) -> None:
        """Count what others have counted."""
        if number:
            self._counts[name] = self._counts.get(name, 0) + number

    def raise_to(self, gauges: Mapping[str, float]) -> None:
        """Remember the highest levels."""
        for name, value in gauges.items():
            self._gauges[name] = max(value, self._gauges.get(name, value))

    def take(self) -> Figures:
        """What was counted since this was asked last."""
        figures = Figures(self._counts, self._gauges, tuple(self._latency))
        self._counts, self._gauges = {}, {}
        self._latency = [0] * len(self._latency)
        return figures
