"""The table of one-time codes, inside a transaction."""

from dataclasses import dataclass

from adapters.sql import rows
from adapters.sql.sqlite import to_micros
from adapters.sql.writer import Transaction
from domain.operator import Grant, Purpose

_DISPLACE = "DELETE FROM one_time_codes WHERE purpose = :purpose AND user_id IS :user_id"
_PUT = """
    INSERT INTO one_time_codes
        (digest, purpose, user_id, expires_at, issuer_id, issuer_auth_version, issuer_key_id)
    VALUES
        (:digest, :purpose, :user_id, :expires_at, :issuer_id, :issuer_auth_version,
         :issuer_key_id)
"""
_TAKE = f"DELETE FROM one_time_codes WHERE digest = :digest RETURNING {rows.GRANT}"
_VOID = "DELETE FROM one_time_codes WHERE user_id = :user_id OR issuer_id = :user_id"
_VOID_PURPOSE = "DELETE FROM one_time_codes WHERE purpose = :purpose"


@dataclass(frozen=True, slots=True)
class SqlCodes:
    """Fits `domain.keyring.Codes`."""

    transaction: Transaction

    async def put(self, digest: bytes, grant: Grant) -> None:
        issuer = grant.issuer
        values = {
            "digest": digest,
            "purpose": grant.purpose.value,
            "user_id": grant.user_id,
            "expires_at": to_micros(grant.expires_at),
            "issuer_id": issuer.user_id if issuer else None,
            "issuer_auth_version": issuer.auth_version if issuer else None,
            "issuer_key_id": issuer.token_id if issuer else None,
        }
        await self.transaction.execute(_DISPLACE, values)
        await self.transaction.execute(_PUT, values)

    async def take(self, digest: bytes) -> Grant | None:
        row = await self.transaction.one(_TAKE, {"digest": digest})
        return rows.to_grant(row) if row else None

    async def void(self, user_id: int) -> None:
        await self.transaction.execute(_VOID, {"user_id": user_id})

    async def void_set_up(self) -> None:
        await self.transaction.execute(_VOID_PURPOSE, {"purpose": Purpose.SET_UP.value})
