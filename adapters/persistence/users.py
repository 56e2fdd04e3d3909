"""The table of users, inside a transaction."""

import sys
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import bindparam, delete, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from adapters.persistence import rows
from adapters.persistence.tables import users
from adapters.persistence.writer import Transaction
from domain.errors import UsernameTaken
from domain.password import PasswordHash
from domain.user import User, Username

# Said once: to put a statement together takes longer than to execute it.
_ADD = insert(users).returning(users.c.id)
_SAVE = (
    update(users)
    .where(users.c.id == bindparam("saved"))
    .values(version=users.c.version + 1)
    .returning(users.c.version)
)
_ANY_OPERATOR = select(users.c.id).where(text("is_operator = 1")).limit(1)
_GET = rows.USER_BY_ID.with_for_update()


@dataclass(frozen=True, slots=True)
class SqlUsers:
    """Fits `domain.ports.Users`. That a name is free is decided by the unique constraint alone."""

    transaction: Transaction

    async def add(
        self,
        username: Username,
        password_hash: PasswordHash,
        *,
        at: datetime,
        is_operator: bool = False,
    ) -> User:
        values = {
            **_name(username),
            "password_hash": password_hash.value,
            "signup_time": rows.to_micros(at),
            "auth_version": 1,
            "is_operator": int(is_operator),
        }
        try:
            result = await self.transaction.execute(_ADD, values)
        except IntegrityError as error:
            raise _taken(error) from error
        return User(result.scalar_one(), username, password_hash, at, is_operator=is_operator)

    async def get(self, user_id: int) -> User | None:
        if not 0 < user_id <= sys.maxsize:
            return None
        result = await self.transaction.execute(_GET, {"id": user_id})
        row = result.one_or_none()
        return rows.to_user(row) if row else None

    async def save(self, user: User) -> User:
        values = {
            **_name(user.username),
            "password_hash": user.password_hash.value,
            "auth_version": user.auth_version,
            "disabled_at": user.disabled_at and rows.to_micros(user.disabled_at),
            "is_operator": int(user.is_operator),
        }
        try:
            result = await self.transaction.execute(_SAVE, {"saved": user.id, **values})
        except IntegrityError as error:
            raise _taken(error) from error
        return replace(user, version=result.scalar_one())

    async def delete(self, user_id: int) -> None:
        await self.transaction.execute(delete(users).where(users.c.id == user_id))

    async def has_operator(self) -> bool:
        result = await self.transaction.execute(_ANY_OPERATOR)
        return result.one_or_none() is not None


def _taken(error: IntegrityError) -> Exception:
    return UsernameTaken() if "username_key" in str(error.orig) else error


def _name(username: Username) -> dict[str, str]:
    return {"username": username.value, "username_key": username.key}
