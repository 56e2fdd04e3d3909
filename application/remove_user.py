"""Delete somebody else's account."""

from dataclasses import dataclass

from domain.account import Receipt
from domain.errors import LastOperator, NoSuchUser
from domain.events import Event, EventKind
from domain.operator import Operator
from domain.ports import Clock
from domain.session import Origin
from domain.steps import BeginAsOperator

_NOWHERE = Origin("", "")


@dataclass(frozen=True, slots=True)
class RemoveUser:
    """Delete an account, its sessions, and personal data in its events, as if its owner had.

    Raises `NoSuchUser`, `LastOperator`, `PersonRequired`, `FreshLoginRequired`, `Unavailable`.
    """

    begin: BeginAsOperator
    clock: Clock

    async def __call__(self, *, by: Operator, user_id: int, origin: Origin) -> Receipt:
        by.demand_fresh()
        async with self.begin(by) as work:
            user = await work.users.get(user_id)
            if user is None:
                raise NoSuchUser
            by.demand_power_over(user)
            if user.is_operator and not await work.users.has_other_operator(user.id):
                raise LastOperator
            now, kind = self.clock.now(), EventKind.ACCOUNT_DELETED
            sessions = await work.sessions.end_all(user.id)
            events = await work.events.erase_personal(user.id)
            await work.users.delete(user.id)
            where = _NOWHERE if by.user.id == user.id else origin
            await work.events.append(Event(kind, now, user.id, where, actor_id=by.user.id))
        return Receipt(now, user, sessions, events)
