"""When sessions and access tokens were last used, written in batches away from the requests."""

from contextlib import suppress
from datetime import datetime

from sqlalchemy import BindParameter, bindparam, or_, update

from adapters.sql.tables import access_tokens, sessions
from adapters.sql.values import to_micros
from adapters.sql.writer import Writer
from domain.errors import Unavailable

_at: BindParameter[int] = bindparam("at")
_SEEN = (
    update(sessions)
    .where(sessions.c.id == bindparam("session_id"), sessions.c.last_seen_at < _at)
    .values(last_seen_at=_at)
)
_last_used = access_tokens.c.last_used_at
_USED = (
    update(access_tokens)
    .where(access_tokens.c.id == bindparam("token_id"))
    .where(or_(_last_used.is_(None), _last_used < _at))
    .values(last_used_at=_at)
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
            self._notes[session_id] = to_micros(at)

    def note_token(self, token_id: int, at: datetime) -> None:
        self._token_notes[token_id] = to_micros(at)

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
                    await transaction.execute_each(_SEEN, seen)
                if used:
                    await transaction.execute_each(_USED, used)
