"""Change somebody else's name or password."""

from dataclasses import dataclass

from domain.errors import EditConflict, NoSuchUser
from domain.events import Ending, Event, EventKind, sessions_ended, tokens_revoked
from domain.operator import Operator
from domain.password import PasswordPolicy
from domain.ports import Clock, PasswordHasher
from domain.session import Origin
from domain.steps import BeginAsOperator
from domain.user import User, Username


@dataclass(frozen=True, slots=True)
class EditUser:
    """Change name, password or both; what is `None` stays. A new password ends all sessions
    and access keys.

    `version` is the one that the operator has seen. Raises `InvalidUsername`, `InvalidPassword`,
    `UsernameTaken`, `NoSuchUser`, `EditConflict`, `PersonRequired`, `FreshLoginRequired`,
    `Unavailable`.
    """

    begin: BeginAsOperator
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
        password_hash = None
        if password is not None:
            by.demand_fresh()
            secret = self.password_policy.parse(password)
            password_hash = await self.hasher.hash(secret, client=origin.client(user_id=by.user.id))
        async with self.begin(by) as work:
            user = await work.users.get(user_id)
            if user is None:
                raise NoSuchUser
            by.demand_power_over(user)
            if user.version != version:
                raise EditConflict
            now, actor = self.clock.now(), by.user.id
            if name and name != user.username:
                names = {"from": user.username.value, "to": name.value}
                user = await work.users.save(user.renamed(name))
                renamed = Event(EventKind.RENAMED, now, user.id, origin, names, actor)
                await work.events.append(renamed)
            if password_hash:
                user = await work.users.save(user.with_password(password_hash))
                await work.codes.void(user.id)
                ended, why = await work.sessions.end_all(user.id), Ending.PASSWORD_CHANGED
                keys = await work.tokens.end_all(user.id)
                await work.events.append(
                    Event(EventKind.PASSWORD_CHANGED, now, user.id, origin, actor_id=actor),
                    *sessions_ended(now, user.id, origin, count=ended, why=why, actor_id=actor),
                    *tokens_revoked(now, keys, origin, why=why, actor_id=actor),
                )
        return user
