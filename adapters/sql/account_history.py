"""What is known, for reading."""

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, bindparam, select, tuple_

from adapters.sql.events import EVENT, to_stored_event
from adapters.sql.sessions import IS_VALID, SESSION, to_session
from adapters.sql.tables import compatibility, events, sessions, users
from adapters.sql.transactions import Reader
from adapters.sql.users import USER, to_user
from adapters.sql.values import to_optional_instant
from domain.account import Usage
from domain.errors import InvalidQuery
from domain.events import EventFeed, StoredEvent
from domain.session import Session
from domain.user import User

_SESSIONS = (
    select(*SESSION)
    .select_from(IS_VALID)
    .where(sessions.c.user_id == bindparam("user_id"))
    .order_by(sessions.c.id.desc())
)
_EVENTS = (
    select(*EVENT)
    .where(events.c.user_id == bindparam("user_id"), events.c.position < bindparam("before"))
    .order_by(events.c.position.desc())
    .limit(bindparam("limit"))
)
_CAME = (events.c.transaction_id, events.c.position)
_EVENTS_AFTER = (
    select(events.c.transaction_id, *EVENT)
    .where(tuple_(*_CAME) > tuple_(bindparam("transaction"), bindparam("position")))
    .order_by(*_CAME)
    .limit(bindparam("limit"))
)
_LAST = select(*_CAME).order_by(*(column.desc() for column in _CAME)).limit(1)
_USER = select(*USER).where(users.c.id == bindparam("id"))
_USAGE = select(users.c.signup_address, users.c.last_used_at, users.c.last_address).where(
    users.c.id == bindparam("id")
)
_EXISTING = select(users.c.id).where(users.c.id.in_(bindparam("ids", expanding=True)))

_CURSOR = re.compile(r"([0-9a-f]{1,32})\.(\d{1,19})\.(\d{1,19})", re.ASCII)
_NOW = "now"
_FEED = select(compatibility.c.feed)


@dataclass(frozen=True, slots=True)
class SqlAccountHistory:
    """Fits `domain.history.AccountHistory`.

    Events are followed in the order of their transactions. `settled` is the condition that an event
    has no transaction before it that may still commit; `None` where transactions commit one by one.
    """

    reader: Reader
    settled: ColumnElement[bool] | None = None
    _known: list[str] = field(default_factory=list)

    async def sessions(self, user_id: int) -> list[Session]:
        found = await self.reader.all(_SESSIONS, user_id=user_id)
        return [to_session(row) for row in found]

    async def events(self, user_id: int, *, before: int | None, limit: int) -> list[StoredEvent]:
        below = sys.maxsize if before is None else min(before, sys.maxsize)
        found = await self.reader.all(_EVENTS, user_id=user_id, before=below, limit=limit)
        return [to_stored_event(row) for row in found]

    async def follow(self, after: str | None, *, limit: int) -> EventFeed:
        feed = await self._feed()
        if after == _NOW:
            transaction, position = await self._last()
            return EventFeed([], f"{feed}.{transaction}.{position}")
        transaction, position = _read(after, feed) if after else (0, 0)
        statement = _EVENTS_AFTER if self.settled is None else _EVENTS_AFTER.where(self.settled)
        found = await self.reader.all(
            statement, transaction=transaction, position=position, limit=limit
        )
        if found:
            transaction, position = found[-1][0], found[-1][1]
        cursor = f"{feed}.{transaction}.{position}"
        return EventFeed([to_stored_event(row[1:]) for row in found], cursor)

    async def _last(self) -> tuple[int, int]:
        """The transaction and the position of the last event that can be followed."""
        statement = _LAST if self.settled is None else _LAST.where(self.settled)
        row = await self.reader.one(statement)
        return (row[0], row[1]) if row else (0, 0)

    async def _feed(self) -> str:
        """Which numbers of transactions count; that changes only while nothing runs."""
        if not self._known:
            row = await self.reader.one(_FEED)
            self._known.append(str(row[0]) if row else "0")
        return self._known[0]

    async def user(self, user_id: int) -> User | None:
        if not 0 < user_id <= sys.maxsize:
            return None
        row = await self.reader.one(_USER, id=user_id)
        return to_user(row) if row else None

    async def usage(self, user_id: int) -> Usage:
        row = await self.reader.one(_USAGE, id=user_id)
        return Usage(row[0], to_optional_instant(row[1]), row[2]) if row else Usage()

    async def existing(self, user_ids: Sequence[int]) -> set[int]:
        found = await self.reader.all(_EXISTING, ids=list(user_ids))
        return {int(id_) for (id_,) in found}


def _read(cursor: str, feed: str) -> tuple[int, int]:
    """The transaction and the position of the last event that was seen."""
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        raise InvalidQuery("This is no `next` of the feed; begin again without `after`.")
    if found[1] != feed:
        raise InvalidQuery(
            "This `next` is from before the database was moved or restored; begin again without"
            " `after`."
        )
    transaction, position = (min(int(part), sys.maxsize) for part in found.groups()[1:])
    return transaction, position
