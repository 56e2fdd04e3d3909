"""Let somebody who forgot the password choose a new one."""

from dataclasses import dataclass
from datetime import timedelta

from domain.errors import NoSuchUser
from domain.events import Event, EventKind
from domain.operator import Code, Grant, Operator, Purpose
from domain.ports import Clock, TokenGenerator
from domain.session import Origin
from domain.steps import BeginAsOperator


@dataclass(frozen=True, slots=True)
class SetResetCode:
    """Make a code with which this user can choose a new password, once, within `lifetime`. An
    earlier one is no longer valid. The operator hands it over; nobody else knows it. It counts
    only while this operator could still make it.

    Raises `NoSuchUser`, `PersonRequired`, `FreshLoginRequired`, `Unavailable`.
    """

    begin: BeginAsOperator
    clock: Clock
    tokens: TokenGenerator
    lifetime: timedelta = timedelta(hours=24)

    async def __call__(self, *, by: Operator, user_id: int, origin: Origin) -> tuple[Code, Grant]:
        by.demand_fresh()
        code = Code(self.tokens.new().value)
        async with self.begin(by) as work:
            user = await work.users.get(user_id)
            if user is None:
                raise NoSuchUser
            by.demand_power_over(user)
            now, actor = self.clock.now(), by.user.id
            grant = Grant(Purpose.RESET, user.id, now + self.lifetime, by.issuer)
            await work.codes.put(code.digest, grant)
            set_ = Event(EventKind.RESET_CODE_SET, now, user.id, origin, actor_id=actor)
            await work.events.append(set_)
        return code, grant
