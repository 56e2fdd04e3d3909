"""The table of events: its statements and rows, and what is done with them in a transaction."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, or_, select, update

from adapters.sql.tables import events
from adapters.sql.transactions import Transaction
from adapters.sql.values import to_instant, to_micros
from domain.events import Event, EventKind, StoredEvent
from domain.session import Caller

EVENT = (
    events.c.position,
    events.c.kind,
    events.c.at,
    events.c.user_id,
    events.c.address,
    events.c.user_agent,
    events.c.details,
    events.c.actor_id,
    events.c.device,
)


_KINDS = frozenset(EventKind)


def to_stored_event(row: Sequence[Any]) -> StoredEvent:
    """A row of the columns `EVENT`."""
    position, kind, at, user_id, address, user_agent, details, actor_id, device = row
    caller = Caller(address, user_agent, device)
    known = EventKind(kind) if kind in _KINDS else EventKind.UNKNOWN
    event = Event(known, to_instant(at), user_id, caller, json.loads(details), actor_id)
    return StoredEvent(position, event)


_APPEND = insert(events)
_NO_CALLER = {"address": "", "user_agent": "", "device": ""}
_ERASE_OF_USER = (
    update(events)
    .where(
        events.c.user_id == bindparam("erased"),
        or_(events.c.address != "", events.c.user_agent != "", events.c.details != "{}"),
    )
    .values(**_NO_CALLER, details="{}")
)
_ERASE_OF_ACTOR = (
    update(events).where(events.c.actor_id == bindparam("erased")).values(**_NO_CALLER)
)
_OLDER = (
    select(events.c.position)
    .where(events.c.at < bindparam("than"))
    .limit(bindparam("at_most"))
    .with_for_update(skip_locked=True)
)
_REMOVE_OLDER = delete(events).where(events.c.position.in_(_OLDER))


@dataclass(frozen=True, slots=True)
class SqlEvents:
    """Fits `domain.ports.Events`. Rows are added and, at the end of their time, removed; the one
    change is the erasure of personal data. `describe` names the device of a user agent.
    """

    transaction: Transaction
    describe: Callable[[str], str]
    appended: list[EventKind] = field(default_factory=list)
    """Of which kinds events were added in this transaction."""

    async def append(self, *happened: Event) -> None:
        if happened:
            self.appended.extend(event.kind for event in happened)
            columns = (_columns(event, self.describe) for event in happened)
            await self.transaction.execute_each(_APPEND, columns)

    async def erase_personal(self, user_id: int) -> int:
        erased = await self.transaction.execute(_ERASE_OF_USER, {"erased": user_id})
        await self.transaction.execute(_ERASE_OF_ACTOR, {"erased": user_id})
        return erased

    async def remove_older(self, than: datetime, *, at_most: int) -> int:
        values = {"than": to_micros(than), "at_most": at_most}
        return await self.transaction.execute(_REMOVE_OLDER, values)


def _columns(event: Event, describe: Callable[[str], str]) -> dict[str, object]:
    return {
        "kind": event.kind.value,
        "at": to_micros(event.at),
        "user_id": event.user_id,
        "address": event.caller.address,
        "user_agent": event.caller.user_agent,
        "device": describe(event.caller.user_agent),
        "details": json.dumps(dict(event.details), ensure_ascii=False),
        "actor_id": event.actor_id,
    }
