"""When sessions and access tokens were last used, written in batches away from the requests."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Column, Select, Update, bindparam, or_, select, update

from adapters.sql.tables import access_tokens, sessions
from adapters.sql.transactions import Transaction, Transactions
from adapters.sql.values import to_micros
from domain.errors import Unavailable

_BATCH = 500
_at: BindParameter[int] = bindparam("at")
_SEEN = (
    update(sessions)
    .where(sessions.c.id == bindparam("row"), sessions.c.last_seen_at < _at)
    .values(last_seen_at=_at)
)
_last_used = access_tokens.c.last_used_at
_USED = (
    update(access_tokens)
    .where(access_tokens.c.id == bindparam("row"))
    .where(or_(_last_used.is_(None), _last_used < _at))
    .values(last_used_at=_at)
)


def _free(key: Column[int]) -> Select[*tuple[Any, ...]]:
    wanted = key.in_(bindparam("ids", expanding=True))
    return select(key).where(wanted).with_for_update(key_share=True, skip_locked=True)


_FREE_SESSIONS, _FREE_TOKENS = _free(sessions.c.id), _free(access_tokens.c.id)


class SqlLastSeen:
    """Fits `domain.ports.LastSeen`. Holds at most `capacity` notes of sessions; further ones are
    dropped, and taken again at the session's next request.
    """

    def __init__(self, transactions: Transactions, *, capacity: int = 10_000) -> None:
        self._transactions = transactions
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
        seen, used = self._notes, self._token_notes
        self._notes, self._token_notes = {}, {}
        if seen or used:
            with suppress(Unavailable):
                async with self._transactions.begin() as transaction:
                    await _write(transaction, _FREE_SESSIONS, _SEEN, seen)
                    await _write(transaction, _FREE_TOKENS, _USED, used)


async def _write(
    transaction: Transaction, free: Select[*tuple[Any, ...]], update_: Update, notes: dict[int, int]
) -> None:
    """Rows that somebody else holds are left out: whoever holds them may wait for others of these,
    and would never get them.
    """
    for some in _batched(notes):
        rows = await transaction.all(free, {"ids": some})
        if rows:
            values = [{"row": id_, "at": notes[id_]} for (id_,) in rows]
            await transaction.execute_each(update_, values)


def _batched(ids: Iterable[int]) -> Iterator[list[int]]:
    """At most so many at once as are held only for a moment."""
    left = list(ids)
    while left:
        some, left = left[:_BATCH], left[_BATCH:]
        yield some
