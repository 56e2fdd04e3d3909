"""What `Begin`, its unit of work, and `Lookup` promise, one function a promise."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Protocol

import pytest

from domain.errors import UsernameTaken
from domain.ports import Begin, Lookup, UnitOfWork
from domain.session import Session
from domain.user import User, Username
from tests.examples import (
    ADA,
    BOB,
    DAY,
    DIGEST,
    HASH,
    LAPTOP,
    NOON,
    OTHER_DIGEST,
    OTHER_HASH,
    PHONE,
)

CONTRACT: list[Callable[["Store"], Awaitable[None]]] = []


class Store(Protocol):
    """One place for accounts and sessions, seen through both ports."""

    @property
    def begin(self) -> Begin: ...

    @property
    def lookup(self) -> Lookup: ...


def promise(check: Callable[[Store], Awaitable[None]]) -> Callable[[Store], Awaitable[None]]:
    CONTRACT.append(check)
    return check


async def _add(work: UnitOfWork, name: Username = ADA) -> User:
    return await work.users.add(name, HASH, at=NOON)


async def _open(work: UnitOfWork, user: User, digest: bytes = DIGEST) -> Session:
    return await work.sessions.add(user, digest, LAPTOP, at=NOON, expires_at=NOON + 7 * DAY)


@promise
async def a_new_user_is_found_by_any_spelling_of_the_name(store: Store) -> None:
    async with store.begin() as work:
        user = await _add(work)
    assert user == User(user.id, ADA, HASH, NOON, auth_version=1)
    assert user.id > 0
    for spelling in ("Ada", "ADA", "ada", "ａｄａ"):
        assert await store.lookup.user(Username(spelling)) == user


@promise
async def any_string_may_be_asked_for(store: Store) -> None:
    for odd in ("", "nobody", "\0", "'; --", "x" * 100_000, "é"):
        assert await store.lookup.user(Username(odd)) is None


@promise
async def a_taken_name_is_refused_in_every_spelling(store: Store) -> None:
    async with store.begin() as work:
        await _add(work)
    for spelling in ("Ada", "aDA", "Ａda"):
        with pytest.raises(UsernameTaken):
            async with store.begin() as work:
                await _add(work, Username(spelling))


@promise
async def of_many_at_once_one_gets_the_name(store: Store) -> None:
    async def sign_up() -> bool:
        try:
            async with store.begin() as work:
                await _add(work)
        except UsernameTaken:
            return False
        return True

    assert sum(await asyncio.gather(*(sign_up() for _ in range(20)))) == 1


@promise
async def renaming_to_a_taken_name_is_refused(store: Store) -> None:
    async with store.begin() as work:
        await _add(work, ADA)
        bob = await _add(work, BOB)
    with pytest.raises(UsernameTaken):
        async with store.begin() as work:
            await work.users.save(bob.renamed(Username("ada")))
    assert await store.lookup.user(BOB) == bob


@promise
async def one_may_respell_ones_own_name(store: Store) -> None:
    async with store.begin() as work:
        ada = await _add(work)
        await work.users.save(ada.renamed(Username("ADA")))
    found = await store.lookup.user(ADA)
    assert found is not None
    assert found.username == Username("ADA")


@promise
async def ids_are_not_used_again(store: Store) -> None:
    async with store.begin() as work:
        first = await _add(work, ADA)
    async with store.begin() as work:
        second = await _add(work, BOB)
    assert second.id > first.id


@promise
async def saving_replaces_everything_but_id_and_signup_time(store: Store) -> None:
    async with store.begin() as work:
        ada = await _add(work)
    changed = ada.renamed(BOB).with_password(OTHER_HASH)
    async with store.begin() as work:
        await work.users.save(changed)
        assert await work.users.get(ada.id) == changed
    assert await store.lookup.user(BOB) == changed
    assert await store.lookup.user(ADA) is None


@promise
async def an_unknown_id_is_nobody(store: Store) -> None:
    async with store.begin() as work:
        assert await work.users.get(4711) is None


@promise
async def an_exception_undoes_everything(store: Store) -> None:
    with pytest.raises(RuntimeError):
        async with store.begin() as work:
            await _open(work, await _add(work))
            raise RuntimeError
    assert await store.lookup.user(ADA) is None
    assert await store.lookup.session(DIGEST) is None


@promise
async def nobody_sees_what_is_not_committed(store: Store) -> None:
    async with store.begin() as work:
        await _open(work, await _add(work))
        assert await store.lookup.user(ADA) is None
        assert await store.lookup.session(DIGEST) is None
    assert await store.lookup.user(ADA)


@promise
async def units_of_work_wait_in_line(store: Store) -> None:
    inside = 0

    async def visit() -> None:
        nonlocal inside
        async with store.begin() as work:
            inside += 1
            assert inside == 1
            await work.users.get(1)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(visit() for _ in range(20)))


@promise
async def a_session_is_found_with_its_user(store: Store) -> None:
    async with store.begin() as work:
        ada = await _add(work)
        session = await _open(work, ada)
        seen_inside = await work.sessions.find(DIGEST)
    assert session == Session(session.id, ada.id, 1, NOON, NOON, NOON + timedelta(days=7), LAPTOP)
    found = await store.lookup.session(DIGEST)
    assert found == seen_inside
    assert found is not None
    assert (found.session, found.user) == (session, ada)
    assert await store.lookup.session(OTHER_DIGEST) is None


@promise
async def a_session_ends_at_once_and_alone(store: Store) -> None:
    async with store.begin() as work:
        ada = await _add(work)
        await _open(work, ada, DIGEST)
        await _open(work, ada, OTHER_DIGEST)
    async with store.begin() as work:
        await work.sessions.end(DIGEST)
        await work.sessions.end(b"nobody's")
        assert await work.sessions.find(DIGEST) is None
    assert await store.lookup.session(DIGEST) is None
    assert await store.lookup.session(OTHER_DIGEST)


@promise
async def a_session_of_another_auth_version_does_not_count(store: Store) -> None:
    async with store.begin() as work:
        ada = await _add(work)
        await _open(work, ada)
        await work.users.save(ada.with_password(OTHER_HASH))
        assert await work.sessions.find(DIGEST) is None
    assert await store.lookup.session(DIGEST) is None


@promise
async def replacing_all_sessions_leaves_one_under_a_new_digest(store: Store) -> None:
    async with store.begin() as work:
        ada, bob = await _add(work, ADA), await _add(work, BOB)
        kept = await _open(work, ada, DIGEST)
        await work.sessions.add(ada, OTHER_DIGEST, PHONE, at=NOON, expires_at=NOON + DAY)
        await _open(work, bob, b"3" * 32)
    async with store.begin() as work:
        ada = ada.with_password(OTHER_HASH)
        await work.users.save(ada)
        renewed = await work.sessions.replace_all(kept, ada, b"4" * 32)
    assert (renewed.id, renewed.auth_version) == (kept.id, 2)
    found = await store.lookup.session(b"4" * 32)
    assert found is not None
    assert (found.session, found.user) == (renewed, ada)
    assert await store.lookup.session(DIGEST) is None
    assert await store.lookup.session(OTHER_DIGEST) is None
    assert await store.lookup.session(b"3" * 32), "another user's session stays"
