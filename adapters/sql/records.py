"""What is known, for reading."""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from adapters.sql import rows
from adapters.sql.reader import SqliteReader
from domain.events import Recorded
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

    async def existing(self, user_ids: Sequence[int]) -> set[int]:
        found = self.reader.all(_EXISTING, ids=json.dumps(list(user_ids)))
        return {int(id_) for (id_,) in found}
