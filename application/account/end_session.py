"""End one of your sessions."""

from dataclasses import dataclass

from domain.errors import NoSuchSession, NotSignedIn
from domain.events import Ending, sessions_ended
from domain.history import AccountHistory
from domain.ports import Clock, UnitOfWorkFactory
from domain.secrets import SessionToken
from domain.session import Caller, SignedIn


@dataclass(frozen=True, slots=True)
class EndSession:
    """End one of the caller's own sessions, also this one.

    Somebody else's id is as unknown as one that nobody has. Raises `NotSignedIn`,
    `NoSuchSession`, `Unavailable`.
    """

    begin: UnitOfWorkFactory
    history: AccountHistory
    clock: Clock

    async def __call__(
        self, *, signed_in: SignedIn, presented: SessionToken, session_id: int, caller: Caller
    ) -> None:
        user_id, now = signed_in.user.id, self.clock.now()
        own = await self.history.sessions(user_id)
        if all(session.id != session_id for session in own):
            raise NoSuchSession  # without waiting for a writer
        async with self.begin(caller.client(user_id=user_id)) as work:
            if await work.sessions.find(presented.digest) is None:
                raise NotSignedIn
            if not await work.sessions.end_one(user_id, session_id):
                raise NoSuchSession
            await work.events.append(
                *sessions_ended(now, user_id, caller, count=1, why=Ending.REVOKED)
            )
