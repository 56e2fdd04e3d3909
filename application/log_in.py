"""Open a session with name and password."""

from dataclasses import dataclass

from domain.errors import InvalidCredentials
from domain.events import Event, EventKind
from domain.password import Password
from domain.ports import Begin, Clock, Lookup, OpenSession, PasswordHasher, Pseudonyms
from domain.session import Admission, Origin, SessionToken
from domain.user import User, Username


@dataclass(frozen=True, slots=True)
class LogIn:
    """Check name and password and open a session, which replaces the one presented.

    A wrong name costs the same work as a wrong password, and both are remembered. A hash of an
    older kind is renewed on the way. Raises `InvalidCredentials`, `Unavailable`.
    """

    begin: Begin
    lookup: Lookup
    hasher: PasswordHasher
    clock: Clock
    open_session: OpenSession
    pseudonyms: Pseudonyms

    async def __call__(
        self, *, username: str, password: str, origin: Origin, presented: SessionToken | None
    ) -> Admission:
        name, secret, client = Username(username), Password(password), origin.network
        claimed = await self.lookup.user(name)
        matches = await self.hasher.verify(
            secret, claimed.password_hash if claimed else None, client=client
        )
        if claimed is None or not matches:
            await self._remember_refusal(name, claimed, origin)
            raise InvalidCredentials
        renewed = None
        if self.hasher.is_outdated(claimed.password_hash):
            renewed = await self.hasher.hash(secret, client=client)

        async with self.begin() as work:
            user = await work.users.get(claimed.id)
            if user is None or user.auth_version != claimed.auth_version:
                raise InvalidCredentials
            if renewed:
                user = user.rehashed(renewed)
                await work.users.save(user)
            await work.events.append(Event(EventKind.LOGGED_IN, self.clock.now(), user.id, origin))
            return await self.open_session(work, user, origin=origin, presented=presented)

    async def _remember_refusal(self, name: Username, user: User | None, origin: Origin) -> None:
        """In a unit of work of its own. A name nobody has may be a password typed in its place."""
        event = Event(
            EventKind.LOGIN_REFUSED,
            self.clock.now(),
            user.id if user else None,
            origin,
            {} if user else {"pseudonym": self.pseudonyms.of(name)},
        )
        async with self.begin() as work:
            await work.events.append(event)
