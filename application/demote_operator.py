"""Make an operator an ordinary user."""

from dataclasses import dataclass

from domain.errors import LastOperator, NoSuchUser
from domain.events import Ending, Event, EventKind, tokens_revoked
from domain.operator import Operator
from domain.ports import Clock, Lookup
from domain.session import Origin
from domain.steps import BeginAsOperator
from domain.user import User, Username


@dataclass(frozen=True, slots=True)
class DemoteOperator:
    """Take an operator's rights, access keys and codes away; the account stays. By id or name; `by`
    is `None` at the command line, where also the last operator can be demoted.

    Nothing happens to who is none. Raises `NoSuchUser`, `LastOperator`, `PersonRequired`,
    `FreshLoginRequired`, `Unavailable`.
    """

    begin: BeginAsOperator
    lookup: Lookup
    clock: Clock

    async def __call__(
        self, *, user: int | Username, origin: Origin, by: Operator | None = None
    ) -> User:
        user_id = user if isinstance(user, int) else await self._id_of(user)
        async with self.begin(by) as work:
            found = await work.users.get(user_id)
            if found is None:
                raise NoSuchUser
            if not found.is_operator:
                return found
            if by:
                by.demand_power_over(found)
                if not await work.users.has_other_operator(found.id):
                    raise LastOperator
            now, actor = self.clock.now(), by.user.id if by else None
            found = await work.users.save(found.demoted())
            await work.codes.void(found.id)
            keys = await work.tokens.end_all(found.id)
            await work.events.append(
                Event(EventKind.OPERATOR_DEMOTED, now, found.id, origin, actor_id=actor),
                *tokens_revoked(now, keys, origin, why=Ending.DEMOTED, actor_id=actor),
            )
        return found

    async def _id_of(self, name: Username) -> int:
        found = await self.lookup.user(name)
        if found is None:
            raise NoSuchUser
        return found.id
