"""Change your own name or password."""

from dataclasses import dataclass

from domain.errors import FreshLoginRequired, InvalidCredentials, NotSignedIn
from domain.password import Password, PasswordHash, PasswordPolicy
from domain.ports import Begin, Clock, PasswordHasher, TokenGenerator
from domain.session import Admission, SessionPolicy, SessionToken, SignedIn
from domain.user import Username


@dataclass(frozen=True, slots=True)
class UpdateUser:
    """Change name, password or both; what is `None` stays.

    A new password needs the current one or a fresh login. It ends every other session, and this
    one goes on under a new token: `Admission.token` differs from `presented` exactly then. Raises
    `InvalidUsername`, `InvalidPassword`, `UsernameTaken`, `InvalidCredentials`,
    `FreshLoginRequired`, `NotSignedIn`, `Unavailable`.
    """

    begin: Begin
    hasher: PasswordHasher
    clock: Clock
    tokens: TokenGenerator
    password_policy: PasswordPolicy
    session_policy: SessionPolicy

    async def __call__(
        self,
        *,
        signed_in: SignedIn,
        presented: SessionToken,
        username: str | None,
        password: str | None,
        current_password: str | None,
    ) -> Admission:
        name = None if username is None else Username.parse(username)
        password_hash = None
        if password is not None:
            password_hash = await self._hash_if_allowed(signed_in, password, current_password)

        token, now = presented, self.clock.now()
        async with self.begin() as work:
            current = await work.sessions.find(presented.digest)
            if current is None:
                raise NotSignedIn
            session, user = current.session, current.user
            if name:
                user = user.renamed(name)
            if password_hash:
                user = user.with_password(password_hash)
            if user != current.user:
                await work.users.save(user)
            if password_hash:
                token = self.tokens.new()
                await work.sessions.replace_all(session, user, token.digest)
        return Admission(token, user, session.expires_at - now)

    async def _hash_if_allowed(
        self, signed_in: SignedIn, password: str, current_password: str | None
    ) -> PasswordHash:
        secret = self.password_policy.parse(password)
        if current_password is None:
            if not signed_in.session.is_fresh(self.clock.now(), self.session_policy):
                raise FreshLoginRequired
        elif not await self.hasher.verify(Password(current_password), signed_in.user.password_hash):
            raise InvalidCredentials
        return await self.hasher.hash(secret)
