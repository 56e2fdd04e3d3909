"""Change your own name or password."""

from dataclasses import dataclass, replace

from application.steps.confirm_owner import ConfirmOwner
from application.steps.replace_password import ReplacePassword
from application.steps.take_name import TakeName
from domain.account import UpdatedAccount
from domain.errors import FreshLoginRequired, NotSignedIn, Unavailable
from domain.events import Event, EventKind
from domain.network import Client
from domain.password import PasswordHash, PasswordHasher, PasswordPolicy
from domain.ports import Clock, Devices, UnitOfWorkFactory
from domain.secrets import Secrets, SessionToken
from domain.session import Admission, Caller, Lifetimes, SignedIn
from domain.throttle import Throttle, ThrottlePolicy
from domain.user import Username


@dataclass(frozen=True, slots=True)
class UpdateOwnAccount:
    """Change name, password or both; what is `None` stays.

    A new password needs the owner's confirmation. It ends every other session, every access token
    unless `keep_access_tokens` is said moments after a login, and every mark of other browsers;
    this session goes on under a new token. An account may change so often in an hour; a change that
    is refused, as for a name that is taken, counts too.

    Raises `InvalidUsername`,
    `InvalidPassword`, `UsernameTaken`, `InvalidCredentials`, `FreshLoginRequired`, `NotSignedIn`,
    `TooManyAttempts`, `Unavailable`.
    """

    begin: UnitOfWorkFactory
    confirm_owner: ConfirmOwner
    replace_password: ReplacePassword
    take_name: TakeName
    hasher: PasswordHasher
    clock: Clock
    secrets: Secrets
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
        caller: Caller,
        username: str | None,
        password: str | None,
        current_password: str | None,
        keep_access_tokens: bool = False,
        device: str | None = None,
    ) -> UpdatedAccount:
        name = None if username is None else Username.parse(username)
        secret = None if password is None else self.password_policy.parse(password)
        if secret and keep_access_tokens and not self._is_fresh(signed_in):
            raise FreshLoginRequired("Log in again and retry, or let the access tokens end.")
        client, user_id = caller.client(user_id=signed_in.user.id), signed_in.user.id
        renames = name is not None and name != signed_in.user.username
        counted = [
            *(self.throttle_policy.for_rename(user_id) if renames else ()),
            *(self.throttle_policy.for_password(user_id) if secret else ()),
        ]
        if secret:
            await self.confirm_owner(signed_in, current_password, caller=caller)
        if counted:
            await self.throttle.reserve(counted, client=client)
        try:
            password_hash = await self.hasher.hash(secret, client=client) if secret else None
            return await self._change(
                presented,
                caller,
                client,
                name,
                password_hash,
                keep_access_tokens=keep_access_tokens,
                device=device,
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
        caller: Caller,
        client: Client,
        name: Username | None,
        password_hash: PasswordHash | None,
        *,
        keep_access_tokens: bool,
        device: str | None,
    ) -> UpdatedAccount:
        async with self.begin(client) as work:
            current, now = await work.sessions.find(presented.digest), self.clock.now()
            if current is None:
                raise NotSignedIn
            user = current.user
            if name and name != user.username:
                names, before = {"from": user.username.value, "to": name.value}, user.username
                user = await work.users.save(user.renamed(name))
                await self.take_name(work, user, before=before)
                await work.events.append(Event(EventKind.RENAMED, now, user.id, caller, names))
            if password_hash is None:
                return UpdatedAccount(user, None)
            known_device = self.devices.recognise(device, user)
            user = await self.replace_password(
                work,
                user,
                password_hash,
                caller=caller,
                but=current.session.id,
                keep_access_tokens=keep_access_tokens,
            )
            # In the place of the one presented, and for the same kind of client.
            token = replace(self.secrets.new(SessionToken), is_bearer=presented.is_bearer)
            await work.sessions.renew(current.session, user, token.digest)
            expires_at = current.session.expires_at
            mark = self.devices.issue(user, known_device)
            return UpdatedAccount(user, Admission(token, user, expires_at - now, expires_at, mark))
