"""Disable an account within a unit of work."""

from dataclasses import dataclass

from domain.events import Details, Ending, Event, EventKind, sessions_ended, tokens_revoked
from domain.ports import Clock, UnitOfWork
from domain.session import Caller
from domain.user import User


@dataclass(frozen=True, slots=True)
class ShutOut:
    """Refuse the user's logins and end all sessions, access tokens, codes and invitations. `reason`
    goes on record; it may be empty. Raises `Unavailable`.
    """

    clock: Clock

    async def __call__(
        self, work: UnitOfWork, user: User, *, caller: Caller, actor_id: int | None, reason: str
    ) -> User:
        now, why = self.clock.now(), Ending.DISABLED
        disabled = await work.users.save(user.disabled(now))
        ended = await work.sessions.end_all(user.id)
        keys = await work.tokens.end_all(user.id)
        await work.codes.void(user.id)
        await work.invitations.revoke_all(user.id, now)
        details: Details = {"reason": reason} if reason else {}
        await work.events.append(
            Event(EventKind.ACCOUNT_DISABLED, now, user.id, caller, details, actor_id),
            *sessions_ended(now, user.id, caller, count=ended, why=why, actor_id=actor_id),
            *tokens_revoked(now, keys, caller, why=why, actor_id=actor_id),
        )
        return disabled
