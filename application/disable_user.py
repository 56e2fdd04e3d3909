"""Shut an account, and open it again."""

from dataclasses import dataclass

from domain.errors import LastOperator, NoSuchUser
from domain.events import Ending, Event, EventKind, sessions_ended, tokens_revoked
from domain.operator import Operator
from domain.ports import Clock, Lookup, UnitOfWork
from domain.session import Origin
from domain.steps import BeginAsOperator
from domain.user import User, Username


@dataclass(frozen=True, slots=True)
class DisableUser:
    """Refuse this user's logins and end all sessions, or let the user in again, by id or name.
    `by` is `None` at the console.

    A refusal looks like a wrong password. Access keys and codes end too, and do not come back.
    Nothing happens if it is so already. Raises `NoSuchUser`, `LastOperator`, `PersonRequired`,
    `FreshLoginRequired`, `Unavailable`.
    """

    begin: BeginAsOperator
    lookup: Lookup
    clock: Clock

    async def __call__(
        self,
        *,
        user: int | Username,
        origin: Origin,
        by: Operator | None = None,
        disabled: bool = True,
    ) -> User:
        kind = EventKind.ACCOUNT_DISABLED if disabled else EventKind.ACCOUNT_ENABLED
        user_id = user if isinstance(user, int) else await self._id_of(user)
        async with self.begin(by) as work:
            found = await work.users.get(user_id)
            if found is None:
                raise NoSuchUser
            if by:
                by.demand_power_over(found)
            if bool(found.disabled_at) == disabled:
                return found
            if by and disabled and found.is_operator:
                await self._demand_another(work, found)
            now, actor = self.clock.now(), by.user.id if by else None
            found = await work.users.save(found.disabled(now if disabled else None))
            ended = await work.sessions.end_all(user_id) if disabled else 0
            keys = await work.tokens.end_all(user_id) if disabled else []
            await work.codes.void(user_id)
            await work.events.append(
                Event(kind, now, user_id, origin, actor_id=actor),
                *sessions_ended(
                    now, user_id, origin, count=ended, why=Ending.DISABLED, actor_id=actor
                ),
                *tokens_revoked(now, keys, origin, why=Ending.DISABLED, actor_id=actor),
            )
        return found

    async def _demand_another(self, work: UnitOfWork, operator: User) -> None:
        if not await work.users.has_other_operator(operator.id):
            raise LastOperator

    async def _id_of(self, name: Username) -> int:
        found = await self.lookup.user(name)
        if found is None:
            raise NoSuchUser
        return found.id
