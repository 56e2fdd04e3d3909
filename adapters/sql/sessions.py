"""The table of sessions, inside a transaction."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from adapters.sql import rows
from adapters.sql.sqlite import to_micros
from adapters.sql.writer import Transaction
from domain.session import Origin, Session, SignedIn
from domain.user import User

_ADD = """
    INSERT INTO sessions
        (token_digest, user_id, auth_version, created_at, last_seen_at, expires_at, address,
         user_agent, device)
    VALUES
        (:token_digest, :user_id, :auth_version, :at, :at, :expires_at, :address, :user_agent,
         :device)
    RETURNING id
"""
_RENEW = "UPDATE sessions SET token_digest = :digest, auth_version = :auth_version WHERE id = :id"
_END = f"DELETE FROM sessions WHERE token_digest = :digest RETURNING {rows.SESSION}"
_END_ONE = "DELETE FROM sessions WHERE user_id = :user_id AND id = :id"
_END_ALL = "DELETE FROM sessions WHERE user_id = :user_id AND id IS NOT :but"
_EVICT = """
    DELETE FROM sessions WHERE user_id = :user_id AND id NOT IN
        (SELECT id FROM sessions WHERE user_id = :user_id ORDER BY id DESC LIMIT :at_most)
"""
_REMOVE_EXPIRED = """
    DELETE FROM sessions WHERE id IN
        (SELECT id FROM sessions WHERE expires_at <= :now LIMIT :at_most)
"""


@dataclass(frozen=True, slots=True)
class SqlSessions:
    """Fits `domain.ports.Sessions`. `describe` names the device of a user agent."""

    transaction: Transaction
    describe: Callable[[str], str]

    async def add(
        self, user: User, digest: bytes, origin: Origin, *, at: datetime, expires_at: datetime
    ) -> Session:
        def values() -> dict[str, object]:
            return {
                "token_digest": digest,
                "user_id": user.id,
                "auth_version": user.auth_version,
                "at": to_micros(at),
                "expires_at": to_micros(expires_at),
                "address": origin.address,
                "user_agent": origin.user_agent,
                "device": self.describe(origin.user_agent),
            }

        ((session_id,),) = await self.transaction.all(_ADD, values)
        return Session(session_id, user.id, user.auth_version, at, at, expires_at, origin)

    async def find(self, digest: bytes) -> SignedIn | None:
        row = await self.transaction.one(rows.SIGNED_IN_BY_DIGEST, {"digest": digest})
        return rows.to_signed_in(row) if row else None

    async def get(self, session_id: int) -> SignedIn | None:
        row = await self.transaction.one(rows.SIGNED_IN_BY_ID, {"id": session_id})
        return rows.to_signed_in(row) if row else None

    async def renew(self, session: Session, user: User, digest: bytes) -> None:
        values = {"id": session.id, "digest": digest, "auth_version": user.auth_version}
        await self.transaction.execute(_RENEW, values)

    async def end(self, digest: bytes) -> Session | None:
        row = await self.transaction.one(_END, {"digest": digest})
        return rows.to_session(row) if row else None

    async def end_one(self, user_id: int, session_id: int) -> bool:
        if not 0 < session_id <= sys.maxsize:
            return False
        values = {"user_id": user_id, "id": session_id}
        return bool(await self.transaction.execute(_END_ONE, values))

    async def end_all(self, user_id: int, *, but: int | None = None) -> int:
        return await self.transaction.execute(_END_ALL, {"user_id": user_id, "but": but})

    async def evict(self, user_id: int, *, at_most: int) -> int:
        return await self.transaction.execute(_EVICT, {"user_id": user_id, "at_most": at_most})

    async def remove_expired(self, now: datetime, *, at_most: int) -> int:
        values = {"now": to_micros(now), "at_most": at_most}
        return await self.transaction.execute(_REMOVE_EXPIRED, values)
