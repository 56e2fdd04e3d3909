"""End the session presented."""

from dataclasses import dataclass

from domain.events import Ending, sessions_ended
from domain.ports import Clock, Lookup, UnitOfWorkFactory
from domain.secrets import SessionToken
from domain.session import Caller


@dataclass(frozen=True, slots=True)
class LogOut:
    """End the session presented, and say whose it was; harmless when there is none. A token nobody
    has costs a look-up, and waits for no writer. Raises `Unavailable`.
    """

    begin: UnitOfWorkFactory
    lookup: Lookup
    clock: Clock

    async def __call__(self, *, presented: SessionToken | None, caller: Caller) -> int | None:
        if presented is None:
            return None
        known = await self.lookup.session(presented.digest)
        if known is None:
            return None
        async with self.begin(caller.client(user_id=known.user.id)) as work:
            ended = await work.sessions.end(presented.digest)
            if ended:
                now = self.clock.now()
                await work.events.append(
                    *sessions_ended(now, ended.user_id, caller, count=1, why=Ending.LOGGED_OUT)
                )
        return ended.user_id if ended else None
