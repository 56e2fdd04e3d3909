"""Change your own name or password."""

from dataclasses import dataclass

from domain.errors import FreshLoginRequired, NotSignedIn, Unavailable
from domain.events import Ending, Event, EventKind, sessions_ended, tokens_revoked
from domain.network import Client
from domain.password import PasswordHash, PasswordPolicy
from domain.ports import Begin, Clock, Devices, PasswordHasher, Throttle, TokenGenerator, UnitOfWork
from domain.session import Admission, Lifetimes, Origin, Session, SessionToken, SignedIn
from domain.steps import ConfirmOwner
from domain.throttle import ThrottlePolicy
from domain.user import User, Username


@dataclass(frozen=True, slots=True)
class UpdateUser:
    """Change name, password or both; what is `None` stays.

    A new password needs the owner's confirmation. It ends every other session, every access key
    unless `keep_keys` is said moments after a login, and every mark of other browsers; this session
    goes on under a new token. An account may change so often in an hour; a change that is refused,
    as for a name that is taken, counts too.

    Says how the user is now, and the new token if there is one. Raises `InvalidUsername`,
    `InvalidPassword`, `UsernameTaken`, `InvalidCredentials`, `FreshLoginRequired`, `NotSignedIn`,
    `TooManyAttempts`, `Unavailable`.
    """

    begin: Begin
    confirm_owner: ConfirmOwner
    hasher: PasswordHasher
    clock: Clock
    tokens: TokenGenerator
    password_policy: PasswordPolicy
    lifetimes: Lifetimes
    throttle: Throttle
    throttle_policy: ThrottlePolicy
    devices: Devices

    async def __call__(
        self,
        *,
        signed_in: SignedIn,
        presented: SessionToken,
        origin: Origin,
        username: str | None,
        password: str | None,
        current_password: str | None,
        keep_keys: bool = False,
        device: str | None = None,
    ) -> tuple[User, Admission | None]:
        name = None if username is None else Username.parse(username)
        secret = None if password is None else self.password_policy.parse(password)
        if secret and keep_keys and not self._is_fresh(signed_in):
            raise FreshLoginRequired("Log in again and retry, or let the keys end.")
        client, user_id = origin.client(user_id=signed_in.user.id), signed_in.user.id
        renames = name is not None and name != signed_in.user.username
        counted = [
            *(self.throttle_policy.for_change(user_id) if renames else ()),
            *(self.throttle_policy.for_password(user_id) if secret else ()),
        ]
        if secret:
            await self.confirm_owner(signed_in, current_password, origin=origin)
        if counted:
            await self.throttle.reserve(counted, client=client)
        try:
            password_hash = await self.hasher.hash(secret, client=client) if secret else None
            return await self._change(
                presented, origin, client, name, password_hash, keep_keys=keep_keys, device=device
            )
        except Unavailable:
            await self.throttle.refund(counted, client=client)
            raise

    def _is_fresh(self, signed_in: SignedIn) -> bool:
        policy = self.lifetimes.of(signed_in.user)
        return signed_in.session.is_fresh(self.clock.now(), policy)

    async def _change(
        self,
        presented: SessionToken,
        origin: Origin,
        client: Client,
        name: Username | None,
        password_hash: PasswordHash | None,
        *,
        keep_keys: bool,
        device: str | None,
    ) -> tuple[User, Admission | None]:
        async with self.begin(client) as work:
            current, now = await work.sessions.find(presented.digest), self.clock.now()
            if current is None:
                raise NotSignedIn
            user = current.user
            if name and name != user.username:
                names = {"from": user.username.value, "to": name.value}
                user = await work.users.save(user.renamed(name))
                await work.events.append(Event(EventKind.RENAMED, now, user.id, origin, names))
            if password_hash is None:
                return user, None
            known_device = self.devices.recognise(device, user)
            user = await work.users.save(user.with_password(password_hash))
            await self._end_the_rest(work, user, current.session, origin, keep_keys=keep_keys)
            token = self.tokens.new()
            await work.sessions.renew(current.session, user, token.digest)
            remaining = current.session.expires_at - now
            return user, Admission(token, user, remaining, self.devices.issue(user, known_device))

    async def _end_the_rest(
        self, work: UnitOfWork, user: User, session: Session, origin: Origin, *, keep_keys: bool
    ) -> None:
        now, why = self.clock.now(), Ending.PASSWORD_CHANGED
        await work.codes.void(user.id)
        keys = [] if keep_keys else await work.tokens.end_all(user.id)
        ended = await work.sessions.end_all(user.id, but=session.id)
        await work.events.append(
            Event(EventKind.PASSWORD_CHANGED, now, user.id, origin),
            *sessions_ended(now, user.id, origin, count=ended, why=why),
            *tokens_revoked(now, keys, origin, why=why),
        )
