"""Give a user a new password within a unit of work."""

from dataclasses import dataclass

from domain.events import Ending, Event, EventKind, sessions_ended, tokens_revoked
from domain.password import PasswordHash
from domain.ports import Clock, UnitOfWork
from domain.session import Caller
from domain.user import User


@dataclass(frozen=True, slots=True)
class ReplacePassword:
    """Store the new hash, and end what the old password opened: every session, except the one with
    the id `but`; every access token, unless `keep_access_tokens`; every one-time code for the user
    and made by the user. Sessions that a login is opening from the old password right now do not
    count either: the user's `auth_version` has grown.

    Says how the user is now. Raises `Unavailable`.
    """

    clock: Clock

    async def __call__(
        self,
        work: UnitOfWork,
        user: User,
        password_hash: PasswordHash,
        *,
        caller: Caller,
        kind: EventKind = EventKind.PASSWORD_CHANGED,
        actor_id: int | None = None,
        but: int | None = None,
        keep_access_tokens: bool = False,
    ) -> User:
        now, why = self.clock.now(), Ending.PASSWORD_CHANGED
        changed = await work.users.save(user.with_password(password_hash))
        await work.codes.void(user.id)
        await work.invitations.revoke_all(user.id, now)
        keys = [] if keep_access_tokens else await work.tokens.end_all(user.id)
        ended = await work.sessions.end_all(user.id, but=but)
        await work.events.append(
            Event(kind, now, user.id, caller, actor_id=actor_id),
            *sessions_ended(now, user.id, caller, count=ended, why=why, actor_id=actor_id),
            *tokens_revoked(now, keys, caller, why=why, actor_id=actor_id),
        )
        return changed
