"""The table of events, inside a transaction."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from adapters.sql.sqlite import to_micros
from adapters.sql.writer import Transaction
from domain.events import Event, EventKind

_APPEND = """
    INSERT INTO events (kind, at, user_id, address, user_agent, device, details, actor_id)
    VALUES (:kind, :at, :user_id, :address, :user_agent, :device, :details, :actor_id)
"""
_ERASE_OF_USER = """
    UPDATE events SET address = '', user_agent = '', device = '', details = '{}'
    WHERE user_id = :user_id AND (address <> '' OR user_agent <> '' OR details <> '{}')
"""
_ERASE_OF_ACTOR = """
    UPDATE events SET address = '', user_agent = '', device = '' WHERE actor_id = :user_id
"""
_REMOVE_OLDER = """
    DELETE FROM events WHERE position IN
        (SELECT position FROM events WHERE at < :than LIMIT :at_most)
"""


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
        erased = await self.transaction.execute(_ERASE_OF_USER, {"user_id": user_id})
        await self.transaction.execute(_ERASE_OF_ACTOR, {"user_id": user_id})
        return erased

    async def remove_older(self, than: datetime, *, at_most: int) -> int:
        values = {"than": to_micros(than), "at_most": at_most}
        return await self.transaction.execute(_REMOVE_OLDER, values)


def _columns(event: Event, describe: Callable[[str], str]) -> dict[str, object]:
    return {
        "kind": event.kind.value,
        "at": to_micros(event.at),
        "user_id": event.user_id,
        "address": event.origin.address,
        "user_agent": event.origin.user_agent,
        "device": describe(event.origin.user_agent),
        "details": json.dumps(dict(event.details), ensure_ascii=False),
        "actor_id": event.actor_id,
    }
