"""The table of access tokens: its statements and rows, and what is done with them in a
transaction.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select

from adapters.sql.tables import access_tokens, users
from adapters.sql.transactions import Transaction
from adapters.sql.users import USER, to_user
from adapters.sql.values import to_instant, to_micros, to_optional_instant
from domain.operator import AccessToken, Scope, TokenWithUser

_TOKEN = (
    access_tokens.c.id,
    access_tokens.c.user_id,
    access_tokens.c.name,
    access_tokens.c.scopes,
    access_tokens.c.created_at,
    access_tokens.c.expires_at,
    access_tokens.c.last_used_at,
)


def _to_token(row: Sequence[Any]) -> AccessToken:
    id_, user_id, name, scopes, created, expires, used = row
    return AccessToken(
        id_,
        user_id,
        name,
        frozenset(map(Scope, scopes.split())),
        to_instant(created),
        to_instant(expires),
        to_optional_instant(used),
    )


def to_token_with_user(row: Sequence[Any]) -> TokenWithUser:
    """A row of `TOKEN_BY_DIGEST`."""
    return TokenWithUser(_to_token(row[: len(_TOKEN)]), to_user(row[len(_TOKEN) :]))


_WITH_USER = select(*_TOKEN, *USER).join_from(access_tokens, users)
TOKEN_BY_DIGEST = _WITH_USER.where(access_tokens.c.digest == bindparam("digest"))
_TOKEN_BY_ID = _WITH_USER.where(access_tokens.c.id == bindparam("id")).with_for_update(
    key_share=True
)
OWNER_BY_ID = select(access_tokens.c.user_id).where(access_tokens.c.id == bindparam("id"))
_ADD = insert(access_tokens).returning(access_tokens.c.id)
_END = delete(access_tokens).where(access_tokens.c.id == bindparam("id")).returning(*_TOKEN)
_END_ALL = (
    delete(access_tokens).where(access_tokens.c.user_id == bindparam("user_id")).returning(*_TOKEN)
)


@dataclass(frozen=True, slots=True)
class SqlAccessTokens:
    """Fits `domain.credentials.AccessTokens`."""

    transaction: Transaction

    async def add(
        self,
        digest: bytes,
        user_id: int,
        *,
        name: str,
        scopes: frozenset[Scope],
        at: datetime,
        expires_at: datetime,
    ) -> AccessToken:
        values = {
            "digest": digest,
            "user_id": user_id,
            "name": name,
            "scopes": " ".join(sorted(scopes)),
            "created_at": to_micros(at),
            "expires_at": to_micros(expires_at),
        }
        ((token_id,),) = await self.transaction.all(_ADD, values)
        return AccessToken(token_id, user_id, name, scopes, at, expires_at)

    async def get(self, token_id: int) -> TokenWithUser | None:
        row = await self.transaction.one(_TOKEN_BY_ID, {"id": token_id})
        return to_token_with_user(row) if row else None

    async def end(self, token_id: int) -> AccessToken | None:
        if not 0 < token_id <= sys.maxsize:
            return None
        row = await self.transaction.one(_END, {"id": token_id})
        return _to_token(row) if row else None

    async def end_all(self, user_id: int) -> list[AccessToken]:
        found = await self.transaction.all(_END_ALL, {"user_id": user_id})
        return sorted((_to_token(row) for row in found), key=lambda token: token.id)
