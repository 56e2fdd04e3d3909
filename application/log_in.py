"""Open a session with name and password."""

from dataclasses import dataclass

from domain.errors import InvalidCredentials
from domain.password import Password
from domain.ports import Begin, Clock, Lookup, PasswordHasher, TokenGenerator
from domain.session import Admission, Origin, SessionPolicy, SessionToken
from domain.user import Username


@dataclass(frozen=True, slots=True)
class LogIn:
    """Check name and password and open a session, which replaces the one presented.

    A wrong name costs the same work as a wrong password. A hash of an older kind is renewed on the
    way. Raises `InvalidCredentials`, `Unavailable`.
    """

    begin: Begin
    lookup: Lookup
    hasher: PasswordHasher
    clock: Clock
    tokens: TokenGenerator
    session_policy: SessionPolicy

    async def __call__(
        self, *, username: str, password: str, origin: Origin, presented: SessionToken | None
    ) -> Admission:
        secret = Password(password)
        claimed = await self.lookup.user(Username(username))
        matches = await self.hasher.verify(secret, claimed.password_hash if claimed else None)
        if claimed is None or not matches:
            raise InvalidCredentials
        renewed = None
        if self.hasher.is_outdated(claimed.password_hash):
            renewed = await self.hasher.hash(secret)

        token, now = self.tokens.new(), self.clock.now()
        async with self.begin() as work:
            user = await work.users.get(claimed.id)
            if user is None or user.auth_version != claimed.auth_version:
                raise InvalidCredentials
            if renewed:
                user = user.rehashed(renewed)
                await work.users.save(user)
            if presented:
                await work.sessions.end(presented.digest)
            await work.sessions.add(
                user, token.digest, origin, at=now, expires_at=now + self.session_policy.absolute
            )
        return Admission(token, user, self.session_policy.absolute)
