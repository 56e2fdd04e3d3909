"""The store's contract, over the fake, over SQLite, and over stores broken on purpose."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from adapters.persistence.lookup import SqliteLookup
from adapters.persistence.schema import migrate
from adapters.persistence.sqlite import create_database, open_engine
from adapters.persistence.unit_of_work import SqlBegin
from domain.ports import Begin, Lookup
from domain.session import Session
from domain.user import User, Username
from tests.contracts import store_contract
from tests.contracts.store_contract import CONTRACT, Store
from tests.fakes.store import FakeSessions, FakeStore, FakeUnitOfWork, FakeUsers

Check = Callable[[Store], Awaitable[None]]


@dataclass
class BothPorts:
    begin: Begin
    lookup: Lookup


@asynccontextmanager
async def fake(_: Path) -> AsyncIterator[Store]:
    store = FakeStore()
    yield BothPorts(store.begin, store)


@asynccontextmanager
async def sqlite(folder: Path) -> AsyncIterator[Store]:
    path = folder / "with a space?" / "frontdesk.db"
    create_database(path)
    await migrate(open_engine(path))
    engine, lookup = open_engine(path), SqliteLookup(path)
    try:
        with lookup.open():
            yield BothPorts(SqlBegin(engine), lookup)
    finally:
        await engine.dispose()


@pytest.mark.parametrize("check", CONTRACT, ids=lambda check: check.__name__)
@pytest.mark.parametrize("adapter", [fake, sqlite])
async def test_it_keeps_the_promise(adapter: Any, check: Check, tmp_path: Path) -> None:
    async with adapter(tmp_path) as store:
        await check(store)


class NameBlindUsers(FakeUsers):
    def _check_free(self, username: Username, owner: int | None) -> None:
        pass


class ForgetfulSessions(FakeSessions):
    async def replace_all(self, session: Session, user: User, digest: bytes) -> Session:
        return replace(session, auth_version=user.auth_version)


class DeafSessions(FakeSessions):
    async def end(self, digest: bytes) -> None:
        pass


class BrokenStore(FakeStore):
    def __init__(self, users: Any = FakeUsers, sessions: Any = FakeSessions) -> None:
        super().__init__()
        self._users, self._sessions = users, sessions

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[FakeUnitOfWork]:
        yield FakeUnitOfWork(self._users(self.state), self._sessions(self.state))


@pytest.mark.parametrize(
    ("store", "check"),
    [
        (BrokenStore(), store_contract.an_exception_undoes_everything),
        (BrokenStore(), store_contract.nobody_sees_what_is_not_committed),
        (BrokenStore(), store_contract.units_of_work_wait_in_line),
        (
            BrokenStore(users=NameBlindUsers),
            store_contract.a_taken_name_is_refused_in_every_spelling,
        ),
        (BrokenStore(users=NameBlindUsers), store_contract.of_many_at_once_one_gets_the_name),
        (BrokenStore(users=NameBlindUsers), store_contract.renaming_to_a_taken_name_is_refused),
        (BrokenStore(sessions=DeafSessions), store_contract.a_session_ends_at_once_and_alone),
        (
            BrokenStore(sessions=ForgetfulSessions),
            store_contract.replacing_all_sessions_leaves_one_under_a_new_digest,
        ),
    ],
)
async def test_a_broken_store_is_caught(store: BrokenStore, check: Check) -> None:
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        await check(BothPorts(store.begin, store))
