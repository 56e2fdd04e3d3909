"""Make a user an operator."""

from dataclasses import dataclass

from application.steps.open_account import OpenAccount
from domain.events import Event, EventKind
from domain.operator import Operator
from domain.ports import Clock
from domain.session import Caller
from domain.user import User, Username


@dataclass(frozen=True, slots=True)
class PromoteUser:
    """Give a user the rights of an operator. That takes an operator in person, moments after a
    login: who could do it with a key, or with a session that was left open, could keep the power.
    Codes that were made for the user before are void, for others may know them.

    By id or name; `by` is `None` at the command line. Nothing happens to who is one. Raises
    `PersonRequired`, `FreshLoginRequired`, `NoSuchUser`, `NotSignedIn`, `NotAnOperator`,
    `Unavailable`.
    """

    open_account: OpenAccount
    clock: Clock

    async def __call__(
        self, *, user: int | Username, caller: Caller, by: Operator | None = None
    ) -> User:
        async with self.open_account(by, user) as opened:
            if by:
                by.demand_person()
            work, found = opened.work, opened.user
            if found.is_operator:
                return found
            promoted = await work.users.save(found.promoted())
            await work.codes.void(found.id)
            await work.codes.void_set_up()
            now, kind = self.clock.now(), EventKind.OPERATOR_MADE
            await work.events.append(Event(kind, now, found.id, caller, actor_id=opened.actor_id))
            return promoted
