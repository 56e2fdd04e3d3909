"""Shut somebody out."""

from dataclasses import dataclass

from application.steps.open_account import OpenAccount
from domain.errors import LastOperator
from domain.events import Ending, Event, EventKind, sessions_ended, tokens_revoked
from domain.operator import Operator
from domain.ports import Clock
from domain.session import Origin
from domain.user import User, Username


@dataclass(frozen=True, slots=True)
class DisableUser:
    """Refuse this user's logins and end all sessions, access keys and codes, by id or name. `by` is
    `None` at the command line, where also the last operator can be disabled.

    A refusal looks like a wrong password. Nothing happens to who is disabled already. Raises
    `NoSuchUser`, `LastOperator`, `PersonRequired`, `FreshLoginRequired`, `NotSignedIn`,
    `NotAnOperator`, `Unavailable`.
    """

    open_account: OpenAccount
    clock: Clock

    async def __call__(
        self, *, user: int | Username, origin: Origin, by: Operator | None = None
    ) -> User:
        async with self.open_account(by, user) as opened:
            work, found, actor = opened.work, opened.user, opened.actor_id
            if found.is_disabled:
                return found
            is_last = found.is_operator and not await work.users.has_other_operator(found.id)
            if by and is_last:
                raise LastOperator
            now, why = self.clock.now(), Ending.DISABLED
            disabled = await work.users.save(found.disabled(now))
            ended = await work.sessions.end_all(found.id)
            keys = await work.tokens.end_all(found.id)
            await work.codes.void(found.id)
            await work.invitations.revoke_all(found.id, now)
            await work.events.append(
                Event(EventKind.ACCOUNT_DISABLED, now, found.id, origin, actor_id=actor),
                *sessions_ended(now, found.id, origin, count=ended, why=why, actor_id=actor),
                *tokens_revoked(now, keys, origin, why=why, actor_id=actor),
            )
            return disabled
