"""Let somebody who forgot the password choose a new one."""

from dataclasses import dataclass
from datetime import timedelta

from application.steps.open_account import OpenAccount
from domain.events import Event, EventKind
from domain.operator import Grant, IssuedCode, Operator, Purpose
from domain.ports import Clock
from domain.secrets import OneTimeCode, Secrets
from domain.session import Origin


@dataclass(frozen=True, slots=True)
class SetResetCode:
    """Make a code with which this user can choose a new password, once, within `lifetime`. An
    earlier one is no longer valid. The operator hands it over; nobody else knows it. It counts
    only while this operator could still make it.

    Raises `NoSuchUser`, `PersonRequired`, `FreshLoginRequired`, `NotSignedIn`, `NotAnOperator`,
    `Unavailable`.
    """

    open_account: OpenAccount
    clock: Clock
    secrets: Secrets
    lifetime: timedelta = timedelta(hours=24)

    async def __call__(self, *, by: Operator, user_id: int, origin: Origin) -> IssuedCode:
        by.demand_fresh()
        code = self.secrets.new(OneTimeCode)
        async with self.open_account(by, user_id) as opened:
            work, user, now = opened.work, opened.user, self.clock.now()
            grant = Grant(Purpose.RESET, user.id, now + self.lifetime, by.issuer)
            await work.codes.put(code.digest, grant)
            set_ = Event(EventKind.RESET_CODE_SET, now, user.id, origin, actor_id=by.user.id)
            await work.events.append(set_)
        return IssuedCode(code, grant)
