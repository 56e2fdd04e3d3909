"""Accounts from elsewhere, many at once, and how far imports have come."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from adapters.sql.tables import imports, users
from adapters.sql.transactions import Transaction
from adapters.sql.values import to_micros, to_optional_micros
from domain.errors import UsernameTaken
from domain.imports import ImportDisturbed, Imported, ImportMark, NewAccount
from domain.user import Username

_IDS = select(users.c.id, users.c.username_key).where(
    users.c.username_key.in_(bindparam("keys", expanding=True))
)
_THESE_IDS = select(users.c.id).where(users.c.id.in_(bindparam("ids", expanding=True)))
_ADD = insert(users)
_MARK = (
    select(
        *(imports.c.cursor, imports.c.accounts, imports.c.keeps_ids, imports.c.list_bytes),
        imports.c.reserved,
    )
    .where(imports.c.source == bindparam("of"))
    .with_for_update()
)
_ADD_MARK = insert(imports)
_SET_MARK = update(imports).where(imports.c.source == bindparam("of"))


@dataclass(frozen=True, slots=True)
class SqlImports:
    """Fits `domain.imports.Imports`. What names look like is filled in later (`MissingLooks`)."""

    transaction: Transaction

    async def last_id(self) -> int:
        return await self.transaction.last_id(users)

    async def reserve(self, last_id: int) -> None:
        await self.transaction.reserve_ids(users, last_id)

    async def taken(self, names: Collection[Username]) -> Collection[str]:
        return {*await self._ids([each.key for each in names])}

    async def taken_ids(self, ids: Collection[int]) -> Collection[int]:
        if not ids:
            return ()
        return {id_ for (id_,) in await self.transaction.all(_THESE_IDS, {"ids": list(ids)})}

    async def add(self, accounts: Sequence[NewAccount], *, at: datetime) -> list[Imported]:
        # A statement has one set of columns; the order of both parts is that of the accounts.
        for has_id in (True, False):
            rows = [_row(each, at) for each in accounts if (each.id is not None) is has_id]
            if rows:
                await self._add(rows)
        ids = await self._ids([each.username.key for each in accounts])
        return [Imported(each, ids[each.username.key]) for each in accounts]

    async def mark(self, source: str) -> ImportMark | None:
        row = await self.transaction.one(_MARK, {"of": source})
        if row is None:
            return None
        cursor, accounts, keeps_ids, list_bytes, reserved = row
        return ImportMark(cursor, accounts, bool(keeps_ids), list_bytes, reserved)

    async def set_mark(self, source: str, mark: ImportMark, *, at: datetime) -> None:
        values = {
            "cursor": mark.cursor,
            "accounts": mark.accounts,
            "keeps_ids": int(mark.keeps_ids),
            "list_bytes": mark.list_bytes,
            "reserved": mark.reserved,
            "at": to_micros(at),
        }
        if await self.transaction.execute(_SET_MARK, {"of": source, **values}):
            return
        try:
            await self.transaction.execute(_ADD_MARK, {"source": source, **values})
        except IntegrityError as error:
            raise ImportDisturbed from error

    async def _ids(self, keys: Sequence[str]) -> dict[str, int]:
        if not keys:
            return {}
        found = await self.transaction.all(_IDS, {"keys": list(keys)})
        return {key: id_ for id_, key in found}

    async def _add(self, rows: Sequence[dict[str, object]]) -> None:
        try:
            await self.transaction.execute_each(_ADD, rows)
        except IntegrityError as error:
            raise UsernameTaken from error


def _row(account: NewAccount, at: datetime) -> dict[str, object]:
    imported = account.imported
    row: dict[str, object] = {
        "username": account.username.value,
        "username_key": account.username.key,
        "password_hash": imported.password_hash.value,
        "signup_time": to_micros(imported.signup_time or at),
        "auth_version": 1,
        "disabled_at": to_optional_micros(imported.disabled_at),
        "is_operator": int(imported.is_operator),
        "roles": ",".join(imported.roles),
        "metadata": imported.metadata.text,
    }
    return row if account.id is None else {**row, "id": account.id}
