"""The table of sessions, inside a transaction."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import delete, insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.persistence import rows
from adapters.persistence.tables import sessions
from domain.session import Origin, Session, SignedIn
from domain.user import User


@dataclass(frozen=True, slots=True)
class SqlSessions:
    """Fits `domain.ports.Sessions`."""

    connection: AsyncConnection

    async def add(
        self, user: User, digest: bytes, origin: Origin, *, at: datetime, expires_at: datetime
    ) -> Session:
        statement = insert(sessions).values(
            token_digest=digest,
            user_id=user.id,
            auth_version=user.auth_version,
            created_at=rows.to_micros(at),
            last_seen_at=rows.to_micros(at),
            expires_at=rows.to_micros(expires_at),
            address=origin.address,
            user_agent=origin.user_agent,
        )
        result = await self.connection.execute(statement.returning(sessions.c.id))
        return Session(result.scalar_one(), user.id, user.auth_version, at, at, expires_at, origin)

    async def find(self, digest: bytes) -> SignedIn | None:
        result = await self.connection.execute(
            rows.SIGNED_IN_BY_DIGEST.with_for_update(), {"digest": digest}
        )
        row = result.one_or_none()
        return rows.to_signed_in(row) if row else None

    async def replace_all(self, session: Session, user: User, digest: bytes) -> Session:
        await self.connection.execute(
            delete(sessions).where(sessions.c.user_id == user.id, sessions.c.id != session.id)
        )
        await self.connection.execute(
            update(sessions)
            .where(sessions.c.id == session.id)
            .values(token_digest=digest, auth_version=user.auth_version)
        )
        return replace(session, auth_version=user.auth_version)

    async def end(self, digest: bytes) -> None:
        await self.connection.execute(delete(sessions).where(sessions.c.token_digest == digest))
