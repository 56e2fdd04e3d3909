"""Forget what is over."""

from dataclasses import dataclass
from datetime import timedelta

from domain.invitation import KEPT_AFTER_EXPIRY
from domain.ports import Clock, ClockWatch, UnitOfWorkFactory
from domain.throttle import Throttle


@dataclass(frozen=True, slots=True)
class CleanUp:
    """Remove some expired sessions, events older than `keep_events`, names that are no longer held
    and invitations of long ago, and say how many; what the throttle need not remember, too. Nothing
    is removed by a clock that has just jumped.

    A batch is small, so that other writers wait no longer than for each other. Zero means that
    nothing is left to do. Raises `Unavailable`.
    """

    begin: UnitOfWorkFactory
    clock: Clock
    clock_watch: ClockWatch
    throttle: Throttle
    keep_events: timedelta
    batch: int = 500

    async def __call__(self) -> int:
        if not self.clock_watch.is_steady():
            return 0
        now = self.clock.now()
        await self.throttle.forget()
        async with self.begin() as work:
            sessions = await work.sessions.remove_expired(now, at_most=self.batch)
            events = await work.events.remove_older(now - self.keep_events, at_most=self.batch)
            names = await work.names.remove_old(now, at_most=self.batch)
            long_ago = now - KEPT_AFTER_EXPIRY
            invitations = await work.invitations.remove_old(long_ago, at_most=self.batch)
        return sessions + events + names + invitations
