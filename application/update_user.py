"""Change your own name or password."""

from dataclasses import dataclass

from domain.errors import NotSignedIn
from domain.events import Ending, Event, EventKind, sessions_ended
from domain.password import PasswordPolicy
from domain.ports import Begin, Clock, PasswordHasher, TokenGenerator
from domain.session import Admission, Origin, SessionToken, SignedIn
from domain.steps import ConfirmOwner
from domain.user import User, Username


@dataclass(frozen=True, slots=True)
class UpdateUser:
    """Change name, password or both; what is `None` stays.

    A new password needs the owner's confirmation. It ends every other session, and this one goes
    on under a new token. Says how the user is now, and the new token if there is one. Raises
    `InvalidUsername`, `InvalidPassword`, `UsernameTaken`, `InvalidCredentials`,
    `FreshLoginRequired`, `NotSignedIn`, `Unavailable`.
    """

    begin: Begin
    confirm_owner: ConfirmOwner
    hasher: PasswordHasher
    clock: Clock
    tokens: TokenGenerator
    password_policy: PasswordPolicy

    async def __call__(
        self,
        *,
        signed_in: SignedIn,
        presented: SessionToken,
        origin: Origin,
        username: str | None,
        password: str | None,
        current_password: str | None,
    ) -> tuple[User, Admission | None]:
        name = None if username is None else Username.parse(username)
        password_hash, client = None, origin.client(user_id=signed_in.user.id)
        if password is not None:
            secret = self.password_policy.parse(password)
            await self.confirm_owner(signed_in, current_password, origin=origin)
            password_hash = await self.hasher.hash(secret, client=client)

        renewed, now = None, self.clock.now()
        async with self.begin(client) as work:
            current = await work.sessions.find(presented.digest)
            if current is None:
                raise NotSignedIn
            session, user = current.session, current.user
            if name and name != user.username:
                names = {"from": user.username.value, "to": name.value}
                user = await work.users.save(user.renamed(name))
                await work.events.append(Event(EventKind.RENAMED, now, user.id, origin, names))
            if password_hash:
                user = await work.users.save(user.with_password(password_hash))
                token = self.tokens.new()
                renewed = Admission(token, user, session.expires_at - now)
                await work.codes.void(user.id)
                ended = await work.sessions.end_all(user.id, but=session.id)
                await work.sessions.renew(session, user, token.digest)
                await work.events.append(
                    Event(EventKind.PASSWORD_CHANGED, now, user.id, origin),
                    *sessions_ended(now, user.id, origin, count=ended, why=Ending.PASSWORD_CHANGED),
                )
        return user, renewed
