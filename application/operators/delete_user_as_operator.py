"""Delete somebody else's account."""

from dataclasses import dataclass

from application.steps.erase_account import EraseAccount
from application.steps.open_account import OpenAccount
from domain.account import Receipt
from domain.operator import Operator
from domain.session import Caller
from domain.user import Username


@dataclass(frozen=True, slots=True)
class DeleteUserAsOperator:
    """Delete an account, its sessions, and personal data in its events, as if its owner had. By id
    or name; `by` is `None` at the command line.

    Raises `NoSuchUser`, `LastOperator`, `PersonRequired`, `FreshLoginRequired`, `NotSignedIn`,
    `NotAnOperator`, `Unavailable`.
    """

    open_account: OpenAccount
    erase_account: EraseAccount

    async def __call__(
        self, *, user: int | Username, caller: Caller, by: Operator | None = None
    ) -> Receipt:
        if by:
            by.demand_fresh()
        async with self.open_account(by, user) as opened:
            return await self.erase_account(
                opened.work, opened.user, caller=caller, actor_id=opened.actor_id
            )
