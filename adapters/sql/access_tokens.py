"""The table of access tokens, inside a transaction."""

import sys
from dataclasses import dataclass
from datetime import datetime

from adapters.sql import rows
from adapters.sql.sqlite import to_micros
from adapters.sql.writer import Transaction
from domain.operator import AccessToken, Bearer, Scope

_ADD = """
    INSERT INTO access_tokens (digest, user_id, name, scopes, created_at, expires_at)
    VALUES (:digest, :user_id, :name, :scopes, :created_at, :expires_at)
    RETURNING id
"""
_END_ALL = f"DELETE FROM access_tokens WHERE user_id = :user_id RETURNING {rows.TOKEN}"
_END = f"DELETE FROM access_tokens WHERE id = :id RETURNING {rows.TOKEN}"


@dataclass(frozen=True, slots=True)
class SqlAccessTokens:
    """Fits `domain.keyring.AccessTokens`."""

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

    async def get(self, token_id: int) -> Bearer | None:
        row = await self.transaction.one(rows.BEARER_BY_ID, {"id": token_id})
        return rows.to_bearer(row) if row else None

    async def end(self, token_id: int) -> AccessToken | None:
        if not 0 < token_id <= sys.maxsize:
            return None
        row = await self.transaction.one(_END, {"id": token_id})
        return rows.to_token(row) if row else None

    async def end_all(self, user_id: int) -> list[AccessToken]:
        found = await self.transaction.all(_END_ALL, {"user_id": user_id})
        return sorted((rows.to_token(row) for row in found), key=lambda token: token.id)
