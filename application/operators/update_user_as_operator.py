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
from domain.session import Caller
from domain.user import User, Username


@dataclass(frozen=True, slots=True)
class UpdateUserAsOperator:
    """Change name, password or both; what is `None` stays. A new password ends all sessions and
    access tokens.

    By id or name. `version` is the one that the operator has seen; `None` is whichever there is.
    `by` is `None` at the command line. Raises `InvalidUsername`, `InvalidPassword`,
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
        user: int | Username,
        caller: Caller,
        by: Operator | None = None,
        version: int | None = None,
        username: str | None = None,
        password: str | None = None,
    ) -> User:
        name = None if username is None else Username.parse(username)
        password_hash = None if password is None else await self._hash(password, by, caller)
        async with self.open_account(by, user) as opened:
            work, found, actor = opened.work, opened.user, opened.actor_id
            if version is not None and found.version != version:
                raise EditConflict
            if name and name != found.username:
                names, before = {"from": found.username.value, "to": name.value}, found.username
                found = await work.users.save(found.renamed(name))
                await self.take_name(work, found, before=before, by_operator=True)
                now = self.clock.now()
                renamed = Event(EventKind.RENAMED, now, found.id, caller, names, actor)
                await work.events.append(renamed)
            if password_hash:
                found = await self.replace_password(
                    work, found, password_hash, caller=caller, actor_id=actor
                )
        return found

    async def _hash(self, password: str, by: Operator | None, caller: Caller) -> PasswordHash:
        if by:
            by.demand_fresh()
        secret = self.password_policy.parse(password)
        client = caller.client(user_id=by.user.id if by else None)
        return await self.hasher.hash(secret, client=client)
