"""Create an account."""

from dataclasses import dataclass

from domain.password import PasswordPolicy
from domain.ports import Begin, Clock, PasswordHasher, TokenGenerator
from domain.session import Admission, Origin, SessionPolicy, SessionToken
from domain.user import Username


@dataclass(frozen=True, slots=True)
class SignUp:
    """Create an account and open its first session, which replaces the one presented.

    Raises `InvalidUsername`, `InvalidPassword`, `UsernameTaken`, `Unavailable`.
    """

    begin: Begin
    hasher: PasswordHasher
    clock: Clock
    tokens: TokenGenerator
    password_policy: PasswordPolicy
    session_policy: SessionPolicy

    async def __call__(
        self, *, username: str, password: str, origin: Origin, presented: SessionToken | None
    ) -> Admission:
        name, secret = Username.parse(username), self.password_policy.parse(password)
        password_hash = await self.hasher.hash(secret)
        token, now = self.tokens.new(), self.clock.now()
        async with self.begin() as work:
            user = await work.users.add(name, password_hash, at=now)
            if presented:
                await work.sessions.end(presented.digest)
            await work.sessions.add(
                user, token.digest, origin, at=now, expires_at=now + self.session_policy.absolute
            )
        return Admission(token, user, self.session_policy.absolute)
