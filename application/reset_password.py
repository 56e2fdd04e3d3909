"""Choose a new password with a one-time code."""

from dataclasses import dataclass, replace

from domain.errors import InvalidCode
from domain.events import Ending, Event, EventKind, sessions_ended, tokens_revoked
from domain.keyring import Keys
from domain.operator import Code, Issuer, Purpose
from domain.password import PasswordPolicy
from domain.ports import Begin, Clock, Devices, PasswordHasher, UnitOfWork
from domain.session import Admission, Origin, SessionToken
from domain.steps import OpenSession
from domain.user import User


@dataclass(frozen=True, slots=True)
class ResetPassword:
    """Take the code, set the password, end all sessions and access keys, and open a session.

    Raises `InvalidCode`, `InvalidPassword`, `Unavailable`.
    """

    begin: Begin
    keys: Keys
    hasher: PasswordHasher
    clock: Clock
    open_session: OpenSession
    password_policy: PasswordPolicy
    devices: Devices

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
            if grant.issuer and not await self._could_issue(work, grant.issuer, user):
                raise InvalidCode
            user = await work.users.save(user.with_password(password_hash))
            await work.codes.void(user.id)
            ended, why = await work.sessions.end_all(user.id), Ending.PASSWORD_CHANGED
            keys = await work.tokens.end_all(user.id)
            await work.events.append(
                Event(EventKind.PASSWORD_RESET, now, user.id, origin),
                *sessions_ended(now, user.id, origin, count=ended, why=why),
                *tokens_revoked(now, keys, origin, why=why),
            )
            admission = await self.open_session(work, user, origin=origin, presented=presented)
        return replace(admission, device=self.devices.issue(user))

    async def _could_issue(self, work: UnitOfWork, issuer: Issuer, user: User) -> bool:
        """Say whether who made the code could make it now: who was dismissed, or whose password or
        key may have been stolen and is changed since, could not.
        """
        operator = await work.users.get(issuer.user_id)
        if operator is None or operator.disabled_at or not operator.is_operator:
            return False
        if operator.auth_version != issuer.auth_version:
            return False
        if issuer.token_id is None:
            return True
        bearer = await work.tokens.get(issuer.token_id)
        is_live = bearer is not None and self.clock.now() < bearer.token.expires_at
        return is_live and not user.is_operator
