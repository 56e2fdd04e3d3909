"""When sessions were last used, written in batches away from the requests."""

from contextlib import suppress
from datetime import datetime

from sqlalchemy import bindparam, update

from adapters.persistence import rows
from adapters.persistence.tables import sessions
from adapters.persistence.writer import Writer
from domain.errors import Unavailable

_WRITE = (
    update(sessions)
    .where(sessions.c.id == bindparam("session_id"), sessions.c.last_seen_at < bindparam("at"))
    .values(last_seen_at=bindparam("at"))
)


class SqlLastSeen:
    """Fits `domain.ports.LastSeen`. Holds at most `capacity` notes; further ones are dropped, and
    taken again at the session's next request.
    """

    def __init__(self, writer: Writer, *, capacity: int = 10_000) -> None:
        self._writer = writer
        self._capacity = capacity
        self._notes: dict[int, int] = {}

    def note(self, session_id: int, at: datetime) -> None:
        if session_id in self._notes or len(self._notes) < self._capacity:
            self._notes[session_id] = rows.to_micros(at)

    async def write(self) -> None:
        """Write what was noted. When the database cannot take it, it is let go: the sessions'
        next requests note it again.
        """
        notes, self._notes = self._notes, {}
        if not notes:
            return
        with suppress(Unavailable):
            async with self._writer.begin() as transaction:
                await transaction.execute(
                    _WRITE, [{"session_id": id_, "at": at} for id_, at in notes.items()]
                )
