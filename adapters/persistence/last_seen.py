"""When sessions and access tokens were last used, written in batches away from the requests."""

from contextlib import suppress
from datetime import datetime

from sqlalchemy import bindparam, or_, update

from adapters.persistence import rows
from adapters.persistence.tables import access_tokens, sessions
from adapters.persistence.writer import Writer
from domain.errors import Unavailable

_WRITE = (
    update(sessions)
    .where(sessions.c.id == bindparam("session_id"), sessions.c.last_seen_at < bindparam("at"))
    .values(last_seen_at=bindparam("at"))
)
_used = access_tokens.c.last_used_at
_WRITE_TOKEN = (
    update(access_tokens)
    .where(
        access_tokens.c.id == bindparam("token_id"), or_(_used.is_(None), _used < bindparam("at"))
    )
    .values(last_used_at=bindparam("at"))
)


class SqlLastSeen:
    """Fits `domain.ports.LastSeen`. Holds at most `capacity` notes of sessions; further ones are
    dropped, and taken again at the session's next request.
    """

    def __init__(self, writer: Writer, *, capacity: int = 10_000) -> None:
        self._writer = writer
        self._capacity = capacity
        self._notes: dict[int, int] = {}
        self._token_notes: dict[int, int] = {}

    def note(self, session_id: int, at: datetime) -> None:
        if session_id in self._notes or len(self._notes) < self._capacity:
            self._notes[session_id] = rows.to_micros(at)

    def note_token(self, token_id: int, at: datetime) -> None:
        self._token_notes[token_id] = rows.to_micros(at)

    async def write(self) -> None:
        """Write what was noted. When the database cannot take it, it is let go: the sessions'
        next requests note it again.
        """
        seen = [{"session_id": id_, "at": at} for id_, at in self._notes.items()]
        used = [{"token_id": id_, "at": at} for id_, at in self._token_notes.items()]
        self._notes, self._token_notes = {}, {}
        if not seen and not used:
            return
        with suppress(Unavailable):
            async with self._writer.begin() as transaction:
                if seen:
                    await transaction.execute(_WRITE, seen)
                if used:
                    await transaction.execute(_WRITE_TOKEN, used)
