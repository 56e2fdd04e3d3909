"""Let somebody in again."""

from dataclasses import dataclass

from application.steps.open_account import OpenAccount
from domain.events import Event, EventKind
from domain.operator import Operator
from domain.ports import Clock
from domain.session import Origin
from domain.user import User, Username


@dataclass(frozen=True, slots=True)
class EnableUser:
    """Accept this user's logins again, with the password there was, by id or name. Sessions, access
    keys and codes do not come back. `by` is `None` at the command line.

    Nothing happens to who is not disabled. Raises `NoSuchUser`, `PersonRequired`,
    `FreshLoginRequired`, `NotSignedIn`, `NotAnOperator`, `Unavailable`.
    """

    open_account: OpenAccount
    clock: Clock

    async def __call__(
        self, *, user: int | Username, origin: Origin, by: Operator | None = None
    ) -> User:
        async with self.open_account(by, user) as opened:
            work, found = opened.work, opened.user
            if not found.is_disabled:
                return found
            enabled = await work.users.save(found.enabled())
            await work.codes.void(found.id)
            now, kind = self.clock.now(), EventKind.ACCOUNT_ENABLED
            await work.events.append(Event(kind, now, found.id, origin, actor_id=opened.actor_id))
            return enabled
