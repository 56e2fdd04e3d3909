"""What is promised with PostgreSQL in particular: locks, time limits, and a feed without a gap."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from sqlalchemy import select, text, true

from adapters.sql.account_history import SqlAccountHistory
from adapters.sql.devices import DeviceNames
from adapters.sql.last_seen import SqlLastSeen
from adapters.sql.lookup import SqlLookup
from adapters.sql.postgresql import Access, Connector, hosts_of, unavailable_for
from adapters.sql.postgresql_sessions import PostgresqlSessions
from adapters.sql.postgresql_storage import postgresql_storage
from adapters.sql.probe import SqlProbe
from adapters.sql.storage import Storage
from adapters.sql.tables import users
from adapters.sql.unit_of_work import SqlUnitOfWorkFactory
from adapters.system import SystemClock
from application.operators.revoke_token import RevokeToken
from application.steps.operator_transactions import OperatorTransactions
from domain.errors import StorageFull, StorageUnavailable, UsernameTaken
from domain.events import Event, EventKind
from domain.operator import Operator, Program
from domain.session import Lifetimes
from domain.user import User, Username
from tests.contracts.storages import storage_at
from tests.examples import ADA, BOB, DAY, DIGEST, HASH, LAPTOP, MINUTE, NOON
from tests.postgresql import (
    Cluster,
    demand,
    drop_database,
    execute,
    make_certificate,
    new_database,
)

EVENT = Event(EventKind.RENAMED, NOON, 1, LAPTOP)


@pytest.fixture
def url() -> Iterator[str]:
    demand()
    url = new_database()
    yield url
    drop_database(url)


@pytest.fixture
async def storage(url: str) -> AsyncIterator[Storage]:
    async with storage_at(url) as storage:
        yield storage


async def two_users(storage: Storage) -> tuple[User, User]:
    async with SqlUnitOfWorkFactory(storage.transactions, str)() as work:
        return (
            await work.users.add(ADA, HASH, at=NOON),
            await work.users.add(BOB, HASH, at=NOON),
        )


async def test_of_two_who_wait_for_each_other_one_is_refused_and_leaves_nothing(
    storage: Storage,
) -> None:
    ada, bob = await two_users(storage)
    begin, both_hold_one = SqlUnitOfWorkFactory(storage.transactions, str), asyncio.Barrier(2)

    async def rename(first: User, second: User) -> bool:
        try:
            async with begin() as work:
                await work.users.save(first.renamed(Username(f"{first.id}-{second.id}")))
                await both_hold_one.wait()
                await work.users.save(second.renamed(Username(f"{first.id}+{second.id}")))
        except StorageUnavailable:
            return False
        return True

    done = await asyncio.gather(rename(ada, bob), rename(bob, ada))
    assert sorted(done) == [False, True]
    found = await storage.reader.all(select(users.c.username).order_by(users.c.id))
    assert [name for (name,) in found] == (["1-2", "1+2"] if done[0] else ["2+1", "2-1"])


async def test_accounts_that_are_named_are_taken_in_one_order(storage: Storage) -> None:
    ada, bob = await two_users(storage)
    begin = SqlUnitOfWorkFactory(storage.transactions, str)

    async def touch(first: User, second: User) -> None:
        async with begin(LAPTOP.client(user_id=first.id), accounts=[second.id, 4711]) as work:
            for user in (first, second):
                found = await work.users.get(user.id)
                assert found is not None
                await work.users.save(found)

    await asyncio.gather(*(touch(*pair) for pair in [(ada, bob), (bob, ada)] * 20))
    found = await storage.reader.all(select(users.c.version))
    assert [version for (version,) in found] == [41, 41]


async def test_two_programs_may_revoke_each_other_s_keys(storage: Storage) -> None:
    """Whoever is second is refused, and nobody because both waited for each other."""
    users_ = await two_users(storage)
    begin = SqlUnitOfWorkFactory(storage.transactions, str)
    lookup = SqlLookup(storage.reader, storage.fetch_sessions, in_flight=storage.in_flight)
    use_case = RevokeToken(
        OperatorTransactions(begin, SystemClock(), Lifetimes()),
        lookup,
        SystemClock(),
    )
    for turn in range(20):
        programs, keys = [], []
        async with begin() as work:
            for number, user in enumerate(users_):
                found = await work.users.get(user.id)
                assert found is not None
                operator = await work.users.save(replace(found, is_operator=True))
                token = await work.tokens.add(
                    bytes([turn, number]) * 16,
                    user.id,
                    name="n",
                    scopes=frozenset(),
                    at=NOON,
                    expires_at=SystemClock().now() + DAY,
                )
                programs.append(Operator(operator, Program(token)))
                keys.append(token.id)
        done = await asyncio.gather(
            *(
                use_case(by=by, token_id=key, caller=LAPTOP)
                for by, key in zip(programs, reversed(keys), strict=True)
            ),
            return_exceptions=True,
        )
        assert sorted(type(each).__name__ for each in done) == ["AccessToken", "NotSignedIn"]


async def test_a_lock_that_does_not_come_is_given_up(url: str, storage: Storage) -> None:
    ada, _ = await two_users(storage)
    impatient = postgresql_storage(Connector(Access(url=url, lock_seconds=0.1)))
    async with SqlUnitOfWorkFactory(storage.transactions, str)(accounts=[ada.id]):
        with pytest.raises(StorageUnavailable):
            async with SqlUnitOfWorkFactory(impatient.transactions, str)(accounts=[ada.id]):
                pytest.fail("it has the lock")
    async with SqlUnitOfWorkFactory(impatient.transactions, str)(accounts=[ada.id]) as work:
        assert await work.users.get(ada.id)
    await impatient.close()


async def test_a_follower_waits_for_who_began_before_and_misses_nobody(storage: Storage) -> None:
    """Positions are given out when events are written, and seen when they are committed."""
    begin = SqlUnitOfWorkFactory(storage.transactions, str)
    history = SqlAccountHistory(storage.reader, storage.settled)
    careless = SqlAccountHistory(storage.reader, settled=true())
    async with begin() as slow:
        await slow.events.append(EVENT)
        async with begin() as quick:
            await quick.events.append(EVENT, EVENT)
        waiting = await history.follow(None, limit=9)
        assert waiting.events == [], "the slow one may come before"
        missed = await careless.follow(None, limit=9)
        assert [each.position for each in missed.events] == [2, 3]
    found = await history.follow(waiting.next, limit=9)
    assert [each.position for each in found.events] == [1, 2, 3]
    assert (await history.follow(found.next, limit=9)).events == []
    assert (await careless.follow(missed.next, limit=9)).events == [], "and never sees the first"


async def test_a_taken_name_leaves_the_connection_as_good_as_new(storage: Storage) -> None:
    await two_users(storage)
    for _ in range(20):
        with pytest.raises(UsernameTaken):
            async with SqlUnitOfWorkFactory(storage.transactions, str)() as work:
                await work.users.add(ADA, HASH, at=NOON)
    assert storage.transactions.waiting == 0


async def test_last_use_is_noted_later_and_leaves_rows_out_that_somebody_holds(
    storage: Storage,
) -> None:
    ada, bob = await two_users(storage)
    begin, later = SqlUnitOfWorkFactory(storage.transactions, str), NOON + 5 * MINUTE
    async with begin() as work:
        digests = [DIGEST, b"2" * 32]
        opened = [
            await work.sessions.add(user, digest, LAPTOP, at=NOON, expires_at=NOON + DAY)
            for user, digest in zip((ada, bob), digests, strict=True)
        ]
    last_seen = SqlLastSeen(storage.transactions)
    async with begin() as work:
        assert await work.sessions.find(DIGEST)
        for session in opened:
            last_seen.note(session, later)
        await last_seen.write()
    history = SqlAccountHistory(storage.reader)
    seen = [(await history.sessions(user.id))[0].last_seen_at for user in (ada, bob)]
    assert seen == [NOON, later]
    assert [(await history.usage(user.id)).last_used_at for user in (ada, bob)] == [None, later]


async def test_small_adapters_work_on_it_too(storage: Storage) -> None:
    await SqlProbe(storage.transactions).check()
    async with storage.transactions.begin() as transaction:
        insert = "INSERT INTO events (kind, at, address, user_agent, details)"
        await transaction.execute(text(f"{insert} VALUES ('renamed', 0, '', 'x', '{{}}')"))
    names = DeviceNames(storage.reader, storage.transactions, str.upper)
    assert [await names.fill(), await names.fill()] == [1, 0]


async def test_a_look_up_on_a_dead_connection_is_asked_once_more(
    url: str, storage: Storage
) -> None:
    ada, _ = await two_users(storage)
    async with SqlUnitOfWorkFactory(storage.transactions, str)() as work:
        await work.sessions.add(ada, DIGEST, LAPTOP, at=NOON, expires_at=NOON + DAY)
    lookup = SqlLookup(storage.reader, storage.fetch_sessions, in_flight=storage.in_flight)
    for _ in range(3):
        found = await asyncio.gather(*(lookup.session(DIGEST) for _ in range(600)))
        assert {each.user.id for each in found if each} == {ada.id}
        others = "FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname IS NOT NULL"
        execute(url, f"SELECT pg_terminate_backend(pid) {others}")


async def test_a_look_up_that_takes_too_long_is_refused_and_disturbs_no_other(url: str) -> None:
    sessions = PostgresqlSessions(Connector(Access(url=url, lookup_seconds=0.5)))
    async with storage_at(url):
        execute(url, "ALTER TABLE sessions RENAME TO elsewhere", "SELECT 1")
        with pytest.raises(Exception, match="sessions"):
            await sessions.fetch([DIGEST])
        execute(url, "ALTER TABLE elsewhere RENAME TO sessions", "SELECT 1")
        assert await sessions.fetch([DIGEST]) == {}
    sessions.close()
    with pytest.raises(StorageUnavailable):
        await sessions.fetch([DIGEST])


class Refusal(Exception):
    def __init__(self, sqlstate: str) -> None:
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    "code",
    ["40P01", "40001", "55P03", "08006", "57P01", "57P03", "57014", "53300", "25006", "25P03"],
)
def test_what_passes_is_unavailable(code: str) -> None:
    assert isinstance(unavailable_for(Refusal(code)), StorageUnavailable)


def test_a_full_disk_is_told_apart_and_our_own_mistakes_are_not_hidden() -> None:
    assert isinstance(unavailable_for(Refusal("53100")), StorageFull)
    for code in ("42601", "42703", "23505", "22P02"):
        assert unavailable_for(Refusal(code)) is None


@pytest.mark.parametrize("code", ["26000", "42P05", "08P01"])
def test_a_pool_that_shares_connections_by_transaction_is_named(
    code: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, logger="frontdesk"):
        assert isinstance(unavailable_for(Refusal(code)), StorageUnavailable)
    assert "PgBouncer" in caplog.text


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        ("postgresql://ada@db.example.com/accounts", [("db.example.com", 5432)]),
        ("postgresql://ada:p%40ss@one:6432,two/x?sslmode=disable", [("one", 6432), ("two", 5432)]),
        ("postgresql://[::1]:6432,[2001:db8::1]/x", [("::1", 6432), ("2001:db8::1", 5432)]),
        ("postgresql:///x?host=/run/postgresql", [None]),
        ("postgresql://ada@/x", [None]),
    ],
)
def test_several_hosts_are_understood(url: str, hosts: list[tuple[str, int] | None]) -> None:
    assert hosts_of(url) == hosts


async def test_who_cannot_connect_is_told_within_the_time_of_each_host() -> None:
    access = Access(url="postgresql://ada@127.0.0.1:1,127.0.0.1:2/x")
    with pytest.raises(StorageUnavailable):
        await Connector(access).connect(command_seconds=1)


async def test_a_server_has_to_prove_who_it_is_where_that_is_asked_for(tmp_path: Path) -> None:
    demand()
    cluster = Cluster.new(certificate="localhost")
    try:
        parts = urlsplit(cluster.url)
        account = parts.netloc.rpartition("@")[0]
        other = make_certificate(tmp_path, "localhost")
        connected = []
        for host, root in (
            ("localhost", cluster.certificate),
            ("127.0.0.1", cluster.certificate),  # not the name in the certificate
            ("localhost", other),
        ):
            place = f"{account}@{host}:{cluster.port}"
            query = f"sslmode=verify-full&sslrootcert={root}"
            url = urlunsplit(parts._replace(netloc=place, query=query))
            try:
                connection = await Connector(Access(url=url)).connect(command_seconds=60)
            except StorageUnavailable:
                connected.append(False)
            else:
                used = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
                connected.append(await connection.fetchval(used))
                await connection.close()
        assert connected == [True, False, False]
    finally:
        cluster.remove()


async def test_many_who_connect_at_once_all_find_the_host_that_is_there(url: str) -> None:
    account, _, place = url.rpartition("@")
    connector = Connector(Access(url=f"{account}@127.0.0.1:1,{place}"))
    found = await asyncio.gather(*(connector.connect(command_seconds=60) for _ in range(10)))
    assert {connection.get_server_version().major >= 15 for connection in found} == {True}
    for connection in found:
        await connection.close()


async def test_a_node_that_stopped_in_its_probe_makes_no_other_unready(
    url: str, storage: Storage
) -> None:
    async with storage.transactions.begin() as stopped:
        await stopped.execute(text("UPDATE readiness SET checked_at = 1"))
        async with storage_at(url) as other:
            async with asyncio.timeout(30):
                await SqlProbe(other.transactions).check()


async def test_nothing_is_left_of_who_is_erased_while_something_is_written_about_them(
    storage: Storage,
) -> None:
    ada, bob = await two_users(storage)
    begin, exists = SqlUnitOfWorkFactory(storage.transactions, str), asyncio.Event()

    async def refuse() -> None:
        async with begin() as work:
            assert await work.users.exists(ada.id)
            exists.set()
            await asyncio.sleep(0.1)
            await work.events.append(replace(EVENT, user_id=ada.id, details={"a": "b"}))

    async def erase() -> None:
        await exists.wait()
        async with begin(LAPTOP.client(user_id=ada.id)) as work:
            await work.users.delete(ada.id)
            await work.events.erase_personal(ada.id)

    await asyncio.gather(refuse(), erase())
    (event,) = (await SqlAccountHistory(storage.reader).follow(None, limit=9)).events
    assert (event.event.caller.address, event.event.details) == ("", {})
    async with begin() as work:
        assert not await work.users.exists(ada.id)
        assert await work.users.exists(bob.id)


def test_access_shows_no_password() -> None:
    access = Access(url="postgresql://ada:hunter2@db/x", password="hunter3")
    assert "hunter" not in repr(access)


async def test_what_was_written_long_ago_is_removed_in_batches(storage: Storage) -> None:
    begin = SqlUnitOfWorkFactory(storage.transactions, str)
    async with begin() as work:
        await work.events.append(*[EVENT] * 5)

    async def remove() -> int:
        async with begin() as work:
            return await work.events.remove_older(NOON + timedelta(days=1), at_most=3)

    assert sum(await asyncio.gather(remove(), remove())) == 5, "two nodes take different ones"
