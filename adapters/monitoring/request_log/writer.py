"""The thread that writes rows, which nobody waits for."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from adapters.monitoring.request_log.rows import Keeping
from adapters.monitoring.request_log.sqlite import RequestFile
from adapters.monitoring.request_log.tables import RequestRow
from domain.errors import StorageFull, Unavailable
from domain.ports import ClockWatch

_log = logging.getLogger("frontdesk")

# Short, for the thread that writes has Python's lock meanwhile (docs/performance.md).
_GATHERING_SECONDS = 0.05
_CLEANING_SECONDS, _CLEANING_MORE_SECONDS = 60.0, 0.25
_BATCH = 500
_ROOM = (5, 20, 80, 320)  # rows to remove for one that finds no place, one time after the other
_MICROS = 1_000_000


class RequestLogWriter:
    """Every 50 ms it writes what `take` gives, in one transaction, and once a minute it removes
    what is too old. `take` says how many rows there are, and gives what makes them; how many could
    not be made or written, `lost` is told.
    """

    def __init__(
        self,
        path: Path,
        *,
        mebibytes: int,
        keeping: Keeping,
        clock_watch: ClockWatch,
        take: Callable[[], tuple[int, Callable[[], list[RequestRow]]]],
        lost: Callable[[int], None],
    ) -> None:
        self._path, self._mebibytes = path, mebibytes
        self._keeping = keeping
        self._clock_watch = clock_watch
        self._take, self._lost = take, lost
        self._stop = threading.Event()
        self._failing = False

    @contextmanager
    def running(self) -> Iterator[None]:
        """Write while the block lasts, and at its end what is left."""
        self._stop.clear()
        file = RequestFile(self._path, mebibytes=self._mebibytes)
        with suppress(Unavailable):
            file.add(())  # so that there is something to ask from the beginning
        thread = threading.Thread(target=self._run, args=(file,), name="request log")
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            thread.join()

    def _run(self, file: RequestFile) -> None:
        clean_at = 0.0
        while not self._stop.wait(_GATHERING_SECONDS):
            self._write(file)
            if time.monotonic() >= clean_at:
                more = self._clean(file)
                pause = _CLEANING_MORE_SECONDS if more else _CLEANING_SECONDS
                clean_at = time.monotonic() + pause
        self._write(file)
        file.close()

    def _write(self, file: RequestFile) -> None:
        number, make = self._take()
        if not number:
            return
        try:
            _add(file, make())
            self._failing = False
        except Exception as error:  # whatever it is, the next requests are recorded
            self._lost(number)
            if not self._failing:
                self._failing = True
                _log.warning("requests cannot be recorded", exc_info=error)

    def _clean(self, file: RequestFile) -> bool:
        """Remove a batch of old ones. Say whether there may be more."""
        if not self._clock_watch.is_steady():
            return False
        now, keeping = time.time(), self._keeping
        try:
            removed = file.remove_older(
                ordinary=int((now - keeping.ordinary.total_seconds()) * _MICROS),
                all_=int((now - keeping.notable.total_seconds()) * _MICROS),
                slow_ms=keeping.slow_ms,
                at_most=_BATCH,
            )
        except Unavailable:
            return False
        return removed == _BATCH


def _add(file: RequestFile, rows: list[RequestRow]) -> None:
    """Add them; if there is no place, let as many old ones go as it takes, within reason."""
    for factor in _ROOM:
        try:
            return file.add(rows)
        except StorageFull:
            file.remove_oldest(factor * len(rows))
    return file.add(rows)
