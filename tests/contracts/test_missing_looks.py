"""What names of before look like is filled in, while others go on."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import NoReturn

import pytest
from sqlalchemy import delete, insert, select, update

from adapters.skeletons import skeleton
from adapters.sql.missing_looks import MissingLooks
from adapters.sql.storage import Storage
from adapters.sql.tables import names, users
from adapters.sql.unit_of_work import SqlUnitOfWorkFactory
from application.steps.take_name import TakeName
from domain.errors import UsernameTaken
from domain.names import NamePolicy
from domain.user import User, Username
from tests.contracts.storages import storage_on
from tests.engines import ENGINES
from tests.examples import HASH, NOON
from tests.fakes.system import FakeClock

POLICY = NamePolicy(skeleton)
TAKE_NAME = TakeName(POLICY, FakeClock())


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
    return MissingLooks(storage.reader, storage.transactions, POLICY, FakeClock())


async def _fill(storage: Storage) -> None:
    missing = _missing(storage)
    while await missing.fill():
        pass


async def _renamed(storage: Storage, user_id: int, name: str) -> User:
    async with SqlUnitOfWorkFactory(storage.transactions, str.upper)() as work:
        user = await work.users.get(user_id)
        assert user is not None
        renamed = await work.users.save(user.renamed(Username(name)))
        await TAKE_NAME(work, renamed, before=user.username)
    return renamed


class _Undone(Exception):
    pass


def _undo() -> NoReturn:
    raise _Undone


async def _is_free(storage: Storage, name: str) -> bool:
    """For somebody else."""
    try:
        async with SqlUnitOfWorkFactory(storage.transactions, str.upper)() as work:
            user = await work.users.add(Username("somebody-else"), HASH, at=NOON)
            await work.names.take(POLICY.looks(Username(name)), user.id, now=NOON)
            _undo()
    except UsernameTaken:
        return False
    except _Undone:
        return True


async def test_they_are_filled_in_some_at_a_time(storage: Storage) -> None:
    await _add_of_before(storage, *(f"name-{number}" for number in range(250)))
    missing = _missing(storage)
    assert [await missing.fill() for _ in range(5)] == [100, 100, 50, 0, 0]
    rows = await storage.reader.all(select(names.c.user_id).distinct())
    assert len(rows) == 250


async def test_of_two_that_look_alike_the_older_account_has_the_look(storage: Storage) -> None:
    await _add_of_before(storage, "modern", "modem", "ada")
    await _fill(storage)
    found = await storage.reader.all(select(names.c.user_id).order_by(names.c.user_id))
    assert [id_ for (id_,) in found] == [1, 3]
    assert not await _is_free(storage, "\u0430da")


async def test_the_younger_may_respell_and_has_the_look_when_it_is_free(storage: Storage) -> None:
    await _add_of_before(storage, "modern", "modem")
    await _fill(storage)
    await _renamed(storage, 2, "Modem")
    async with SqlUnitOfWorkFactory(storage.transactions, str.upper)() as work:
        await work.users.delete(1)
        await work.names.hold(1, until=NOON, at_most=10)  # and at once it is over
    await _fill(storage)
    assert not await _is_free(storage, "modern")
    assert not await _is_free(storage, "rnodern")


async def test_a_name_that_was_changed_before_it_was_looked_at_is_held(storage: Storage) -> None:
    await _add_of_before(storage, "ada")
    await _renamed(storage, 1, "augusta")
    assert await _missing(storage).fill() == 0
    assert not await _is_free(storage, "augusta")
    assert not await _is_free(storage, "ada")
    await _renamed(storage, 1, "ada")


async def test_what_code_of_before_renamed_and_deleted_is_seen_to(storage: Storage) -> None:
    async with SqlUnitOfWorkFactory(storage.transactions, str.upper)() as work:
        for name in ("ada", "bob"):
            await TAKE_NAME(work, await work.users.add(Username(name), HASH, at=NOON))
    async with storage.transactions.begin() as transaction:  # as that code does it
        grace = {"username": "grace", "username_key": "grace"}
        await transaction.execute(update(users).where(users.c.id == 1).values(**grace))
        await transaction.execute(delete(users).where(users.c.id == 2))
    await _fill(storage)
    assert not await _is_free(storage, "gr\u0430ce")
    assert not await _is_free(storage, "\u0430da"), "it is held"
    assert await _is_free(storage, "bob"), "that code did not hold it"
