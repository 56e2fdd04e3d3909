"""What is known, for reading."""

import json
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from adapters.sql import rows
from adapters.sql.reader import SqliteReader
from domain.errors import InvalidQuery
from domain.events import EventFeed, Recorded
from domain.session import Session

_SESSIONS = f"""
    SELECT {rows.SESSION} FROM sessions
    JOIN users ON sessions.user_id = users.id AND sessions.auth_version = users.auth_version
    WHERE sessions.user_id = :user_id
    ORDER BY sessions.id DESC
"""
_EVENTS = f"""
    SELECT {rows.EVENT} FROM events
    WHERE user_id = :user_id AND position < :before
    ORDER BY position DESC LIMIT :limit
"""
_EVENTS_AFTER = f"""
    SELECT {rows.EVENT} FROM events WHERE position > :after ORDER BY position LIMIT :limit
"""
_EXISTING = "SELECT id FROM users WHERE id IN (SELECT value FROM json_each(:ids))"


_CURSOR = re.compile(r"\d{1,19}\.(\d{1,19})", re.ASCII)
_BEGINNING = "0.0"


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

    async def follow(self, after: str | None, *, limit: int) -> EventFeed:
        position = _position_of(after or _BEGINNING)
        found = self.reader.all(_EVENTS_AFTER, after=position, limit=limit)
        events = [rows.to_recorded(row) for row in found]
        return EventFeed(events, f"0.{events[-1].position}" if events else after or _BEGINNING)

    async def existing(self, user_ids: Sequence[int]) -> set[int]:
        found = self.reader.all(_EXISTING, ids=json.dumps(list(user_ids)))
        return {int(id_) for (id_,) in found}


def _position_of(cursor: str) -> int:
    """A cursor is a transaction and a position. SQLite has one writer at a time, so positions alone
    are in the order of commits, and the transaction is 0.
    """
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        raise InvalidQuery("This is no `next` of the feed; begin again without `after`.")
    return min(int(found[1]), sys.maxsize)
