"""The operating system's clocks and random numbers."""

import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from domain.ports import Clock
from domain.secrets import Secret

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class SystemClock:
    """Fits `domain.ports.Clock`."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class SteadyClock:
    """Fits `domain.ports.ClockWatch`: holds the clock against `monotonic`, which nobody can set.

    If they have moved apart by `jump` since the start or the last jump, that is a jump. It begins
    to be steady again `patience` later.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        jump: timedelta = timedelta(minutes=5),
        patience: timedelta = timedelta(hours=1),
    ) -> None:
        self._clock, self._monotonic = clock, monotonic
        self._jump, self._patience = jump, patience
        self._begin_anew()

    def is_steady(self) -> bool:
        if abs(self._apart() - self._known_apart) >= self._jump:
            self._begin_anew()
        return self._monotonic() >= self._steady_at

    def _begin_anew(self) -> None:
        self._known_apart = self._apart()
        self._steady_at = self._monotonic() + self._patience.total_seconds()

    def _apart(self) -> timedelta:
        return self._clock.now() - _EPOCH - timedelta(seconds=self._monotonic())


_Kind = TypeVar("_Kind", bound=Secret)


class SystemSecrets:
    """Fits `domain.secrets.Secrets`: 256 bits from the operating system."""

    def new(self, kind: type[_Kind]) -> _Kind:
        return kind(secrets.token_urlsafe(32))
