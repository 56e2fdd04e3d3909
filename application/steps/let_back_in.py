"""Enable an account within a unit of work."""

from dataclasses import dataclass

from domain.events import Event, EventKind
from domain.ports import Clock, UnitOfWork
from domain.session import Caller
from domain.user import User


@dataclass(frozen=True, slots=True)
class LetBackIn:
    """Accept the user's logins again, with the password there was. Sessions, access tokens and
    codes do not come back. Raises `Unavailable`.
    """

    clock: Clock

    async def __call__(
        self, work: UnitOfWork, user: User, *, caller: Caller, actor_id: int | None
    ) -> User:
        enabled = await work.users.save(user.enabled())
        await work.codes.void(user.id)
        now, kind = self.clock.now(), EventKind.ACCOUNT_ENABLED
        await work.events.append(Event(kind, now, user.id, caller, actor_id=actor_id))
        return enabled
