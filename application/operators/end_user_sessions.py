"""End somebody else's sessions."""

from dataclasses import dataclass

from application.steps.open_account import OpenAccount
from domain.errors import NoSuchSession
from domain.events import Ending, sessions_ended
from domain.operator import Operator
from domain.ports import Clock
from domain.session import Caller
from domain.user import Username


@dataclass(frozen=True, slots=True)
class EndUserSessions:
    """End one session of a user, or all, and say how many. The user is named by id or name; `by` is
    `None` at the command line. Raises `NoSuchUser`, `NoSuchSession`, `PersonRequired`,
    `FreshLoginRequired`, `NotSignedIn`, `NotAnOperator`, `Unavailable`.
    """

    open_account: OpenAccount
    clock: Clock

    async def __call__(
        self,
        *,
        user: int | Username,
        caller: Caller,
        by: Operator | None = None,
        session_id: int | None = None,
    ) -> int:
        async with self.open_account(by, user) as opened:
            work, user_id = opened.work, opened.user.id
            if session_id is None:
                ended = await work.sessions.end_all(user_id)
            else:
                ended = int(await work.sessions.end_one(user_id, session_id))
                if not ended:
                    raise NoSuchSession
            now, why, actor = self.clock.now(), Ending.REVOKED, opened.actor_id
            await work.events.append(
                *sessions_ended(now, user_id, caller, count=ended, why=why, actor_id=actor)
            )
        return ended
