"""The table of sessions: its statements and rows, and what is done with them in a transaction."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from adapters.sql.tables import sessions, users
from adapters.sql.transactions import Transaction
from adapters.sql.users import USER, to_user
from adapters.sql.values import to_instant, to_micros
from domain.session import Caller, Session, SignedIn
from domain.user import User

SESSION = (
    sessions.c.id,
    sessions.c.user_id,
    sessions.c.auth_version,
    sessions.c.created_at,
    sessions.c.last_seen_at,
    sessions.c.expires_at,
    sessions.c.address,
    sessions.c.user_agent,
    sessions.c.device,
)


def to_session(row: Sequence[Any]) -> Session:
    """A row of the columns `SESSION`."""
    id_, user_id, auth_version, created, last_seen, expires, address, user_agent, device = row
    return Session(
        id_,
        user_id,
        auth_version,
        to_instant(created),
        to_instant(last_seen),
        to_instant(expires),
        Caller(address, user_agent, device),
    )


SIGNED_IN = (*SESSION, *USER)


def to_signed_in(row: Sequence[Any]) -> SignedIn:
    """A row of the columns `SIGNED_IN`."""
    return SignedIn(to_session(row[: len(SESSION)]), to_user(row[len(SESSION) :]))


IS_VALID = sessions.join(
    users,
    (sessions.c.user_id == users.c.id) & (sessions.c.auth_version == users.c.auth_version),
)
"""Sessions that were opened with the password of now, with their users."""

WITH_DIGEST = select(sessions.c.token_digest, *SIGNED_IN).select_from(IS_VALID)
_SIGNED_IN = select(*SIGNED_IN).select_from(IS_VALID)
_LOCKED = _SIGNED_IN.with_for_update(key_share=True)
_BY_DIGEST = _LOCKED.where(sessions.c.token_digest == bindparam("digest"))
_BY_ID = _LOCKED.where(sessions.c.id == bindparam("id"))
_ADD = insert(sessions).returning(sessions.c.id)
_RENEW = update(sessions).where(sessions.c.id == bindparam("session_id"))
_END = delete(sessions).where(sessions.c.token_digest == bindparam("digest")).returning(*SESSION)
_OF_USER = sessions.c.user_id == bindparam("user_id")
_END_ONE = delete(sessions).where(_OF_USER, sessions.c.id == bindparam("id"))
_END_ALL = delete(sessions).where(_OF_USER, sessions.c.id.is_distinct_from(bindparam("but")))
_NEWEST = (
    select(sessions.c.id).where(_OF_USER).order_by(sessions.c.id.desc()).limit(bindparam("at_most"))
)
_EVICT = delete(sessions).where(_OF_USER, sessions.c.id.not_in(_NEWEST))
_EXPIRED = (
    select(sessions.c.id)
    .where(sessions.c.expires_at <= bindparam("now"))
    .limit(bindparam("at_most"))
    .with_for_update(skip_locked=True)
)
_REMOVE_EXPIRED = delete(sessions).where(sessions.c.id.in_(_EXPIRED))


@dataclass(frozen=True, slots=True)
class SqlSessions:
    """Fits `domain.ports.Sessions`. `describe` names the device of a user agent."""

    transaction: Transaction
    describe: Callable[[str], str]

    async def add(
        self, user: User, digest: bytes, caller: Caller, *, at: datetime, expires_at: datetime
    ) -> Session:
        def values() -> dict[str, object]:
            return {
                "token_digest": digest,
                "user_id": user.id,
                "auth_version": user.auth_version,
                "created_at": to_micros(at),
                "last_seen_at": to_micros(at),
                "expires_at": to_micros(expires_at),
                "address": caller.address,
                "user_agent": caller.user_agent,
                "device": self.describe(caller.user_agent),
            }

        ((session_id,),) = await self.transaction.all(_ADD, values)
        return Session(session_id, user.id, user.auth_version, at, at, expires_at, caller)

    async def find(self, digest: bytes) -> SignedIn | None:
        row = await self.transaction.one(_BY_DIGEST, {"digest": digest})
        return to_signed_in(row) if row else None

    async def get(self, session_id: int) -> SignedIn | None:
        row = await self.transaction.one(_BY_ID, {"id": session_id})
        return to_signed_in(row) if row else None

    async def renew(self, session: Session, user: User, digest: bytes) -> None:
        await self.transaction.execute(
            _RENEW,
            {
                "session_id": session.id,
                "token_digest": digest,
                "auth_version": user.auth_version,
            },
        )

    async def end(self, digest: bytes) -> Session | None:
        row = await self.transaction.one(_END, {"digest": digest})
        return to_session(row) if row else None

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
