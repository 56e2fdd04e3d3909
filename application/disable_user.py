"""Shut an account, and open it again."""

from dataclasses import dataclass

from domain.events import Ending, Event, EventKind, sessions_ended
from domain.ports import Begin, Clock, Lookup
from domain.session import Origin
from domain.user import Username


@dataclass(frozen=True, slots=True)
class DisableUser:
    """Refuse this user's logins and end all sessions, or let the user in again.

    A refusal looks like a wrong password. Says whether there is such a user. Raises `Unavailable`.
    """

    begin: Begin
    lookup: Lookup
    clock: Clock

    async def __call__(self, *, username: str, origin: Origin, disabled: bool = True) -> bool:
        found = await self.lookup.user(Username(username))
        if found is None:
            return False
        kind = EventKind.ACCOUNT_DISABLED if disabled else EventKind.ACCOUNT_ENABLED
        async with self.begin() as work:
            user = await work.users.get(found.id)
            if user is None:
                return False
            now = self.clock.now()
            await work.users.save(user.disabled(now if disabled else None))
            ended = await work.sessions.end_all(user.id) if disabled else 0
            await work.events.append(
                Event(kind, now, user.id, origin),
                *sessions_ended(now, user.id, origin, count=ended, why=Ending.DISABLED),
            )
        return True
