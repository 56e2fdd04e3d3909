"""When accounts, sessions and access tokens were last used: written in batches, away from the
requests.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from itertools import islice, zip_longest
from typing import Any

from sqlalchemy import BindParameter, Column, Select, Update, bindparam, or_, select, update

from adapters.sql.tables import access_tokens, sessions, users
from adapters.sql.transactions import Transaction, Transactions
from adapters.sql.values import to_micros
from domain.errors import Unavailable
from domain.session import Caller, Session

_BATCH = 500
_at: BindParameter[int] = bindparam("at")
_SEEN = (
    update(sessions)
    .where(sessions.c.id == bindparam("row"), sessions.c.last_seen_at < _at)
    .values(last_seen_at=_at)
)
_USED = (
    update(access_tokens)
    .where(access_tokens.c.id == bindparam("row"))
    .where(or_(access_tokens.c.last_used_at.is_(None), access_tokens.c.last_used_at < _at))
    .values(last_used_at=_at)
)
_VISITED = (
    update(users)
    .where(users.c.id == bindparam("row"))
    .where(or_(users.c.last_used_at.is_(None), users.c.last_used_at < _at))
    .values(last_used_at=_at, last_address=bindparam("address"))
)


def _free(key: Column[int]) -> Select[*tuple[Any, ...]]:
    wanted = key.in_(bindparam("ids", expanding=True))
    return select(key).where(wanted).with_for_update(key_share=True, skip_locked=True)


_FREE_SESSIONS, _FREE_TOKENS = _free(sessions.c.id), _free(access_tokens.c.id)
_FREE_USERS = _free(users.c.id)

Notes = dict[int, dict[str, int | str]]
"""What is to be written to which row."""


class SqlLastSeen:
    """Fits `domain.ports.LastSeen`. Holds at most `capacity` notes of sessions and of users;
    further ones are dropped, and taken again at the session's next request.
    """

    def __init__(self, transactions: Transactions, *, capacity: int = 10_000) -> None:
        self._transactions = transactions
        self._capacity = capacity
        self._sessions: Notes = {}
        self._users: Notes = {}
        self._tokens: Notes = {}

    def note(self, session: Session, at: datetime) -> None:
        self._note(self._sessions, session.id, {"at": to_micros(at)})
        self.note_login(session.user_id, session.caller, at)

    def note_login(self, user_id: int, caller: Caller, at: datetime) -> None:
        self._note(self._users, user_id, {"at": to_micros(at), "address": caller.address})

    def note_token(self, token_id: int, at: datetime) -> None:
        self._tokens[token_id] = {"at": to_micros(at)}

    def _note(self, notes: Notes, row: int, values: dict[str, int | str]) -> None:
        if row in notes or len(notes) < self._capacity:
            notes[row] = values

    async def write(self) -> None:
        """Write what was noted. When the database cannot take it, it is let go: the sessions'
        next requests note it again.
        """
        seen, used, visited = self._sessions, self._tokens, self._users
        self._sessions, self._tokens, self._users = {}, {}, {}
        parts = zip_longest(*map(_parts, (visited, seen, used)), fillvalue={})
        with suppress(Unavailable):
            for some_users, some_sessions, some_tokens in parts:
                async with self._transactions.begin() as transaction:
                    await _write(transaction, _FREE_USERS, _VISITED, some_users)
                    await _write(transaction, _FREE_SESSIONS, _SEEN, some_sessions)
                    await _write(transaction, _FREE_TOKENS, _USED, some_tokens)


async def _write(
    transaction: Transaction, free: Select[*tuple[Any, ...]], update_: Update, notes: Notes
) -> None:
    """Rows that somebody else holds are left out: whoever holds them may wait for others of these,
    and would never get them.
    """
    if not notes:
        return
    rows = await transaction.all(free, {"ids": list(notes)})
    if rows:
        await transaction.execute_each(update_, [{"row": id_, **notes[id_]} for (id_,) in rows])


def _parts(notes: Notes) -> Iterator[Notes]:
    """So many at once as are held only for a moment: their owners may want to log in."""
    left = iter(notes.items())
    while some := dict(islice(left, _BATCH)):
        yield some
