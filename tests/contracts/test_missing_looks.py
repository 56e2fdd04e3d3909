"""What names of before look like is filled in, while others go on."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from adapters.skeletons import skeleton
from adapters.sql.names import MissingLooks
from adapters.sql.storage import Storage
from adapters.sql.tables import names, users
from adapters.sql.unit_of_work import SqlBegin
from domain.errors import UsernameTaken
from domain.names import NamePolicy
from domain.user import Username
from tests.contracts.storages import storage_on
from tests.engines import ENGINES
from tests.examples import HASH, NOON

POLICY = NamePolicy(skeleton)


@pytest.fixture(params=ENGINES)
async def storage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Storage]:
    async with storage_on(request.param, tmp_path) as storage:
        yield storage


async def _add_of_before(storage: Storage, *accounts: str) -> None:
    rows = [
        {
            "username": name,
            "username_key": Username(name).key,
            "password_hash": "x",
            "signup_time": 0,
            "auth_version": 1,
        }
        for name in accounts
    ]
    async with storage.transactions.begin() as transaction:
        await transaction.execute_each(insert(users), rows)


def _missing(storage: Storage) -> MissingLooks:
    return MissingLooks(storage.reader, storage.transactions, POLICY.looks)


async def test_they_are_filled_in_some_at_a_time(storage: Storage) -> None:
    await _add_of_before(storage, *(f"name-{number}" for number in range(250)))
    assert [await _missing(storage).fill() for _ in range(4)] == [100, 100, 50, 0]
    rows = await storage.reader.all(select(names.c.user_id).distinct())
    assert len(rows) == 250


async def test_of_two_that_look_alike_the_older_account_has_the_look(storage: Storage) -> None:
    await _add_of_before(storage, "modern", "modem", "ada")
    while await _missing(storage).fill():
        pass
    found = await storage.reader.all(select(names.c.user_id).order_by(names.c.user_id))
    assert [id_ for (id_,) in found] == [1, 3]
    begin = SqlBegin(storage.transactions, str.upper)
    async with begin() as work:
        eve = await work.users.add(Username("eve"), HASH, at=NOON)
        with pytest.raises(UsernameTaken):
            await work.names.take(POLICY.looks(Username("\u0430da")), eve.id, now=NOON)


async def test_who_was_renamed_meanwhile_has_the_looks_of_the_new_name_alone(
    storage: Storage,
) -> None:
    await _add_of_before(storage, "ada")
    begin = SqlBegin(storage.transactions, str.upper)
    async with begin() as work:
        ada = await work.users.get(1)
        assert ada is not None
        augusta = await work.users.save(ada.renamed(Username("augusta")))
        await work.names.take(POLICY.looks(augusta.username), 1, now=NOON)
    assert await _missing(storage).fill() == 0
    found = await storage.reader.all(select(names.c.look))
    assert {look for (look,) in found} == POLICY.looks(Username("augusta"))
