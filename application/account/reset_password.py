"""Choose a new password with a one-time code."""

from dataclasses import dataclass, replace

from application.steps.check_issuer import CheckIssuer
from application.steps.open_session import OpenSession
from application.steps.replace_password import ReplacePassword
from domain.errors import InvalidCode
from domain.events import EventKind
from domain.operator import Purpose, StoredCode
from domain.password import PasswordHasher, PasswordPolicy
from domain.ports import Clock, Devices, Lookup, UnitOfWork, UnitOfWorkFactory
from domain.secrets import OneTimeCode, SessionToken
from domain.session import Admission, Caller, LastSeen
from domain.user import User


@dataclass(frozen=True, slots=True)
class ResetPassword:
    """Take the code, set the password, end all sessions and access tokens, and open a session.

    Raises `InvalidCode`, `InvalidPassword`, `Unavailable`.
    """

    begin: UnitOfWorkFactory
    lookup: Lookup
    hasher: PasswordHasher
    clock: Clock
    open_session: OpenSession
    replace_password: ReplacePassword
    check_issuer: CheckIssuer
    password_policy: PasswordPolicy
    devices: Devices
    last_seen: LastSeen

    async def __call__(
        self,
        *,
        code: OneTimeCode | None,
        password: str,
        caller: Caller,
        presented: SessionToken | None,
        as_bearer: bool = False,
    ) -> Admission:
        secret = self.password_policy.parse(password)
        known = await self.lookup.one_time_code(code.digest) if code else None
        if code is None or known is None or not known.allows(Purpose.RESET, self.clock.now()):
            raise InvalidCode  # before the hash, so that made-up codes cost nothing
        client = caller.client(user_id=known.user_id)
        password_hash = await self.hasher.hash(secret, client=client)
        issuers = [known.issuer.user_id] if known.issuer else []
        async with self.begin(client, accounts=issuers) as work:
            user = await self._user_of(work, await work.codes.take(code.digest))
            user = await self.replace_password(
                work, user, password_hash, caller=caller, kind=EventKind.PASSWORD_RESET
            )
            admission = await self.open_session(
                work, user, caller=caller, presented=presented, as_bearer=as_bearer
            )
        self.last_seen.note_login(user.id, caller, self.clock.now())
        return replace(admission, device=self.devices.issue(user))

    async def _user_of(self, work: UnitOfWork, stored: StoredCode | None) -> User:
        """Whose password the code may set, now that it is taken. Raises `InvalidCode`."""
        now = self.clock.now()
        if stored is None or stored.user_id is None or not stored.allows(Purpose.RESET, now):
            raise InvalidCode
        user = await work.users.get(stored.user_id)
        if user is None or user.is_disabled:
            raise InvalidCode
        if stored.issuer:
            by_program = stored.issuer.token_id is not None
            if by_program and user.is_operator:  # since then
                raise InvalidCode
            if not await self.check_issuer(work, stored.issuer):
                raise InvalidCode
        return user
