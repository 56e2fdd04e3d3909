"""End all your sessions but this one."""

from dataclasses import dataclass

from domain.errors import NotSignedIn
from domain.events import Ending, sessions_ended
from domain.ports import Clock, UnitOfWorkFactory
from domain.secrets import SessionToken
from domain.session import Caller, SignedIn


@dataclass(frozen=True, slots=True)
class EndOtherSessions:
    """End all of the caller's sessions but this one, and say how many. Raises `NotSignedIn`,
    `Unavailable`.
    """

    begin: UnitOfWorkFactory
    clock: Clock

    async def __call__(
        self, *, signed_in: SignedIn, presented: SessionToken, caller: Caller
    ) -> int:
        user_id, now = signed_in.user.id, self.clock.now()
        async with self.begin(caller.client(user_id=user_id)) as work:
            if await work.sessions.find(presented.digest) is None:
                raise NotSignedIn
            ended = await work.sessions.end_all(user_id, but=signed_in.session.id)
            await work.events.append(
                *sessions_ended(now, user_id, caller, count=ended, why=Ending.REVOKED)
            )
        return ended
