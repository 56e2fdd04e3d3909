"""The thread that writes rows, which nobody waits for."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from adapters.monitoring.complaints import complain
from adapters.monitoring.request_log.rows import RetentionPolicy
from adapters.monitoring.request_log.sink import Sink
from adapters.monitoring.request_log.tables import RequestRow
from domain.errors import Unavailable
from domain.ports import ClockWatch

# Short, for the thread that writes has Python's lock meanwhile (docs/performance.md).
_GATHERING_SECONDS = 0.05
_READY_SECONDS = 5
_CLEANING_SECONDS, _CLEANING_MORE_SECONDS = 60.0, 0.25
_MICROS = 1_000_000


class RequestLogWriter:
    """Every 50 ms it writes what `take` gives, in one transaction, and once a minute it removes
    what is too old. `take` says how many rows there are, and gives what makes them; how many could
    not be made or written, `lost` is told.
    """

    def __init__(
        self,
        open_sink: Callable[[], Sink],
        *,
        retention: RetentionPolicy,
        clock_watch: ClockWatch,
        cleans: Callable[[], bool],
        take: Callable[[], tuple[int, Callable[[], list[RequestRow]]]],
        lost: Callable[[int], None],
    ) -> None:
        self._open_sink = open_sink
        self._retention = retention
        self._clock_watch, self._cleans = clock_watch, cleans
        self._take, self._lost = take, lost
        self._stop, self._is_ready = threading.Event(), threading.Event()
        self._failing = False

    @contextmanager
    def running(self) -> Iterator[None]:
        """Write while the block lasts, and at its end what is left."""
        self._stop.clear()
        self._is_ready.clear()
        thread = threading.Thread(target=self._run, name="request log")
        thread.start()
        self._is_ready.wait(_READY_SECONDS)
        try:
            yield
        finally:
            self._stop.set()
            thread.join()

    def _run(self) -> None:
        sink = self._open_sink()
        with suppress(Unavailable):
            sink.add(())  # so that there is something to ask from the beginning
        self._is_ready.set()
        clean_at = 0.0
        while not self._stop.wait(_GATHERING_SECONDS):
            self._write(sink)
            if time.monotonic() >= clean_at:
                more = self._clean(sink)
                pause = _CLEANING_MORE_SECONDS if more else _CLEANING_SECONDS
                clean_at = time.monotonic() + pause
        self._write(sink)
        with suppress(Exception):
            sink.close()

    def _write(self, sink: Sink) -> None:
        number, make = self._take()
        if not number:
            return
        try:
            sink.add(make())
            self._failing = False
        except Exception as error:  # whatever it is, the next requests are recorded
            self._lost(number)
            if not self._failing:
                self._failing = True
                complain("requests cannot be recorded", error)

    def _clean(self, sink: Sink) -> bool:
        """Remove some old ones. Say whether there may be more."""
        if not self._cleans():
            return False
        now, retention, more = time.time(), self._retention, False
        try:
            if self._clock_watch.is_steady():
                more = sink.clean(
                    ordinary=int((now - retention.ordinary.total_seconds()) * _MICROS),
                    all_=int((now - retention.notable.total_seconds()) * _MICROS),
                )
            sink.make_room()
        except Unavailable:
            return False  # which is said when requests cannot be recorded
        except Exception as error:  # whatever it is, requests are recorded
            complain("old records of requests cannot be removed", error)
        return more
