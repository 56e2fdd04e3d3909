"""The table of users, inside a transaction."""

import sqlite3
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from adapters.sql import rows
from adapters.sql.sqlite import is_taken, to_micros
from adapters.sql.writer import Transaction
from domain.errors import UsernameTaken
from domain.password import PasswordHash
from domain.user import User, Username

_ADD = """
    INSERT INTO users
        (username, username_key, password_hash, signup_time, auth_version, is_operator)
    VALUES
        (:username, :username_key, :password_hash, :signup_time, 1, :is_operator)
    RETURNING id
"""
_SAVE = """
    UPDATE users
    SET username = :username, username_key = :username_key, password_hash = :password_hash,
        auth_version = :auth_version, disabled_at = :disabled_at, is_operator = :is_operator,
        version = version + 1
    WHERE id = :id
    RETURNING version
"""
_DELETE = "DELETE FROM users WHERE id = :id"
_OTHER_OPERATOR = """
    SELECT id FROM users
    WHERE is_operator = 1 AND disabled_at IS NULL AND id <> :user_id LIMIT 1
"""
_ANY_OPERATOR = "SELECT id FROM users WHERE is_operator = 1 LIMIT 1"


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
            "signup_time": to_micros(at),
            "is_operator": int(is_operator),
        }
        user_id = await self._write(_ADD, values)
        return User(user_id, username, password_hash, at, is_operator=is_operator)

    async def get(self, user_id: int) -> User | None:
        if not 0 < user_id <= sys.maxsize:
            return None
        row = await self.transaction.one(rows.USER_BY_ID, {"id": user_id})
        return rows.to_user(row) if row else None

    async def save(self, user: User) -> User:
        values = {
            **_name(user.username),
            "id": user.id,
            "password_hash": user.password_hash.value,
            "auth_version": user.auth_version,
            "disabled_at": user.disabled_at and to_micros(user.disabled_at),
            "is_operator": int(user.is_operator),
        }
        return replace(user, version=await self._write(_SAVE, values))

    async def delete(self, user_id: int) -> None:
        await self.transaction.execute(_DELETE, {"id": user_id})

    async def has_operator(self) -> bool:
        return await self.transaction.one(_ANY_OPERATOR) is not None

    async def has_other_operator(self, user_id: int) -> bool:
        return await self.transaction.one(_OTHER_OPERATOR, {"user_id": user_id}) is not None

    async def _write(self, sql: str, values: Mapping[str, object]) -> int:
        """Execute what returns one number."""
        try:
            ((number,),) = await self.transaction.all(sql, values)
        except sqlite3.IntegrityError as error:
            # The only unique constraint of the table is that of names.
            raise UsernameTaken if is_taken(error) else error from error
        return int(number)


def _name(username: Username) -> dict[str, str]:
    return {"username": username.value, "username_key": username.key}
