"""What `Imports` promises, one function a promise."""

import pytest

from domain.errors import UsernameTaken
from domain.events import Event, EventKind
from domain.imports import ImportedAccount, ImportMark, NewAccount
from domain.labels import Metadata
from domain.password import PasswordHash
from domain.user import User, Username
from tests.contracts.store_contract import Store, promise
from tests.examples import ADA, BOB, DAY, HASH, LAPTOP, NOON


def _new(source_id: str, name: str, *, keeps_id: bool = True) -> NewAccount:
    imported = ImportedAccount(source_id, name, HASH, NOON)
    return NewAccount.of(imported, keeps_id=keeps_id)


@promise
async def imported_accounts_are_as_they_came(store: Store) -> None:
    imported = ImportedAccount(
        "17",
        "Ada",
        PasswordHash("pbkdf2_sha256$10$salt$hash"),
        NOON - 400 * DAY,
        disabled_at=NOON - DAY,
        is_operator=True,
        roles=("editor", "member"),
        metadata=Metadata('{"plan":"pro"}'),
    )
    async with store.begin() as work:
        (added,) = await work.imports.add([NewAccount.of(imported, keeps_id=True)], at=NOON)
    assert added.id == 17
    assert await store.lookup.user(ADA) == User(
        17,
        Username("Ada"),
        imported.password_hash,
        NOON - 400 * DAY,
        disabled_at=NOON - DAY,
        is_operator=True,
        roles=("editor", "member"),
        metadata=Metadata('{"plan":"pro"}'),
    )


@promise
async def without_a_sign_up_time_they_signed_up_now(store: Store) -> None:
    imported = ImportedAccount("1", "ada", HASH)
    async with store.begin() as work:
        await work.imports.add([NewAccount.of(imported, keeps_id=False)], at=NOON)
    user = await store.lookup.user(ADA)
    assert user
    assert user.signup_time == NOON


@promise
async def imported_ids_are_kept_or_new(store: Store) -> None:
    async with store.begin() as work:
        await work.imports.reserve(100)
    async with store.begin() as work:
        accounts = [
            *(_new("40", "d"), _new("7", "a"), _new("9", "x", keeps_id=False)),
            *(_new("8", "b"), _new("x", "c")),
        ]
        added = await work.imports.add(accounts, at=NOON)
    assert [each.account.username.value for each in added] == ["d", "a", "x", "b", "c"]
    ids = [each.id for each in added]
    assert (ids[0], ids[1], ids[3]) == (40, 7, 8)
    assert 100 < ids[2] < ids[4]


@promise
async def reserved_ids_are_given_to_nobody(store: Store) -> None:
    async with store.begin() as work:
        await work.imports.reserve(1_000)
        await work.imports.reserve(10)
    async with store.begin() as work:
        ada = await work.users.add(ADA, HASH, at=NOON)
        assert ada.id > 1_000
        await work.imports.reserve(10)
        bob = await work.users.add(BOB, HASH, at=NOON)
        assert bob.id > ada.id


@promise
async def taken_names_and_ids_are_known(store: Store) -> None:
    async with store.begin() as work:
        ada = await work.users.add(ADA, HASH, at=NOON)
        names = [Username("ADA"), Username("bob")]
        assert {*await work.imports.taken(names)} == {"ada"}
        assert {*await work.imports.taken_ids([ada.id, ada.id + 1])} == {ada.id}
        assert not await work.imports.taken([])
        assert not await work.imports.taken_ids([])


@promise
async def an_import_with_a_taken_name_or_id_is_undone(store: Store) -> None:
    async with store.begin() as work:
        ada = await work.users.add(ADA, HASH, at=NOON)
    for account in (_new("99", "ADA"), _new(str(ada.id), "eve")):
        with pytest.raises(UsernameTaken):
            async with store.begin() as work:
                await work.imports.add([_new("50", "bob"), account], at=NOON)
        assert await store.lookup.user(BOB) is None


@promise
async def the_last_id_is_known_also_of_who_is_gone(store: Store) -> None:
    async with store.begin() as work:
        assert await work.imports.last_id() == 0
        await work.events.append(Event(EventKind.LOGIN_REFUSED, NOON, None, LAPTOP))
        assert await work.imports.last_id() == 0, "a stranger's guess is no account"
        user = await work.users.add(ADA, HASH, at=NOON)
        assert await work.imports.last_id() == user.id
    async with store.begin() as work:
        await work.users.delete(user.id)
        assert await work.imports.last_id() == user.id
        await work.imports.reserve(4_711)
        assert await work.imports.last_id() == 4_711


@promise
async def how_far_an_import_has_come_is_remembered_with_it(store: Store) -> None:
    first, second = (
        ImportMark(),
        ImportMark("17", 5_000, keeps_ids=True, list_bytes=4_711, reserved=99),
    )
    async with store.begin() as work:
        assert await work.imports.mark("here") is None
        await work.imports.set_mark("here", first, at=NOON)
        assert await work.imports.mark("here") == first
    async with store.begin() as work:
        await work.imports.set_mark("here", second, at=NOON)
    with pytest.raises(ZeroDivisionError):
        async with store.begin() as work:
            await work.imports.set_mark("here", first, at=NOON)
            _ = 1 / 0
    async with store.begin() as work:
        assert await work.imports.mark("here") == second
        assert await work.imports.mark("there") is None
