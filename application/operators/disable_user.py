"""Shut somebody out."""

from dataclasses import dataclass

from application.steps.open_account import OpenAccount
from application.steps.shut_out import ShutOut
from domain.errors import LastOperator
from domain.operator import Operator, parse_reason
from domain.session import Caller
from domain.user import User, Username


@dataclass(frozen=True, slots=True)
class DisableUser:
    """Refuse this user's logins and end all sessions, access tokens and codes, by id or name. `by`
    is `None` at the command line, where also the last operator can be disabled.

    A refusal looks like a wrong password; the `reason` goes on record. Nothing happens to who is
    disabled already. Raises `InvalidReason`, `NoSuchUser`, `LastOperator`, `PersonRequired`,
    `FreshLoginRequired`, `NotSignedIn`, `NotAnOperator`, `Unavailable`.
    """

    open_account: OpenAccount
    shut_out: ShutOut

    async def __call__(
        self,
        *,
        user: int | Username,
        caller: Caller,
        by: Operator | None = None,
        reason: str = "",
    ) -> User:
        why = parse_reason(reason)
        async with self.open_account(by, user) as opened:
            work, found, actor = opened.work, opened.user, opened.actor_id
            if found.is_disabled:
                return found
            is_last = found.is_operator and not await work.users.has_other_operator(found.id)
            if by and is_last:
                raise LastOperator
            return await self.shut_out(work, found, caller=caller, actor_id=actor, reason=why)
