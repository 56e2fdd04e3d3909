"""What `UnitOfWorkFactory`, `Lookup` and `AccountHistory` promise, one function a promise."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Protocol

import pytest

from domain.account import Usage
from domain.errors import InvalidQuery, UsernameTaken
from domain.events import Event, EventKind, StoredEvent
from domain.history import AccountHistory
from domain.network import Client
from domain.ports import Lookup, UnitOfWork, UnitOfWorkFactory
from domain.session import Caller, Session, SignedIn
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
    """One place for accounts and sessions, seen through its ports."""

    @property
    def begin(self) -> UnitOfWorkFactory: ...

    @property
    def lookup(self) -> Lookup: ...

    @property
    def keys(self) -> Lookup: ...

    @property
    def history(self) -> AccountHistory: ...


def promise(check: Callable[[Store], Awaitable[None]]) -> Callable[[Store], Awaitable[None]]:
    CONTRACT.append(check)
    return check


async def _add(work: UnitOfWork, name: Username = ADA) -> User:
    return await work.users.add(name, HASH, at=NOON)


async def _open(work: UnitOfWork, user: User, digest: bytes = DIGEST) -> Session:
    return await work.sessions.add(user, digest, LAPTOP, at=NOON, expires_at=NOON + 7 * DAY)


@promise
async def from_where_somebody_signed_up_is_known(store: Store) -> None:
    async with store.begin() as work:
        ada = await work.users.add(ADA, HASH, at=NOON, address=LAPTOP.address)
        bob = await work.users.add(BOB, HASH, at=NOON)
    usage = Usage(LAPTOP.address, NOON, LAPTOP.address)
    assert await store.history.usage(ada.id) == usage
    assert await store.history.usage(bob.id) == Usage()
    async with store.begin() as work:
        await work.users.save(replace(ada, username=Username("augusta")))
    assert await store.history.usage(ada.id) == usage
    async with store.begin() as work:
        await work.users.delete(ada.id)
    assert await store.history.usage(ada.id) == Usage()


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
    for odd in ("", "nobody", "\0", "'; --", "x" * 100_000, "é", "\ud800"):
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
    saved = replace(changed, version=ada.version + 1)
    async with store.begin() as work:
        assert await work.users.save(changed) == saved
        assert await work.users.get(ada.id) == saved
    assert await store.lookup.user(BOB) == saved
    assert await store.lookup.user(ADA) is None


@promise
async def an_unknown_id_is_nobody(store: Store) -> None:
    async with store.begin() as work:
        for nobodys in (4711, 0, -1, 10**30):
            assert await work.users.get(nobodys) is None


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
async def what_was_read_stays_until_the_unit_of_work_ends(store: Store) -> None:
    """Another one that would change it waits, and then sees what came before it."""
    async with store.begin() as work:
        ada = await _add(work)
        await _open(work, ada)

    async def rename() -> None:
        async with store.begin() as work:
            found = await work.users.get(ada.id)
            assert found is not None
            await work.users.save(found.renamed(BOB))

    async with store.begin() as work:
        before = await work.users.get(ada.id), await work.sessions.find(DIGEST)
        renaming = asyncio.create_task(rename())
        for _ in range(20):
            await asyncio.sleep(0.005)
            now = await work.users.get(ada.id), await work.sessions.find(DIGEST)
            assert now == before
        assert before[0] is not None
        await work.users.save(before[0].with_password(OTHER_HASH))
    await renaming
    found = await store.lookup.user(BOB)
    assert found is not None
    assert (found.password_hash, found.version) == (OTHER_HASH, 3), "neither undid the other"


@promise
async def units_of_work_on_one_account_do_not_interleave(store: Store) -> None:
    async with store.begin() as work:
        ada = await _add(work)

    async def change() -> None:
        async with store.begin() as work:
            found = await work.users.get(ada.id)
            assert found is not None
            await asyncio.sleep(0)
            await work.users.save(found.with_password(OTHER_HASH))

    await asyncio.gather(*(change() for _ in range(20)))
    found = await store.lookup.user(ADA)
    assert found is not None
    assert (found.version, found.auth_version) == (21, 21), "each saw the one before"


async def _place_of_a_latecomer(store: Store, crowd: list[Client]) -> int:
    """How many of the crowd, all of whom came before, are committed before somebody else. Where
    they wait in one queue, it is all of them.
    """

    everybody_came = asyncio.Event()

    async def write(client: Client, hours: int = 0) -> None:
        async with store.begin(client) as work:
            await everybody_came.wait()
            await work.events.append(_event(hours=hours))

    async def come(client: Client, hours: int = 0) -> asyncio.Task[None]:
        coming = asyncio.create_task(write(client, hours))
        await asyncio.sleep(0)
        return coming

    writing = [await come(client) for client in crowd]
    latecomer = await come(Client("192.0.2.9", "192.0.2.9", user_id=9), 1)
    everybody_came.set()
    await latecomer
    before = await _events(store, len(crowd) + 1)
    await asyncio.gather(*writing)
    assert len(await _events(store, 1000)) == len(crowd) + 1
    return [each.event.at for each in before].index(NOON + timedelta(hours=1))


@promise
async def a_user_at_a_site_writes_one_at_a_time_and_others_pass(store: Store) -> None:
    crowd = [Client("192.0.2.1", "192.0.2.1", user_id=1) for _ in range(200)]
    assert await _place_of_a_latecomer(store, crowd) < len(crowd) / 2


@promise
async def who_crowds_a_site_is_in_nobodys_way_elsewhere(store: Store) -> None:
    """Not even in the way of the user whose session was stolen for it."""
    others = [Client("192.0.2.1", "192.0.2.1", user_id=n) for n in range(10, 100)]
    stolen = [Client("192.0.2.1", "192.0.2.1", user_id=9) for _ in range(100)]
    crowd = [*others, *stolen]
    assert await _place_of_a_latecomer(store, crowd) < len(crowd) / 2


@promise
async def a_site_has_four_units_of_work_at_a_time_and_others_pass(store: Store) -> None:
    crowd = [Client("2001:db8::/48", f"2001:db8:0:{n:x}::/64") for n in range(200)]
    assert await _place_of_a_latecomer(store, crowd) < len(crowd) / 2


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
async def the_device_is_named_when_it_is_written(store: Store) -> None:
    async with store.begin() as work:
        ada = await _add(work)
        await _open(work, ada)
        await work.events.append(_event(user_id=ada.id))
    found = await store.lookup.session(DIGEST)
    (session,) = await store.history.sessions(ada.id)
    (event,) = await store.history.events(ada.id, before=None, limit=1)
    assert found is not None
    callers = [found.session.caller, session.caller, event.event.caller]
    assert [caller.device for caller in callers] == [LAPTOP.user_agent.upper()] * 3
    async with store.begin() as work:
        await work.events.erase_personal(ada.id)
    (event,) = await store.history.events(ada.id, before=None, limit=1)
    assert not event.event.caller.device


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
async def a_renewed_session_goes_on_under_a_new_digest_only(store: Store) -> None:
    async with store.begin() as work:
        ada = await _add(work)
        session = await _open(work, ada, DIGEST)
    async with store.begin() as work:
        ada = ada.with_password(OTHER_HASH)
        await work.users.save(ada)
        await work.sessions.renew(session, ada, OTHER_DIGEST)
    found = await store.lookup.session(OTHER_DIGEST)
    assert found == SignedIn(replace(session, auth_version=2), replace(ada, version=2))
    assert await store.lookup.session(DIGEST) is None


@promise
async def ending_says_which_session_it_was(store: Store) -> None:
    async with store.begin() as work:
        session = await _open(work, await _add(work))
        assert await work.sessions.end(OTHER_DIGEST) is None
        assert await work.sessions.end(DIGEST) == session
        assert await work.sessions.end(DIGEST) is None


@promise
async def one_ends_only_sessions_of_that_user(store: Store) -> None:
    async with store.begin() as work:
        ada, bob = await _add(work, ADA), await _add(work, BOB)
        session = await _open(work, ada)
        assert not await work.sessions.end_one(bob.id, session.id)
        assert not await work.sessions.end_one(ada.id, session.id + 1)
        for nobodys in (10**30, -(10**30), 0):
            assert not await work.sessions.end_one(ada.id, nobodys)
        assert await work.sessions.find(DIGEST)
        assert await work.sessions.end_one(ada.id, session.id)
        assert await work.sessions.find(DIGEST) is None


@promise
async def ending_all_but_one_leaves_that_and_everybody_elses(store: Store) -> None:
    digests = [bytes([number]) * 32 for number in range(5)]
    async with store.begin() as work:
        ada, bob = await _add(work, ADA), await _add(work, BOB)
        own = [await _open(work, ada, digest) for digest in digests[:4]]
        await _open(work, bob, digests[4])
        assert await work.sessions.end_all(ada.id, but=own[2].id) == 3
    left = [digest for digest in digests if await store.lookup.session(digest)]
    assert left == [digests[2], digests[4]]
    async with store.begin() as work:
        assert await work.sessions.end_all(ada.id) == 1
        assert await work.sessions.end_all(ada.id) == 0


@promise
async def eviction_ends_the_oldest(store: Store) -> None:
    digests = [bytes([number]) * 32 for number in range(6)]
    async with store.begin() as work:
        ada, bob = await _add(work, ADA), await _add(work, BOB)
        await _open(work, bob, digests[5])
        for digest in digests[:5]:
            await _open(work, ada, digest)
        assert await work.sessions.evict(ada.id, at_most=5) == 0
        assert await work.sessions.evict(ada.id, at_most=3) == 2
    left = [digest for digest in digests if await store.lookup.session(digest)]
    assert left == digests[2:]


@promise
async def expired_sessions_are_removed_in_batches(store: Store) -> None:
    async with store.begin() as work:
        ada = await _add(work)
        for number in range(5):
            digest, ends = bytes([number]) * 32, NOON + number * DAY
            await work.sessions.add(ada, digest, LAPTOP, at=NOON, expires_at=ends)
        for expected in (2, 1, 0):
            assert await work.sessions.remove_expired(NOON + 2 * DAY, at_most=2) == expected
    assert [session.expires_at for session in await store.history.sessions(ada.id)] == [
        NOON + 4 * DAY,
        NOON + 3 * DAY,
    ]


@promise
async def a_deleted_account_is_gone_with_its_sessions_and_frees_its_name(store: Store) -> None:
    async with store.begin() as work:
        ada = await _add(work)
        await _open(work, ada)
    async with store.begin() as work:
        await work.users.delete(ada.id)
    assert await store.lookup.user(ADA) is None
    assert await store.lookup.session(DIGEST) is None
    async with store.begin() as work:
        assert (await _add(work)).id > ada.id


@promise
async def own_sessions_are_listed_newest_first_if_they_count(store: Store) -> None:
    async with store.begin() as work:
        ada, bob = await _add(work, ADA), await _add(work, BOB)
        stale = await _open(work, ada, DIGEST)
        ada = ada.with_password(OTHER_HASH)
        await work.users.save(ada)
        first = await _open(work, ada, b"3" * 32)
        second = await work.sessions.add(ada, b"4" * 32, PHONE, at=NOON, expires_at=NOON + DAY)
        await _open(work, bob, b"5" * 32)
    assert await store.history.sessions(ada.id) == [second, first]
    assert stale not in await store.history.sessions(ada.id)
    assert await store.history.sessions(4711) == []


def _event(kind: EventKind = EventKind.LOGGED_IN, user_id: int | None = 1, hours: int = 0) -> Event:
    return Event(kind, NOON + timedelta(hours=hours), user_id, LAPTOP, {"count": 1, "to": "é\n<b>"})


@promise
async def events_come_back_as_they_were_in_growing_positions(store: Store) -> None:
    written = [_event(kind, user_id) for kind in EventKind for user_id in (1, None)]
    async with store.begin() as work:
        await work.events.append()
        await work.events.append(*written)
    recorded = await _events(store, 100)
    assert [each.event for each in recorded] == written
    positions = [each.position for each in recorded]
    assert positions == sorted(set(positions))
    assert positions[0] > 0


@promise
async def an_event_exists_exactly_if_its_unit_of_work_was_committed(store: Store) -> None:
    with pytest.raises(RuntimeError):
        async with store.begin() as work:
            await work.events.append(_event())
            raise RuntimeError
    async with store.begin() as work:
        await work.events.append(_event(EventKind.RENAMED))
        assert await _events(store, 10) == []
    (only,) = await _events(store, 10)
    assert only.event.kind == EventKind.RENAMED


@promise
async def a_follower_misses_nothing_and_gets_nothing_twice(store: Store) -> None:
    async def write(hours: int) -> None:
        async with store.begin() as work:
            await work.events.append(_event(hours=hours), _event(hours=hours))

    followed: list[StoredEvent] = []
    seen: str | None = None
    for hours in range(6):
        await asyncio.gather(write(hours), write(hours))
        feed = await store.history.follow(seen, limit=3)
        followed, seen = followed + feed.events, feed.next
    while feed := await store.history.follow(seen, limit=3):
        followed, seen = followed + feed.events, feed.next
    assert followed == await _events(store, 100)
    assert len(followed) == 24
    assert feed.next == seen, "the end is where one goes on"


@promise
async def who_begins_now_gets_what_comes_and_nothing_of_before(store: Store) -> None:
    now = await store.history.follow("now", limit=3)
    assert now.events == []
    for hours in range(4):
        async with store.begin() as work:
            await work.events.append(_event(hours=hours))
        came = await store.history.follow(now.next, limit=3)
        assert [each.event.at for each in came.events] == [NOON + timedelta(hours=hours)]
        now = await store.history.follow("now", limit=3)
        assert now.events == []
        assert (await store.history.follow(now.next, limit=3)).events == []


@promise
async def what_was_never_a_cursor_is_refused(store: Store) -> None:
    for odd in ("elsewhere", "-1", "0.-1", "' OR 1", "1e9", "9" * 40):
        with pytest.raises(InvalidQuery):
            await store.history.follow(odd, limit=3)


async def _events(store: Store, limit: int) -> list[StoredEvent]:
    return (await store.history.follow(None, limit=limit)).events


@promise
async def own_events_are_paged_newest_first(store: Store) -> None:
    async with store.begin() as work:
        for number in range(7):
            await work.events.append(_event(user_id=1, hours=number), _event(user_id=2))
    pages, before = [], None
    while page := await store.history.events(1, before=before, limit=3):
        pages.append([each.event.at.hour - NOON.hour for each in page])
        before = page[-1].position
    assert pages == [[6, 5, 4], [3, 2, 1], [0]]
    assert len(await store.history.events(1, before=10**30, limit=100)) == 7


@promise
async def erasure_blanks_what_is_personal_and_nothing_else(store: Store) -> None:
    blank = Event(EventKind.ACCOUNT_DELETED, NOON, 1, Caller("", ""))
    async with store.begin() as work:
        done = replace(_event(user_id=2), actor_id=1)
        await work.events.append(
            _event(user_id=1), blank, _event(user_id=2), _event(user_id=None), done
        )
    async with store.begin() as work:
        assert await work.events.erase_personal(1) == 1
        assert await work.events.erase_personal(1) == 0
    found = [each.event for each in await _events(store, 10)]
    erased = Event(EventKind.LOGGED_IN, NOON, 1, Caller("", ""))
    done = replace(done, caller=Caller("", ""))
    assert found == [erased, blank, _event(user_id=2), _event(user_id=None), done]


@promise
async def old_events_are_removed_in_batches_and_positions_are_not_reused(store: Store) -> None:
    async with store.begin() as work:
        await work.events.append(*(_event(hours=number) for number in range(5)))
    (*_, last) = await _events(store, 10)
    async with store.begin() as work:
        for expected in (2, 1, 0):
            cutoff = NOON + timedelta(hours=3)
            assert await work.events.remove_older(cutoff, at_most=2) == expected
    assert len(await _events(store, 10)) == 2
    async with store.begin() as work:
        while await work.events.remove_older(NOON + DAY, at_most=2):
            pass
        await work.events.append(_event())
    (newest,) = await _events(store, 10)
    assert newest.position > last.position


@promise
async def which_ids_are_somebodys_can_be_asked(store: Store) -> None:
    async with store.begin() as work:
        ada, bob = await _add(work), await _add(work, BOB)
    assert await store.history.existing([]) == set()
    assert await store.history.user(bob.id) == bob
    assert [await store.history.user(each) for each in (4711, 0, -1, 10**30)] == [None] * 4
    assert await store.history.existing([ada.id, bob.id, 4711]) == {ada.id, bob.id}
    async with store.begin() as work:
        await work.users.delete(ada.id)
        assert await store.history.existing([ada.id]) == {ada.id}, "not committed yet"
    assert await store.history.existing([ada.id, bob.id]) == {bob.id}
