"""The table of access tokens, inside a transaction."""

import sys
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert

from adapters.persistence import rows
from adapters.persistence.tables import access_tokens
from adapters.persistence.writer import Transaction
from domain.operator import AccessToken, Bearer, Scope

_GET = rows.BEARER_BY_ID.with_for_update()


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
            "created_at": rows.to_micros(at),
            "expires_at": rows.to_micros(expires_at),
        }
        result = await self.transaction.execute(
            insert(access_tokens).returning(access_tokens.c.id), values
        )
        return AccessToken(result.scalar_one(), user_id, name, scopes, at, expires_at)

    async def get(self, token_id: int) -> Bearer | None:
        result = await self.transaction.execute(_GET, {"id": token_id})
        row = result.one_or_none()
        return rows.to_bearer(row) if row else None

    async def end(self, token_id: int) -> AccessToken | None:
        if not 0 < token_id <= sys.maxsize:
            return None
        result = await self.transaction.execute(
            delete(access_tokens).where(access_tokens.c.id == token_id).returning(*rows.TOKEN)
        )
        row = result.one_or_none()
        return rows.to_token(row) if row else None
