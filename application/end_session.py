"""End one of your sessions."""

from dataclasses import dataclass

from domain.errors import NoSuchSession
from domain.events import Ending, sessions_ended
from domain.ports import Begin, Clock
from domain.session import Origin, SignedIn


@dataclass(frozen=True, slots=True)
class EndSession:
    """End one of the caller's own sessions, also this one.

    Somebody else's id is as unknown as one that nobody has. Raises `NoSuchSession`, `Unavailable`.
    """

    begin: Begin
    clock: Clock

    async def __call__(self, *, signed_in: SignedIn, session_id: int, origin: Origin) -> None:
        user_id, now = signed_in.user.id, self.clock.now()
        async with self.begin(origin.client(user_id=user_id)) as work:
            if not await work.sessions.end_one(user_id, session_id):
                raise NoSuchSession
            await work.events.append(
                *sessions_ended(now, user_id, origin, count=1, why=Ending.REVOKED)
            )
