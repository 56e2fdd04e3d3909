"""The store's contract, over the fake, over SQLite, and over stores broken on purpose."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from adapters.sql.account_history import SqlAccountHistory
from adapters.sql.lookup import SqlLookup
from adapters.sql.unit_of_work import SqlUnitOfWorkFactory
from domain.events import Event
from domain.history import AccountHistory
from domain.imports import ImportMark
from domain.invitation import Invitation
from domain.network import Client
from domain.operator import StoredCode
from domain.ports import Lookup, UnitOfWorkFactory
from domain.session import Session
from domain.user import User, Username
from tests.contracts import import_contract, name_contract, operator_contract, store_contract
from tests.contracts.storages import storage_on
from tests.contracts.store_contract import CONTRACT, Store
from tests.engines import ENGINES
from tests.fakes.store import (
    FakeCodes,
    FakeCounts,
    FakeEvents,
    FakeImports,
    FakeInvitations,
    FakeNames,
    FakeSessions,
    FakeStore,
    FakeTokens,
    FakeUnitOfWork,
    FakeUsers,
)

Check = Callable[[Store], Awaitable[None]]


@dataclass
class Ports:
    begin: UnitOfWorkFactory
    lookup: Lookup
    keys: Lookup
    history: AccountHistory


def ports_of(store: FakeStore) -> Ports:
    return Ports(store.begin, store, store, store.history)


@asynccontextmanager
async def fake(_: Path) -> AsyncIterator[Store]:
    yield ports_of(FakeStore())


def ports_on(engine: str) -> Callable[[Path], Any]:
    @asynccontextmanager
    async def ports(folder: Path) -> AsyncIterator[Store]:
        async with storage_on(engine, folder) as storage:
            lookup = SqlLookup(storage.reader, storage.fetch_sessions, in_flight=storage.in_flight)
            begin = SqlUnitOfWorkFactory(storage.transactions, str.upper)
            yield Ports(begin, lookup, lookup, SqlAccountHistory(storage.reader, storage.settled))

    ports.__name__ = engine
    return ports


@pytest.mark.parametrize("check", CONTRACT, ids=lambda check: check.__name__)
@pytest.mark.parametrize("adapter", [fake, *map(ports_on, ENGINES)])
async def test_it_keeps_the_promise(adapter: Any, check: Check, tmp_path: Path) -> None:
    async with adapter(tmp_path) as store:
        await check(store)


class NameBlindUsers(FakeUsers):
    def _check_free(self, username: Username, owner: int | None) -> None:
        pass


class ForgetfulSessions(FakeSessions):
    async def renew(self, session: Session, user: User, digest: bytes) -> None:
        pass

    async def evict(self, user_id: int, *, at_most: int) -> int:
        return 0


class DeafSessions(FakeSessions):
    async def end(self, digest: bytes) -> Session | None:
        return None

    async def end_one(self, user_id: int, session_id: int) -> bool:
        return True

    async def end_all(self, user_id: int, *, but: int | None = None) -> int:
        return await super().end_all(user_id)


class ReusingEvents(FakeEvents):
    async def append(self, *events: Event) -> None:
        self.state.last_position = len(self.state.events)
        await super().append(*events)

    async def erase_personal(self, user_id: int) -> int:
        return 1


class LastingCodes(FakeCodes):
    async def take(self, digest: bytes) -> StoredCode | None:
        return self.state.stored_codes.get(digest)

    async def void(self, user_id: int) -> None:
        pass

    async def void_set_up(self) -> None:
        pass


class GenerousNames(FakeNames):
    async def take(self, looks: Collection[str], user_id: int, **options: Any) -> None:
        await super().take(looks, user_id, **options | {"held_too": True})

    async def hold(self, user_id: int, **options: Any) -> None:
        await super().hold(user_id, **options | {"at_most": 100})


class BlindNames(FakeNames):
    async def take(self, looks: Collection[str], user_id: int, **options: Any) -> None:
        pass


class LastingInvitations(FakeInvitations):
    async def use(self, digest: bytes, now: datetime) -> Invitation | None:
        return self.state.invitations.get(digest)


class CarelessImports(FakeImports):
    async def last_id(self) -> int:
        return max(self.state.users, default=0)

    async def reserve(self, last_id: int) -> None:
        pass

    async def taken(self, names: Collection[Username]) -> Collection[str]:
        return ()

    async def set_mark(self, source: str, mark: ImportMark, *, at: datetime) -> None:
        self.state.marks.setdefault(source, mark)


class BrokenStore(FakeStore):
    def __init__(
        self,
        *,
        users: Any = FakeUsers,
        sessions: Any = FakeSessions,
        events: Any = FakeEvents,
        codes: Any = FakeCodes,
        names: Any = FakeNames,
        invitations: Any = FakeInvitations,
        imports: Any = FakeImports,
    ) -> None:
        super().__init__()
        self._users, self._sessions, self._events = users, sessions, events
        self._codes, self._names, self._invitations = codes, names, invitations
        self._imports = imports

    @asynccontextmanager
    async def begin(
        self, client: Client | None = None, *, accounts: Collection[int] = ()
    ) -> AsyncIterator[FakeUnitOfWork]:
        yield FakeUnitOfWork(
            self._users(self.state),
            self._sessions(self.state),
            self._events(self.state),
            FakeTokens(self.state),
            self._codes(self.state),
            self._names(self.state),
            self._invitations(self.state),
            FakeCounts(self.buckets),
            self._imports(self.state),
        )


@pytest.mark.parametrize(
    ("store", "check"),
    [
        (BrokenStore(), store_contract.an_exception_undoes_everything),
        (BrokenStore(), store_contract.nobody_sees_what_is_not_committed),
        (BrokenStore(), store_contract.what_was_read_stays_until_the_unit_of_work_ends),
        (BrokenStore(), store_contract.units_of_work_on_one_account_do_not_interleave),
        (BrokenStore(), store_contract.a_user_at_a_site_writes_one_at_a_time_and_others_pass),
        (BrokenStore(), store_contract.a_site_has_four_units_of_work_at_a_time_and_others_pass),
        (BrokenStore(), store_contract.which_ids_are_somebodys_can_be_asked),
        (
            BrokenStore(users=NameBlindUsers),
            store_contract.a_taken_name_is_refused_in_every_spelling,
        ),
        (BrokenStore(users=NameBlindUsers), store_contract.of_many_at_once_one_gets_the_name),
        (BrokenStore(users=NameBlindUsers), store_contract.renaming_to_a_taken_name_is_refused),
        (BrokenStore(sessions=DeafSessions), store_contract.a_session_ends_at_once_and_alone),
        (
            BrokenStore(sessions=ForgetfulSessions),
            store_contract.a_renewed_session_goes_on_under_a_new_digest_only,
        ),
        (BrokenStore(sessions=ForgetfulSessions), store_contract.eviction_ends_the_oldest),
        (BrokenStore(sessions=DeafSessions), store_contract.ending_says_which_session_it_was),
        (BrokenStore(sessions=DeafSessions), store_contract.one_ends_only_sessions_of_that_user),
        (
            BrokenStore(sessions=DeafSessions),
            store_contract.ending_all_but_one_leaves_that_and_everybody_elses,
        ),
        (
            BrokenStore(),
            store_contract.an_event_exists_exactly_if_its_unit_of_work_was_committed,
        ),
        (
            BrokenStore(events=ReusingEvents),
            store_contract.old_events_are_removed_in_batches_and_positions_are_not_reused,
        ),
        (
            BrokenStore(events=ReusingEvents),
            store_contract.erasure_blanks_what_is_personal_and_nothing_else,
        ),
        (BrokenStore(codes=LastingCodes), operator_contract.a_code_works_once),
        (BrokenStore(codes=LastingCodes), operator_contract.codes_to_set_up_can_be_voided_alone),
        (
            BrokenStore(codes=LastingCodes),
            operator_contract.a_code_knows_who_issued_it_and_ends_with_them,
        ),
        (
            BrokenStore(names=BlindNames),
            name_contract.a_look_belongs_to_whoever_takes_it_first,
        ),
        (BrokenStore(names=BlindNames), name_contract.of_many_at_once_one_gets_the_look),
        (
            BrokenStore(names=GenerousNames),
            name_contract.a_name_that_is_given_up_is_held_for_its_owner,
        ),
        (
            BrokenStore(names=GenerousNames),
            name_contract.held_names_are_free_when_their_time_is_over_or_for_whom_may,
        ),
        (BrokenStore(names=GenerousNames), name_contract.names_stay_held_when_the_account_is_gone),
        (
            BrokenStore(names=GenerousNames),
            name_contract.of_the_names_one_account_has_held_the_oldest_are_let_go,
        ),
        (
            BrokenStore(invitations=LastingInvitations),
            name_contract.an_invitation_is_used_as_often_as_it_says,
        ),
        (BrokenStore(), name_contract.a_use_that_is_not_committed_does_not_count),
        (
            BrokenStore(invitations=LastingInvitations),
            name_contract.what_is_expired_revoked_or_unknown_is_not_used,
        ),
        *(
            (BrokenStore(imports=CarelessImports), check)
            for check in (
                import_contract.imported_ids_are_kept_or_new,
                import_contract.reserved_ids_are_given_to_nobody,
                import_contract.taken_names_and_ids_are_known,
                import_contract.an_import_with_a_taken_name_or_id_is_undone,
                import_contract.the_last_id_is_known_also_of_who_is_gone,
                import_contract.how_far_an_import_has_come_is_remembered_with_it,
            )
        ),
        (BrokenStore(), operator_contract.of_two_operators_who_leave_at_once_one_stays),
        (BrokenStore(codes=LastingCodes), operator_contract.of_many_at_once_one_gets_the_code),
    ],
)
async def test_a_broken_store_is_caught(store: BrokenStore, check: Check) -> None:
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        await check(ports_of(store))
