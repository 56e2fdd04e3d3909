"""Something that happens later, unless it is cancelled."""

from asyncio import AbstractEventLoop, TimerHandle
from collections.abc import Callable


class Deadline:
    """At most one thing at a time."""

    def __init__(self, loop: AbstractEventLoop) -> None:
        self._loop = loop
        self._timer: TimerHandle | None = None

    @property
    def is_set(self) -> bool:
        """Whether something will happen."""
        return self._timer is not None

    def set(self, seconds: float, act: Callable[[], None]) -> None:
        """Do this so much later, in place of what would have happened."""
        self.cancel()
        self._timer = self._loop.call_later(seconds, self._happen, act)

    def cancel(self) -> None:
        """Let nothing happen."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _happen(self, act: Callable[[], None]) -> None:
        self._timer = None
        act()
