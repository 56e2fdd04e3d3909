"""Open a session within a unit of work."""

from dataclasses import dataclass, replace

from domain.events import Ending, sessions_ended
from domain.ports import Clock, UnitOfWork
from domain.secrets import Secrets, SessionToken
from domain.session import Admission, Caller, Lifetimes
from domain.user import User


@dataclass(frozen=True, slots=True)
class OpenSession:
    """What sign-up and login have in common, once it is clear who the user is.

    Under a new token, never one that was presented, for a program (`as_bearer`) or for a browser;
    the session presented ends, and so do the user's oldest ones beyond the limit. Raises
    `Unavailable`.
    """

    clock: Clock
    secrets: Secrets
    lifetimes: Lifetimes

    async def __call__(
        self,
        work: UnitOfWork,
        user: User,
        *,
        caller: Caller,
        presented: SessionToken | None,
        as_bearer: bool = False,
    ) -> Admission:
        token = replace(self.secrets.new(SessionToken), is_bearer=as_bearer)
        now, policy = self.clock.now(), self.lifetimes.of(user)
        replaced = await work.sessions.end(presented.digest) if presented else None
        await work.sessions.add(
            user, token.digest, caller, at=now, expires_at=now + policy.absolute
        )
        evicted = await work.sessions.evict(user.id, at_most=policy.at_most)
        if replaced:
            await work.events.append(
                *sessions_ended(now, replaced.user_id, caller, count=1, why=Ending.REPLACED)
            )
        await work.events.append(
            *sessions_ended(now, user.id, caller, count=evicted, why=Ending.EVICTED)
        )
        return Admission(token, user, policy.absolute, now + policy.absolute)
