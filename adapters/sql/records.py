"""What is known, for reading."""

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, select

from adapters.sql.events import EVENT, to_recorded
from adapters.sql.reader import SqliteReader
from adapters.sql.sessions import COUNTING, SESSION, to_session
from adapters.sql.tables import events, sessions, users
from domain.errors import InvalidQuery
from domain.events import EventFeed, Recorded
from domain.session import Session

_SESSIONS = (
    select(*SESSION)
    .select_from(COUNTING)
    .where(sessions.c.user_id == bindparam("user_id"))
    .order_by(sessions.c.id.desc())
)
_EVENTS = (
    select(*EVENT)
    .where(events.c.user_id == bindparam("user_id"), events.c.position < bindparam("before"))
    .order_by(events.c.position.desc())
    .limit(bindparam("limit"))
)
_EVENTS_AFTER = (
    select(*EVENT)
    .where(events.c.position > bindparam("after"))
    .order_by(events.c.position)
    .limit(bindparam("limit"))
)
_EXISTING = select(users.c.id).where(users.c.id.in_(bindparam("ids", expanding=True)))

_CURSOR = re.compile(r"\d{1,19}\.(\d{1,19})", re.ASCII)
_BEGINNING = "0.0"


@dataclass(frozen=True, slots=True)
class SqliteRecords:
    """Fits `domain.ports.Records`."""

    reader: SqliteReader

    async def sessions(self, user_id: int) -> list[Session]:
        found = self.reader.all(_SESSIONS, user_id=user_id)
        return [to_session(row) for row in found]

    async def events(self, user_id: int, *, before: int | None, limit: int) -> list[Recorded]:
        below = sys.maxsize if before is None else min(before, sys.maxsize)
        found = self.reader.all(_EVENTS, user_id=user_id, before=below, limit=limit)
        return [to_recorded(row) for row in found]

    async def follow(self, after: str | None, *, limit: int) -> EventFeed:
        position = _position_of(after or _BEGINNING)
        found = self.reader.all(_EVENTS_AFTER, after=position, limit=limit)
        events = [to_recorded(row) for row in found]
        return EventFeed(events, f"0.{events[-1].position}" if events else after or _BEGINNING)

    async def existing(self, user_ids: Sequence[int]) -> set[int]:
        found = self.reader.all(_EXISTING, ids=list(user_ids))
        return {int(id_) for (id_,) in found}


def _position_of(cursor: str) -> int:
    """A cursor is a transaction and a position. SQLite has one writer at a time, so positions alone
    are in the order of commits, and the transaction is 0.
    """
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        raise InvalidQuery("This is no `next` of the feed; begin again without `after`.")
    return min(int(found[1]), sys.maxsize)
