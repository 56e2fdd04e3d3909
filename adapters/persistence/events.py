"""The table of events, inside a transaction."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, or_, select, update

from adapters.persistence import rows
from adapters.persistence.tables import events
from adapters.persistence.writer import Transaction
from domain.events import Event

_NOTHING = "{}"
_APPEND = insert(events)


@dataclass(frozen=True, slots=True)
class SqlEvents:
    """Fits `domain.ports.Events`. Rows are added and, at the end of their time, removed; the one
    change is the erasure of personal data.
    """

    transaction: Transaction

    async def append(self, *happened: Event) -> None:
        if happened:
            await self.transaction.execute(_APPEND, [_columns(event) for event in happened])

    async def erase_personal(self, user_id: int) -> int:
        personal = or_(
            events.c.address != "", events.c.user_agent != "", events.c.details != _NOTHING
        )
        result = await self.transaction.execute(
            update(events)
            .where(events.c.user_id == user_id, personal)
            .values(address="", user_agent="", details=_NOTHING)
        )
        await self.transaction.execute(
            update(events).where(events.c.actor_id == user_id).values(address="", user_agent="")
        )
        return result.rowcount

    async def remove_older(self, than: datetime, *, at_most: int) -> int:
        old = select(events.c.position).where(events.c.at < rows.to_micros(than)).limit(at_most)
        result = await self.transaction.execute(delete(events).where(events.c.position.in_(old)))
        return result.rowcount


def _columns(event: Event) -> dict[str, object]:
    return {
        "kind": event.kind.value,
        "at": rows.to_micros(event.at),
        "user_id": event.user_id,
        "address": event.origin.address,
        "user_agent": event.origin.user_agent,
        "details": json.dumps(dict(event.details), ensure_ascii=False),
        "actor_id": event.actor_id,
    }
