"""Change somebody else's name or password."""

from dataclasses import dataclass

from application.steps.open_account import OpenAccount
from application.steps.replace_password import ReplacePassword
from application.steps.take_name import TakeName
from domain.errors import EditConflict
from domain.events import Event, EventKind
from domain.operator import Operator
from domain.password import PasswordHash, PasswordHasher, PasswordPolicy
from domain.ports import Clock
from domain.session import Origin
from domain.user import User, Username


@dataclass(frozen=True, slots=True)
class UpdateUserAsOperator:
    """Change name, password or both; what is `None` stays. A new password ends all sessions
    and access keys.

    `version` is the one that the operator has seen. Raises `InvalidUsername`, `InvalidPassword`,
    `UsernameTaken`, `NoSuchUser`, `EditConflict`, `PersonRequired`, `FreshLoginRequired`,
    `NotSignedIn`, `NotAnOperator`, `Unavailable`.
    """

    open_account: OpenAccount
    replace_password: ReplacePassword
    take_name: TakeName
    hasher: PasswordHasher
    clock: Clock
    password_policy: PasswordPolicy

    async def __call__(
        self,
        *,
        by: Operator,
        user_id: int,
        version: int,
        username: str | None,
        password: str | None,
        origin: Origin,
    ) -> User:
        name = None if username is None else Username.parse(username)
        password_hash = None if password is None else await self._hash(password, by, origin)
        async with self.open_account(by, user_id) as opened:
            work, user, actor = opened.work, opened.user, by.user.id
            if user.version != version:
                raise EditConflict
            if name and name != user.username:
                names, before = {"from": user.username.value, "to": name.value}, user.username
                user = await work.users.save(user.renamed(name))
                await self.take_name(work, user, before=before, by_operator=True)
                now = self.clock.now()
                renamed = Event(EventKind.RENAMED, now, user.id, origin, names, actor)
                await work.events.append(renamed)
            if password_hash:
                user = await self.replace_password(
                    work, user, password_hash, origin=origin, actor_id=actor
                )
        return user

    async def _hash(self, password: str, by: Operator, origin: Origin) -> PasswordHash:
        by.demand_fresh()
        secret = self.password_policy.parse(password)
        return await self.hasher.hash(secret, client=origin.client(user_id=by.user.id))
