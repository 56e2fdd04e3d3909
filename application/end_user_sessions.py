"""End somebody else's sessions."""

from dataclasses import dataclass

from domain.errors import NoSuchSession, NoSuchUser
from domain.events import Ending, sessions_ended
from domain.operator import Operator
from domain.ports import Clock
from domain.session import Origin
from domain.steps import BeginAsOperator


@dataclass(frozen=True, slots=True)
class EndUserSessions:
    """End one session of a user, or all, and say how many. Raises `NoSuchUser`, `NoSuchSession`,
    `PersonRequired`, `FreshLoginRequired`, `Unavailable`.
    """

    begin: BeginAsOperator
    clock: Clock

    async def __call__(
        self, *, by: Operator, user_id: int, session_id: int | None, origin: Origin
    ) -> int:
        async with self.begin(by) as work:
            user = await work.users.get(user_id)
            if user is None:
                raise NoSuchUser
            by.demand_power_over(user)
            if session_id is None:
                ended = await work.sessions.end_all(user_id)
            else:
                ended = int(await work.sessions.end_one(user_id, session_id))
                if not ended:
                    raise NoSuchSession
            now, why, actor = self.clock.now(), Ending.REVOKED, by.user.id
            await work.events.append(
                *sessions_ended(now, user_id, origin, count=ended, why=why, actor_id=actor)
            )
        return ended
