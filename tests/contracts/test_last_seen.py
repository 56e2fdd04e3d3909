"""When accounts were last used is written later; events of newer versions can be read."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from adapters.sql.account_history import SqlAccountHistory
from adapters.sql.last_seen import SqlLastSeen
from adapters.sql.storage import Storage
from adapters.sql.tables import events, users
from adapters.sql.unit_of_work import SqlUnitOfWorkFactory
from domain.account import Usage
from domain.events import Event, EventKind
from domain.user import Username
from tests.contracts.storages import storage_on
from tests.engines import ENGINES
from tests.examples import ADA, DAY, DIGEST, HASH, LAPTOP, MINUTE, NOON, PHONE

LATER = NOON + 5 * MINUTE
NOBODY = 4711


@pytest.fixture(params=ENGINES)
async def storage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Storage]:
    async with storage_on(request.param, tmp_path) as storage:
        yield storage


async def test_a_login_and_a_request_say_when_and_from_where(storage: Storage) -> None:
    async with SqlUnitOfWorkFactory(storage.transactions, str)() as work:
        ada = await work.users.add(ADA, HASH, at=NOON)
        session = await work.sessions.add(ada, DIGEST, PHONE, at=NOON, expires_at=NOON + DAY)
    last_seen, history = SqlLastSeen(storage.transactions), SqlAccountHistory(storage.reader)

    async def usage() -> tuple[datetime | None, str | None]:
        await last_seen.write()
        found = await history.usage(ada.id)
        return found.last_used_at, found.last_address

    assert await usage() == (None, None)
    last_seen.note_login(ada.id, LAPTOP, NOON)
    assert await usage() == (NOON, LAPTOP.address)
    last_seen.note(session, LATER)
    assert await usage() == (LATER, PHONE.address), "that of the login whose session it is"
    last_seen.note_login(ada.id, LAPTOP, NOON)
    assert await usage() == (LATER, PHONE.address), "never back in time"
    last_seen.note_login(NOBODY, LAPTOP, LATER)
    await last_seen.write()
    assert await history.usage(NOBODY) == Usage()
    assert (await history.sessions(ada.id))[0].last_seen_at == LATER


async def test_more_than_are_held_at_once_are_all_written(storage: Storage) -> None:
    async with SqlUnitOfWorkFactory(storage.transactions, str)() as work:
        added = [
            await work.users.add(Username(f"user{number}"), HASH, at=NOON) for number in range(1100)
        ]
        session = await work.sessions.add(added[0], DIGEST, PHONE, at=NOON, expires_at=LATER)
    last_seen = SqlLastSeen(storage.transactions, capacity=1050)
    for user in added:
        last_seen.note_login(user.id, LAPTOP, LATER)
    last_seen.note(replace(session, user_id=NOBODY), LATER)
    await last_seen.write()
    count = select(func.count()).where(users.c.last_used_at.is_not(None))
    assert (await storage.reader.one(count)) == (1050,)
    history = SqlAccountHistory(storage.reader)
    assert (await history.sessions(added[0].id))[0].last_seen_at == LATER


async def test_an_event_of_a_newer_version_keeps_nobody_from_reading(storage: Storage) -> None:
    begin, history = (
        SqlUnitOfWorkFactory(storage.transactions, str),
        SqlAccountHistory(storage.reader),
    )
    async with begin() as work:
        ada = await work.users.add(ADA, HASH, at=NOON)
        await work.events.append(Event(EventKind.SIGNED_UP, NOON, ada.id, LAPTOP))
    async with storage.transactions.begin() as transaction:
        await transaction.execute(update(events).values(kind="of_a_newer_version"))
    assert [each.event.kind for each in (await history.follow(None, limit=9)).events] == [
        EventKind.UNKNOWN
    ]
    assert await history.events(ada.id, before=None, limit=9)
