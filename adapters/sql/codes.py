"""The table of one-time codes: its statements and rows, and what is done with them in a
transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, delete, insert, or_, select

from adapters.sql.tables import one_time_codes as codes
from adapters.sql.transactions import Transaction
from adapters.sql.values import to_instant, to_micros
from domain.operator import Issuer, Purpose, StoredCode

_GRANT = (
    codes.c.purpose,
    codes.c.user_id,
    codes.c.expires_at,
    codes.c.issuer_id,
    codes.c.issuer_auth_version,
    codes.c.issuer_key_id,
)


def to_stored_code(row: Sequence[Any]) -> StoredCode:
    """A row of `GRANT_BY_DIGEST`."""
    purpose, user_id, expires_at, issuer_id, auth_version, token_id = row
    issuer = None if issuer_id is None else Issuer(issuer_id, auth_version, token_id)
    return StoredCode(Purpose(purpose), user_id, to_instant(expires_at), issuer)


_HAS_DIGEST = codes.c.digest == bindparam("digest")
_HAS_PURPOSE = codes.c.purpose == bindparam("purpose")
GRANT_BY_DIGEST = select(*_GRANT).where(_HAS_DIGEST)
_DISPLACE = delete(codes).where(
    _HAS_PURPOSE, codes.c.user_id.is_not_distinct_from(bindparam("user_id"))
)
_PUT = insert(codes)
_TAKE = delete(codes).where(_HAS_DIGEST).returning(*_GRANT)
_VOID = delete(codes).where(
    or_(codes.c.user_id == bindparam("user_id"), codes.c.issuer_id == bindparam("user_id"))
)
_VOID_PURPOSE = delete(codes).where(_HAS_PURPOSE)


@dataclass(frozen=True, slots=True)
class SqlCodes:
    """Fits `domain.credentials.Codes`."""

    transaction: Transaction

    async def put(self, digest: bytes, stored: StoredCode) -> None:
        issuer = stored.issuer
        values = {
            "digest": digest,
            "purpose": stored.purpose.value,
            "user_id": stored.user_id,
            "expires_at": to_micros(stored.expires_at),
            "issuer_id": issuer.user_id if issuer else None,
            "issuer_auth_version": issuer.auth_version if issuer else None,
            "issuer_key_id": issuer.token_id if issuer else None,
        }
        if stored.user_id is None:
            await (
                self.transaction.lock_for_all_accounts()
            )  # no account whose lock would keep two apart
        displaced = {"purpose": stored.purpose.value, "user_id": stored.user_id}
        await self.transaction.execute(_DISPLACE, displaced)
        await self.transaction.execute(_PUT, values)

    async def take(self, digest: bytes) -> StoredCode | None:
        row = await self.transaction.one(_TAKE, {"digest": digest})
        return to_stored_code(row) if row else None

    async def void(self, user_id: int) -> None:
        await self.transaction.execute(_VOID, {"user_id": user_id})

    async def void_set_up(self) -> None:
        await self.transaction.execute(_VOID_PURPOSE, {"purpose": Purpose.SET_UP.value})
