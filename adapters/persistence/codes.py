"""The table of one-time codes, inside a transaction."""

from dataclasses import dataclass

from sqlalchemy import delete, insert

from adapters.persistence import rows
from adapters.persistence.tables import one_time_codes
from adapters.persistence.writer import Transaction
from domain.operator import Grant


@dataclass(frozen=True, slots=True)
class SqlCodes:
    """Fits `domain.keyring.Codes`."""

    transaction: Transaction

    async def put(self, digest: bytes, grant: Grant) -> None:
        await self.transaction.execute(
            delete(one_time_codes).where(
                one_time_codes.c.purpose == grant.purpose.value,
                one_time_codes.c.user_id.is_not_distinct_from(grant.user_id),
            )
        )
        values = {
            "digest": digest,
            "purpose": grant.purpose.value,
            "user_id": grant.user_id,
            "expires_at": rows.to_micros(grant.expires_at),
        }
        await self.transaction.execute(insert(one_time_codes), values)

    async def take(self, digest: bytes) -> Grant | None:
        result = await self.transaction.execute(
            delete(one_time_codes).where(one_time_codes.c.digest == digest).returning(*rows.GRANT)
        )
        row = result.one_or_none()
        return rows.to_grant(row) if row else None

    async def void(self, user_id: int) -> None:
        await self.transaction.execute(
            delete(one_time_codes).where(one_time_codes.c.user_id == user_id)
        )
