"""Something that happens later, unless it is put off."""

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
        self.put_off()
        self._timer = self._loop.call_later(seconds, act)

    def put_off(self) -> None:
        """Nothing happens."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
