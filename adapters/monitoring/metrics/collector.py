"""Figures, taken every few seconds and kept for the workers of all nodes."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from adapters.monitoring.complaints import complain
from adapters.monitoring.metrics.figures import HOUR, MINUTE, SqlFigures
from adapters.monitoring.metrics.machine import machine_gauges
from adapters.monitoring.metrics.meter import Meter
from adapters.monitoring.metrics.workers import SqlWorkers
from adapters.monitoring.store import Store
from application.operations.metrics import COUNTED, Figures, Span
from application.operations.nodes import Worker, WorkerName
from domain.errors import Unavailable
from domain.ports import ClockWatch

LAG_SECONDS = 0.25
_ROLLING_SECONDS = 60.0
_HOURS_OF_MINUTES, _LATE_HOURS = 24, 2

Gauges = Callable[[], Awaitable[Mapping[str, float]]]


class MetricsCollector:
    """Fits `Observe`, as `observe`, and `Metrics`.

    `gauges` tells levels that only the service itself knows, and `leases` what this worker does
    for all. Hours are made, and what is old is removed, by the worker that `rolls_up`.
    """

    def __init__(
        self,
        store: Store,
        name: WorkerName,
        *,
        version: str,
        data_dir: Path,
        gauges: Gauges,
        clock_watch: ClockWatch,
        leases: Callable[[], list[str]] = list,
        rolls_up: Callable[[], bool] = lambda: True,
    ) -> None:
        self.observe = Meter()
        self._figures, self._workers = SqlFigures(store), SqlWorkers(store)
        self._name, self._version = name, version
        self._data_dir = data_dir
        self._gauges = gauges
        self._clock_watch = clock_watch
        self._leases, self._rolls_up = leases, rolls_up
        self._started = datetime.now(UTC)
        self._lag = 0.0
        self._noted: float | None = None
        self._machine: Callable[[], Mapping[str, float]] | None = None
        self._rolled: float | None = None
        self._counted: dict[str, int] = {}
        self._unsaved = Figures()
        self._failing = False

    async def now(self, node: str | None = None) -> Span:
        began = int(time.time()) // MINUTE * MINUTE
        spans = await self._figures.read(MINUTE, began - MINUTE, began + MINUTE, node)
        at, figures = spans[-1] if spans else (began, Figures())
        return Span(_instant(at), timedelta(seconds=MINUTE), figures)

    async def history(
        self, *, hourly: bool, since: datetime, until: datetime, node: str | None = None
    ) -> list[Span]:
        length = HOUR if hourly else MINUTE
        spans = await self._figures.read(
            length, int(since.timestamp()), int(until.timestamp()), node
        )
        step = timedelta(seconds=length)
        return [Span(_instant(began), step, figures) for began, figures in spans]

    async def totals(self) -> dict[str, Figures]:
        totals = await self._figures.totals()
        levels = {node: (await self.now(node)).figures.gauges for node in totals}
        return {
            node: Figures(each.counts, levels[node], each.latency) for node, each in totals.items()
        }

    async def workers(self) -> list[Worker]:
        return await self._workers.all()

    async def say_goodbye(self) -> None:
        """To be called at the end: this worker has stopped, and is not missing."""
        with suppress(Unavailable):
            await self._report(has_stopped=True)

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
            machine = self._machine
            if machine is None:
                # Shares of the processor are since it was made: the next time there are some.
                self._machine = await asyncio.to_thread(machine_gauges, self._data_dir)
            await self._take(machine or dict)
            await self._report()
            if self._rolls_up():
                await self._roll_up_now_and_then()
            self._failing = False
        except Unavailable as error:
            if not self._failing:
                self._failing = True
                complain("figures cannot be kept", error)

    async def _roll_up_now_and_then(self) -> None:
        if self._rolled is not None and time.monotonic() - self._rolled <= _ROLLING_SECONDS:
            return
        # After a time when nobody did it, hours may be unfinished that are long over.
        hours = _HOURS_OF_MINUTES if self._rolled is None else _LATE_HOURS
        is_steady = self._clock_watch.is_steady()
        await self._figures.roll_up(int(time.time()), hours, forget=is_steady)
        await self._workers.forget()
        self._rolled = time.monotonic()

    async def _report(self, *, has_stopped: bool = False) -> None:
        await self._workers.report(
            self._name,
            version=self._version,
            started=self._started,
            leases=[] if has_stopped else self._leases(),
            has_stopped=has_stopped,
        )

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
        await self._figures.add(self._name, began, self._unsaved)
        self._unsaved = Figures()


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
