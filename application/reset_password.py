"""Choose a new password with a one-time code."""

from dataclasses import dataclass

from domain.errors import InvalidCode
from domain.events import Ending, Event, EventKind, sessions_ended
from domain.keyring import Keys
from domain.operator import Code, Purpose
from domain.password import PasswordPolicy
from domain.ports import Begin, Clock, PasswordHasher
from domain.session import Admission, Origin, SessionToken
from domain.steps import OpenSession


@dataclass(frozen=True, slots=True)
class ResetPassword:
    """Take the code, set the password, end all sessions and open a new one.

    Raises `InvalidCode`, `InvalidPassword`, `Unavailable`.
    """

    begin: Begin
    keys: Keys
    hasher: PasswordHasher
    clock: Clock
    open_session: OpenSession
    password_policy: PasswordPolicy

    async def __call__(
        self, *, code: Code | None, password: str, origin: Origin, presented: SessionToken | None
    ) -> Admission:
        secret = self.password_policy.parse(password)
        known = await self.keys.grant(code.digest) if code else None
        if code is None or known is None or not known.allows(Purpose.RESET, self.clock.now()):
            raise InvalidCode  # before the hash, so that made-up codes cost nothing
        client = origin.client(user_id=known.user_id)
        password_hash = await self.hasher.hash(secret, client=client)
        async with self.begin(client) as work:
            grant, now = await work.codes.take(code.digest), self.clock.now()
            if grant is None or not grant.allows(Purpose.RESET, now):
                raise InvalidCode
            user = await work.users.get(grant.user_id) if grant.user_id else None
            if user is None or user.disabled_at:
                raise InvalidCode
            user = await work.users.save(user.with_password(password_hash))
            ended = await work.sessions.end_all(user.id)
            await work.events.append(
                Event(EventKind.PASSWORD_RESET, now, user.id, origin),
                *sessions_ended(now, user.id, origin, count=ended, why=Ending.PASSWORD_CHANGED),
            )
            return await self.open_session(work, user, origin=origin, presented=presented)
