"""Figures, taken every few seconds and kept for all processes together."""

import asyncio
import logging
import os
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from adapters.metrics.machine import machine_gauges
from adapters.metrics.meter import Meter
from adapters.metrics.sqlite import HOUR, MINUTE, MetricsFile
from domain.metrics import COUNTED, Figures, Span
from domain.ports import ClockWatch

_log = logging.getLogger("frontdesk")

TAKING_SECONDS = 5.0
_LAG_SECONDS = 0.25
_ROLLING_SECONDS = 60.0
_HOURS_OF_MINUTES, _LATE_HOURS = 24, 2

Gauges = Callable[[], Awaitable[Mapping[str, float]]]


class MetricsRecorder:
    """Fits `domain.traffic.Observe`, as `observe`, and `domain.metrics.Metrics`.

    `gauges` tells levels that only the service itself knows.
    """

    def __init__(self, path: Path, gauges: Gauges, clock_watch: ClockWatch) -> None:
        self.observe = Meter()
        self._data_dir = path.parent
        self._file = MetricsFile(path)
        self._gauges = gauges
        self._clock_watch = clock_watch
        self._process = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._lag = 0.0
        self._counted: dict[str, int] = {}
        self._unsaved = Figures()
        self._failing = False

    async def now(self) -> Span:
        began = int(time.time()) // MINUTE * MINUTE
        spans = await asyncio.to_thread(self._file.read, MINUTE, began - MINUTE, began + MINUTE)
        at, figures = spans[-1] if spans else (began, Figures())
        return Span(_instant(at), timedelta(seconds=MINUTE), figures)

    async def history(self, *, hourly: bool, since: datetime, until: datetime) -> list[Span]:
        length = HOUR if hourly else MINUTE
        spans = await asyncio.to_thread(
            self._file.read, length, int(since.timestamp()), int(until.timestamp())
        )
        step = timedelta(seconds=length)
        return [Span(_instant(began), step, figures) for began, figures in spans]

    async def totals(self) -> Figures:
        totals = await asyncio.to_thread(self._file.totals)
        now = await self.now()
        return Figures(totals.counts, now.figures.gauges, totals.latency)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Take figures while the block lasts, and once more at its end."""
        stop = asyncio.Event()
        tasks = [
            asyncio.create_task(self._watch_lag(stop)),
            asyncio.create_task(self._take_again_and_again(stop)),
        ]
        try:
            yield
        finally:
            stop.set()
            await asyncio.gather(*tasks)

    async def _watch_lag(self, stop: asyncio.Event) -> None:
        """How much later than it should the event loop gets to something."""
        loop = asyncio.get_running_loop()
        while not stop.is_set():
            began = loop.time()
            await _pause(stop, _LAG_SECONDS)
            if not stop.is_set():
                self._lag = max(self._lag, loop.time() - began - _LAG_SECONDS)

    async def _take_again_and_again(self, stop: asyncio.Event) -> None:
        machine: Callable[[], Mapping[str, float]] | None = None
        rolled: float | None = None
        while True:
            await _pause(stop, TAKING_SECONDS)
            try:
                if machine is None:
                    machine = await asyncio.to_thread(machine_gauges, self._data_dir)
                await self._take(machine)
                if rolled is None or time.monotonic() - rolled > _ROLLING_SECONDS:
                    # After a time when nothing ran, hours may be unfinished that are long over.
                    hours = _HOURS_OF_MINUTES if rolled is None else _LATE_HOURS
                    await asyncio.to_thread(self._roll_up, hours)
                    rolled = time.monotonic()
                self._failing = False
            except Exception as error:  # what was counted is kept for the next time
                if not self._failing:
                    self._failing = True
                    _log.warning("figures cannot be kept", exc_info=error)
            if stop.is_set():
                return

    def _roll_up(self, hours: int) -> None:
        self._file.roll_up(int(time.time()), hours, forget=self._clock_watch.is_steady())

    async def _take(self, machine: Callable[[], Mapping[str, float]]) -> None:
        levels = {**await asyncio.to_thread(machine), **await self._gauges()}
        levels["event_loop_lag_ms"], self._lag = round(self._lag * 1000, 1), 0.0
        for name in COUNTED & levels.keys():
            number = int(levels.pop(name))
            self.observe.count(name, number - self._counted.get(name, 0))
            self._counted[name] = number
        self.observe.raise_to(levels)
        self._unsaved = Figures.of_times([self._unsaved, self.observe.take()])
        began = int(time.time()) // MINUTE * MINUTE
        await asyncio.to_thread(self._file.add, self._process, began, self._unsaved)
        self._unsaved = Figures()


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
