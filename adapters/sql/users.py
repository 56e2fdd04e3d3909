"""The table of users: its statements and its rows, and what is done with them in a transaction."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from adapters.sql.tables import users
from adapters.sql.transactions import Transaction
from adapters.sql.values import to_instant, to_micros, to_optional_instant, to_optional_micros
from domain.errors import UsernameTaken
from domain.labels import NO_METADATA, Metadata
from domain.password import PasswordHash
from domain.user import User, Username

USER = (
    users.c.id,
    users.c.username,
    users.c.password_hash,
    users.c.signup_time,
    users.c.auth_version,
    users.c.disabled_at,
    users.c.is_operator,
    users.c.version,
    users.c.roles,
    users.c.metadata,
)


def to_user(row: Sequence[Any]) -> User:
    """A row of the columns `USER`."""
    id_, username, password_hash, signup_time, auth_version, disabled_at, operator, *more = row
    version, roles, metadata = more
    return User(
        id_,
        Username(username),
        PasswordHash(password_hash),
        to_instant(signup_time),
        auth_version,
        to_optional_instant(disabled_at),
        bool(operator),
        version,
        tuple(roles.split(",")) if roles else (),
        Metadata(metadata) if metadata != NO_METADATA.text else NO_METADATA,
    )


USER_BY_KEY = select(*USER).where(users.c.username_key == bindparam("key"))
_BY_ID = select(*USER).where(users.c.id == bindparam("id")).with_for_update(key_share=True)
_EXISTS = (
    select(users.c.id)
    .where(users.c.id == bindparam("id"))
    .with_for_update(read=True, key_share=True)
)
_ADD = insert(users).returning(users.c.id)
_SAVE = (
    update(users)
    .where(users.c.id == bindparam("user_id"))
    .values(version=users.c.version + 1)
    .returning(users.c.version)
)
_DELETE = delete(users).where(users.c.id == bindparam("id"))
_NAME = "uq_users_username_key"
_ANY_OPERATOR = select(users.c.id).where(users.c.is_operator == 1).limit(1)
_OTHER_OPERATOR = _ANY_OPERATOR.where(
    users.c.disabled_at.is_(None), users.c.id != bindparam("user_id")
)


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
        roles: tuple[str, ...] = (),
        address: str | None = None,
    ) -> User:
        user_id = await self._write(
            _ADD,
            {
                **_name(username),
                "password_hash": password_hash.value,
                "signup_time": to_micros(at),
                "auth_version": 1,
                "is_operator": int(is_operator),
                "roles": ",".join(roles),
                "signup_address": address,
                "last_used_at": to_micros(at) if address else None,
                "last_address": address,
            },
        )
        return User(user_id, username, password_hash, at, is_operator=is_operator, roles=roles)

    async def get(self, user_id: int) -> User | None:
        if not 0 < user_id <= sys.maxsize:
            return None
        row = await self.transaction.one(_BY_ID, {"id": user_id})
        return to_user(row) if row else None

    async def exists(self, user_id: int) -> bool:
        return await self.transaction.one(_EXISTS, {"id": user_id}) is not None

    async def save(self, user: User) -> User:
        values = {
            **_name(user.username),
            "user_id": user.id,
            "password_hash": user.password_hash.value,
            "auth_version": user.auth_version,
            "disabled_at": to_optional_micros(user.disabled_at),
            "is_operator": int(user.is_operator),
            "roles": ",".join(user.roles),
            "metadata": user.metadata.text,
        }
        return replace(user, version=await self._write(_SAVE, values))

    async def delete(self, user_id: int) -> None:
        await self.transaction.execute(_DELETE, {"id": user_id})

    async def has_operator(self) -> bool:
        await self.transaction.lock_for_all_accounts()
        return await self.transaction.one(_ANY_OPERATOR) is not None

    async def has_other_operator(self, user_id: int) -> bool:
        await self.transaction.lock_for_all_accounts()
        return await self.transaction.one(_OTHER_OPERATOR, {"user_id": user_id}) is not None

    async def _write(self, statement: Executable, values: Mapping[str, object]) -> int:
        """Execute what returns one number."""
        try:
            ((number,),) = await self.transaction.all(statement, values)
        except IntegrityError as error:
            if self.transaction.is_taken(error, _NAME):
                raise UsernameTaken from error
            raise
        return int(number)


def _name(username: Username) -> dict[str, str]:
    return {"username": username.value, "username_key": username.key}
