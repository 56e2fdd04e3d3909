"""Part of the composition root: what one process does for all nodes."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from domain.errors import Unavailable
from domain.ports import Leases

_log = logging.getLogger("frontdesk")


class Work(StrEnum):
    """What one process does for all."""

    METRICS = "metrics"
    REQUEST_LOG = "request_log"


LEASE = timedelta(seconds=30)
RENEWED_EVERY = timedelta(seconds=10)
"""A dead holder's lease is another's within the sum of both."""


@dataclass(slots=True)
class LeaseHolder:
    """Takes every lease that is free, and renews those it has."""

    leases: Leases
    holder: str
    monotonic: Callable[[], float] = time.monotonic
    _until: dict[Work, float] = field(default_factory=dict)

    async def renew(self) -> None:
        """To be called every `RENEWED_EVERY`. Raises `Unavailable`: it keeps what it has until that
        ends.
        """
        # From before it was asked for: here it never seems to last longer than it does.
        until = self.monotonic() + LEASE.total_seconds()
        held = await self.leases.take(tuple(Work), self.holder, LEASE)
        self._until = {work: until for work in Work if work in held}

    def holds(self, work: Work) -> bool:
        """Whether this process is the one that does it."""
        return self.monotonic() < self._until.get(work, float("-inf"))

    @property
    def held(self) -> list[Work]:
        """What this process does for all."""
        return [work for work in Work if self.holds(work)]

    @asynccontextmanager
    async def holding(self) -> AsyncIterator[None]:
        """Take and renew them while the block lasts, from its beginning on."""
        stop = asyncio.Event()
        task = asyncio.create_task(self._renew_until(stop))
        try:
            yield
        finally:
            stop.set()
            await task  # not cancelled, for it may be in a transaction
            with suppress(Unavailable):
                await self.give_back()

    async def _renew_until(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await self.renew()
            except Unavailable as error:
                _log.warning(f"leases cannot be renewed: {error}")
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), RENEWED_EVERY.total_seconds())

    async def give_back(self) -> None:
        """To be called at the end: others need not wait. Raises `Unavailable`."""
        self._until = {}
        await self.leases.give_back(self.holder)
