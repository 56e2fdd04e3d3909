"""Make an operator an ordinary user."""

from dataclasses import dataclass

from application.steps.open_account import OpenAccount
from domain.errors import LastOperator
from domain.events import Ending, Event, EventKind, tokens_revoked
from domain.operator import Operator
from domain.ports import Clock
from domain.session import Caller
from domain.user import User, Username


@dataclass(frozen=True, slots=True)
class DemoteOperator:
    """Take an operator's rights, access tokens and codes away; the account and its sessions stay.
    By id or name; `by` is `None` at the command line, where also the last operator can be demoted.

    Nothing happens to who is no operator. Raises `NoSuchUser`, `LastOperator`, `PersonRequired`,
    `FreshLoginRequired`, `NotSignedIn`, `NotAnOperator`, `Unavailable`.
    """

    open_account: OpenAccount
    clock: Clock

    async def __call__(
        self, *, user: int | Username, caller: Caller, by: Operator | None = None
    ) -> User:
        async with self.open_account(by, user) as opened:
            work, found, actor = opened.work, opened.user, opened.actor_id
            if not found.is_operator:
                return found
            is_last = not await work.users.has_other_operator(found.id)
            if by and is_last:
                raise LastOperator
            now = self.clock.now()
            demoted = await work.users.save(found.demoted())
            await work.codes.void(found.id)
            await work.invitations.revoke_all(found.id, now)
            keys = await work.tokens.end_all(found.id)
            await work.events.append(
                Event(EventKind.OPERATOR_DEMOTED, now, found.id, caller, actor_id=actor),
                *tokens_revoked(now, keys, caller, why=Ending.DEMOTED, actor_id=actor),
            )
            return demoted
