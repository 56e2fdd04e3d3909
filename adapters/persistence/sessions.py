"""The table of sessions, inside a transaction."""

import sys
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, insert, select, update

from adapters.persistence import rows
from adapters.persistence.tables import sessions
from adapters.persistence.writer import Transaction
from domain.session import Origin, Session, SignedIn
from domain.user import User

_ADD = insert(sessions).returning(sessions.c.id)
_FIND = rows.SIGNED_IN_BY_DIGEST.with_for_update()
_GET = rows.SIGNED_IN_BY_ID.with_for_update()


@dataclass(frozen=True, slots=True)
class SqlSessions:
    """Fits `domain.ports.Sessions`."""

    transaction: Transaction

    async def add(
        self, user: User, digest: bytes, origin: Origin, *, at: datetime, expires_at: datetime
    ) -> Session:
        values = {
            "token_digest": digest,
            "user_id": user.id,
            "auth_version": user.auth_version,
            "created_at": rows.to_micros(at),
            "last_seen_at": rows.to_micros(at),
            "expires_at": rows.to_micros(expires_at),
            "address": origin.address,
            "user_agent": origin.user_agent,
        }
        result = await self.transaction.execute(_ADD, values)
        return Session(result.scalar_one(), user.id, user.auth_version, at, at, expires_at, origin)

    async def find(self, digest: bytes) -> SignedIn | None:
        result = await self.transaction.execute(_FIND, {"digest": digest})
        row = result.one_or_none()
        return rows.to_signed_in(row) if row else None

    async def get(self, session_id: int) -> SignedIn | None:
        result = await self.transaction.execute(_GET, {"id": session_id})
        row = result.one_or_none()
        return rows.to_signed_in(row) if row else None

    async def renew(self, session: Session, user: User, digest: bytes) -> None:
        await self.transaction.execute(
            update(sessions)
            .where(sessions.c.id == session.id)
            .values(token_digest=digest, auth_version=user.auth_version)
        )

    async def end(self, digest: bytes) -> Session | None:
        result = await self.transaction.execute(
            delete(sessions).where(sessions.c.token_digest == digest).returning(*rows.SESSION)
        )
        row = result.one_or_none()
        return rows.to_session(row) if row else None

    async def end_one(self, user_id: int, session_id: int) -> bool:
        if not 0 < session_id <= sys.maxsize:
            return False
        return bool(await self._delete(sessions.c.user_id == user_id, sessions.c.id == session_id))

    async def end_all(self, user_id: int, *, but: int | None = None) -> int:
        return await self._delete(
            sessions.c.user_id == user_id, sessions.c.id.is_distinct_from(but)
        )

    async def evict(self, user_id: int, *, at_most: int) -> int:
        of_user = sessions.c.user_id == user_id
        newest = select(sessions.c.id).where(of_user).order_by(sessions.c.id.desc()).limit(at_most)
        return await self._delete(of_user, sessions.c.id.not_in(newest))

    async def remove_expired(self, now: datetime, *, at_most: int) -> int:
        expired = (
            select(sessions.c.id).where(sessions.c.expires_at <= rows.to_micros(now)).limit(at_most)
        )
        return await self._delete(sessions.c.id.in_(expired))

    async def _delete(self, *conditions: ColumnElement[bool]) -> int:
        result = await self.transaction.execute(delete(sessions).where(*conditions))
        return result.rowcount
