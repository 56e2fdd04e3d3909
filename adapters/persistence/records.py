"""What is known, for reading."""

import sys
from dataclasses import dataclass

from sqlalchemy import bindparam, select

from adapters.persistence import rows
from adapters.persistence.reader import Query, SqliteReader
from adapters.persistence.tables import events, sessions, users
from domain.events import Recorded
from domain.session import Session

_SESSIONS = Query(
    select(*rows.SESSION)
    .join_from(sessions, users, sessions.c.user_id == users.c.id)
    .where(
        sessions.c.user_id == bindparam("user_id"),
        sessions.c.auth_version == users.c.auth_version,
    )
    .order_by(sessions.c.id.desc())
)
_EVENTS = Query(
    select(*rows.EVENT)
    .where(events.c.user_id == bindparam("user_id"), events.c.position < bindparam("before"))
    .order_by(events.c.position.desc())
    .limit(bindparam("limit"))
)
_EVENTS_AFTER = Query(
    select(*rows.EVENT)
    .where(events.c.position > bindparam("after"))
    .order_by(events.c.position)
    .limit(bindparam("limit"))
)


@dataclass(frozen=True, slots=True)
class SqliteRecords:
    """Fits `domain.ports.Records`."""

    reader: SqliteReader

    async def sessions(self, user_id: int) -> list[Session]:
        found = self.reader.all(_SESSIONS, user_id=user_id)
        return [rows.to_session(row) for row in found]

    async def events(self, user_id: int, *, before: int | None, limit: int) -> list[Recorded]:
        below = sys.maxsize if before is None else min(before, sys.maxsize)
        found = self.reader.all(_EVENTS, user_id=user_id, before=below, limit=limit)
        return [rows.to_recorded(row) for row in found]

    async def events_after(self, position: int, *, limit: int) -> list[Recorded]:
        found = self.reader.all(_EVENTS_AFTER, after=min(position, sys.maxsize), limit=limit)
        return [rows.to_recorded(row) for row in found]
