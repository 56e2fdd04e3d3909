"""Let somebody who forgot the password choose a new one."""

from dataclasses import dataclass
from datetime import timedelta

from application.steps.open_account import OpenAccount
from domain.events import Event, EventKind
from domain.operator import IssuedCode, Operator, Purpose, StoredCode
from domain.ports import Clock
from domain.secrets import OneTimeCode, Secrets
from domain.session import Caller
from domain.user import Username


@dataclass(frozen=True, slots=True)
class SetResetCode:
    """Make a code with which this user can choose a new password, once, within `lifetime`. An
    earlier one is no longer valid. The operator hands it over; nobody else knows it. It counts only
    while this operator could still make it; the command line, where `by` is `None`, always can. The
    user is named by id or name.

    Raises `NoSuchUser`, `PersonRequired`, `FreshLoginRequired`, `NotSignedIn`, `NotAnOperator`,
    `Unavailable`.
    """

    open_account: OpenAccount
    clock: Clock
    secrets: Secrets
    lifetime: timedelta = timedelta(hours=24)

    async def __call__(
        self, *, user: int | Username, caller: Caller, by: Operator | None = None
    ) -> IssuedCode:
        if by:
            by.demand_fresh()
        code = self.secrets.new(OneTimeCode)
        async with self.open_account(by, user) as opened:
            work, now, user_id = opened.work, self.clock.now(), opened.user.id
            issuer = by.issuer if by else None
            stored = StoredCode(Purpose.RESET, user_id, now + self.lifetime, issuer)
            await work.codes.put(code.digest, stored)
            kind, actor = EventKind.RESET_CODE_SET, opened.actor_id
            set_ = Event(kind, now, user_id, caller, actor_id=actor)
            await work.events.append(set_)
        return IssuedCode(code, stored)
