"""End the session presented."""

from dataclasses import dataclass

from domain.events import Ending, sessions_ended
from domain.ports import Begin, Clock
from domain.session import Origin, SessionToken


@dataclass(frozen=True, slots=True)
class LogOut:
    """End the session presented; harmless when there is none. Raises `Unavailable`."""

    begin: Begin
    clock: Clock

    async def __call__(self, *, presented: SessionToken | None, origin: Origin) -> None:
        if presented is None:
            return
        async with self.begin(origin.client()) as work:
            ended = await work.sessions.end(presented.digest)
            if ended:
                now = self.clock.now()
                await work.events.append(
                    *sessions_ended(now, ended.user_id, origin, count=1, why=Ending.LOGGED_OUT)
                )
