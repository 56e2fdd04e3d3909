"""Choose a new password with a one-time code."""

from dataclasses import dataclass, replace
from datetime import datetime

from application.steps.open_session import OpenSession
from application.steps.replace_password import ReplacePassword
from domain.errors import InvalidCode
from domain.events import EventKind
from domain.operator import Grant, Issuer, Purpose
from domain.password import PasswordHasher, PasswordPolicy
from domain.ports import Begin, Clock, Devices, Lookup, UnitOfWork
from domain.secrets import OneTimeCode, SessionToken
from domain.session import Admission, Origin
from domain.user import User


@dataclass(frozen=True, slots=True)
class ResetPassword:
    """Take the code, set the password, end all sessions and access keys, and open a session.

    Raises `InvalidCode`, `InvalidPassword`, `Unavailable`.
    """

    begin: Begin
    lookup: Lookup
    hasher: PasswordHasher
    clock: Clock
    open_session: OpenSession
    replace_password: ReplacePassword
    password_policy: PasswordPolicy
    devices: Devices

    async def __call__(
        self,
        *,
        code: OneTimeCode | None,
        password: str,
        origin: Origin,
        presented: SessionToken | None,
        as_bearer: bool = False,
    ) -> Admission:
        secret = self.password_policy.parse(password)
        known = await self.lookup.grant(code.digest) if code else None
        if code is None or known is None or not known.allows(Purpose.RESET, self.clock.now()):
            raise InvalidCode  # before the hash, so that made-up codes cost nothing
        client = origin.client(user_id=known.user_id)
        password_hash = await self.hasher.hash(secret, client=client)
        issuers = [known.issuer.user_id] if known.issuer else []
        async with self.begin(client, accounts=issuers) as work:
            user = await self._user_of(work, await work.codes.take(code.digest))
            user = await self.replace_password(
                work, user, password_hash, origin=origin, kind=EventKind.PASSWORD_RESET
            )
            admission = await self.open_session(
                work, user, origin=origin, presented=presented, as_bearer=as_bearer
            )
        return replace(admission, device=self.devices.issue(user))

    async def _user_of(self, work: UnitOfWork, grant: Grant | None) -> User:
        """Whose password the code may set, now that it is taken. Raises `InvalidCode`."""
        now = self.clock.now()
        if grant is None or grant.user_id is None or not grant.allows(Purpose.RESET, now):
            raise InvalidCode
        user = await work.users.get(grant.user_id)
        if user is None or user.is_disabled:
            raise InvalidCode
        if grant.issuer and not await _could_issue(work, grant.issuer, user, now):
            raise InvalidCode
        return user


async def _could_issue(work: UnitOfWork, issuer: Issuer, user: User, now: datetime) -> bool:
    """Say whether who made the code could make it now: who was dismissed, or whose password or
    key may have been stolen and is changed since, could not.
    """
    operator = await work.users.get(issuer.user_id)
    if operator is None or operator.is_disabled or not operator.is_operator:
        return False
    if operator.auth_version != issuer.auth_version:
        return False
    if issuer.token_id is None:
        return True
    bearer = await work.tokens.get(issuer.token_id)
    return bearer is not None and bearer.is_live(now) and not user.is_operator
