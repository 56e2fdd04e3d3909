"""Create an account."""

from dataclasses import dataclass

from domain.events import Event, EventKind
from domain.password import PasswordPolicy
from domain.ports import Begin, Clock, OpenSession, PasswordHasher
from domain.session import Admission, Origin, SessionToken
from domain.user import Username


@dataclass(frozen=True, slots=True)
class SignUp:
    """Create an account and open its first session, which replaces the one presented.

    Raises `InvalidUsername`, `InvalidPassword`, `UsernameTaken`, `Unavailable`.
    """

    begin: Begin
    hasher: PasswordHasher
    clock: Clock
    open_session: OpenSession
    password_policy: PasswordPolicy

    async def __call__(
        self, *, username: str, password: str, origin: Origin, presented: SessionToken | None
    ) -> Admission:
        name, secret = Username.parse(username), self.password_policy.parse(password)
        password_hash = await self.hasher.hash(secret, client=origin.network)
        async with self.begin() as work:
            now = self.clock.now()
            user = await work.users.add(name, password_hash, at=now)
            await work.events.append(Event(EventKind.SIGNED_UP, now, user.id, origin))
            return await self.open_session(work, user, origin=origin, presented=presented)
