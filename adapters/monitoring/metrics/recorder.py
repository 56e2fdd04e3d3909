"""Figures, taken every few seconds and kept for all processes together."""

import asyncio
import logging
import os
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from adapters.monitoring.metrics.machine import machine_gauges
from adapters.monitoring.metrics.meter import Meter
from adapters.monitoring.metrics.sqlite import HOUR, MINUTE, MetricsFile
from application.operations.metrics import COUNTED, Figures, Span
from domain.errors import Unavailable
from domain.ports import ClockWatch

_log = logging.getLogger("frontdesk")

LAG_SECONDS = 0.25
_ROLLING_SECONDS = 60.0
_HOURS_OF_MINUTES, _LATE_HOURS = 24, 2

Gauges = Callable[[], Awaitable[Mapping[str, float]]]


class MetricsRecorder:
    """Fits `Observe`, as `observe`, and `Metrics`.

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
        self._noted: float | None = None
        self._machine: Callable[[], Mapping[str, float]] | None = None
        self._rolled: float | None = None
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

    async def note_lag(self) -> None:
        """To be called every `LAG_SECONDS`: how much later than it should the event loop gets here
        is a gauge.
        """
        now = asyncio.get_running_loop().time()
        if self._noted is not None:
            self._lag = max(self._lag, now - self._noted - LAG_SECONDS)
        self._noted = now

    async def take(self) -> None:
        """To be called every some seconds, and once more at the end: store what was counted since.
        What cannot be stored is kept for the next time.
        """
        try:
            if self._machine is None:
                self._machine = await asyncio.to_thread(machine_gauges, self._data_dir)
            await self._take(self._machine)
            if self._rolled is None or time.monotonic() - self._rolled > _ROLLING_SECONDS:
                # After a time when nothing ran, hours may be unfinished that are long over.
                hours = _HOURS_OF_MINUTES if self._rolled is None else _LATE_HOURS
                await asyncio.to_thread(self._roll_up, hours)
                self._rolled = time.monotonic()
            self._failing = False
        except Unavailable as error:
            if not self._failing:
                self._failing = True
                _log.warning("figures cannot be kept", exc_info=error)

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


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
