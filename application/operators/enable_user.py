"""Let somebody in again."""

from dataclasses import dataclass

from application.steps.let_back_in import LetBackIn
from application.steps.open_account import OpenAccount
from domain.operator import Operator
from domain.session import Caller
from domain.user import User, Username


@dataclass(frozen=True, slots=True)
class EnableUser:
    """Accept this user's logins again, with the password there was, by id or name. Sessions, access
    keys and codes do not come back. `by` is `None` at the command line.

    Nothing happens to who is not disabled. Raises `NoSuchUser`, `PersonRequired`,
    `FreshLoginRequired`, `NotSignedIn`, `NotAnOperator`, `Unavailable`.
    """

    open_account: OpenAccount
    let_back_in: LetBackIn

    async def __call__(
        self, *, user: int | Username, caller: Caller, by: Operator | None = None
    ) -> User:
        async with self.open_account(by, user) as opened:
            if not opened.user.is_disabled:
                return opened.user
            return await self.let_back_in(
                opened.work, opened.user, caller=caller, actor_id=opened.actor_id
            )
