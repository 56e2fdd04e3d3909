"""The same schema on PostgreSQL, by every way."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, select, text

from adapters.sql.fingerprints import AnotherSecret, SharedSecret
from adapters.sql.lookup import SqlLookup
from adapters.sql.migrations import HEAD
from adapters.sql.postgresql import Access, Connector, engine_of
from adapters.sql.postgresql_storage import postgresql_storage
from adapters.sql.schema import SchemaTooNew, SchemaTooOld, migrate_postgresql
from adapters.sql.storage import Storage
from adapters.sql.tables import metadata
from adapters.sql.unit_of_work import SqlUnitOfWorkFactory
from domain.errors import StorageUnavailable
from domain.events import Event, EventKind
from entrypoints.monitoring_storage import open_monitoring
from entrypoints.settings import Settings
from entrypoints.settings.values import PostgresqlUrl
from tests.examples import ADA, DAY, DIGEST, HASH, LAPTOP, NOON
from tests.migrations.test_migrations import REVISIONS, config
from tests.postgresql import demand, documented_roles, execute, new_database

_Result = TypeVar("_Result")


@pytest.fixture
def url() -> str:
    demand()
    return new_database()


async def migrate(url: str, **options: Any) -> None:
    await migrate_postgresql(Connector(Access(url=url)), **options)


@asynccontextmanager
async def connected(
    url: str,
) -> AsyncIterator[Callable[[Callable[[Connection], Any]], Any]]:
    engine = engine_of(Connector(Access(url=url)), command_seconds=None)
    try:
        async with engine.begin() as connection:
            yield connection.run_sync
    finally:
        await engine.dispose()


async def walk(url: str, step: str, revision: str) -> None:
    async with connected(url) as run:
        if step == "up":
            await run(lambda c: command.upgrade(config(c), revision))
        else:
            await run(lambda c: command.downgrade(config(c), revision))


def structure_of(url: str) -> list[list[Any]]:
    """Columns, constraints and indexes, and the rows that are there from the start."""
    of_ours = "table_schema = 'public' AND table_name <> 'alembic_version'"
    questions = [
        f"""SELECT table_name, column_name, data_type, is_nullable, column_default, collation_name
            FROM information_schema.columns WHERE {of_ours} ORDER BY 1, 2""",
        """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
            WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2""",
        "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1",
    ]
    return [[tuple(row) for row in execute(url, each)] for each in questions]


async def test_the_stairway(url: str) -> None:
    """Each step up, down again to the same schema, and up."""
    before = "base"
    for revision in REVISIONS:
        found = structure_of(url)
        await walk(url, "up", revision)
        await walk(url, "down", before)
        assert [row for part in structure_of(url) for row in part if "alembic" not in row[0]] == [
            row for part in found for row in part if "alembic" not in row[0]
        ]
        await walk(url, "up", revision)
        before = revision


async def test_a_new_database_is_what_all_migrations_make(url: str) -> None:
    other = new_database()
    await migrate(url)
    await walk(other, "up", HEAD)
    assert structure_of(url) == structure_of(other)
    rows = [
        "SELECT * FROM readiness",
        "SELECT * FROM compatibility",
        "SELECT * FROM alembic_version",
    ]
    for each in rows:
        assert [tuple(row) for row in execute(url, each)] == [
            tuple(row) for row in execute(other, each)
        ]
    async with connected(url) as run:
        found = await run(lambda c: list(compare_metadata(MigrationContext.configure(c), metadata)))
    assert found == []


async def test_of_many_nodes_that_start_at_once_one_makes_the_schema(url: str) -> None:
    await asyncio.gather(*(migrate(url) for _ in range(8)))
    assert len(execute(url, "SELECT * FROM readiness")) == 1


async def test_of_many_nodes_that_start_at_once_one_migrates(url: str) -> None:
    await walk(url, "up", "0005")
    await asyncio.gather(*(migrate(url) for _ in range(8)))
    ((revision,),) = execute(url, "SELECT version_num FROM alembic_version")
    assert revision == HEAD


async def test_who_may_not_migrate_says_what_is_missing(url: str) -> None:
    with pytest.raises(SchemaTooOld, match="frontdesk database upgrade"):
        await migrate(url, may_change=False)
    await migrate(url)
    await migrate(url, may_change=False)


async def test_a_newer_schema_may_say_that_this_code_can_read_it(url: str) -> None:
    await migrate(url)
    execute(url, "UPDATE alembic_version SET version_num = '9999'", "SELECT 1")
    await migrate(url)
    execute(url, "UPDATE compatibility SET readable_by = '9999'", "SELECT 1")
    with pytest.raises(SchemaTooNew):
        await migrate(url)


async def test_a_node_with_another_secret_is_refused(url: str) -> None:
    await migrate(url, secrets=[SharedSecret("KEY", b"one")])
    with pytest.raises(AnotherSecret, match="KEY"):
        await migrate(url, secrets=[SharedSecret("KEY", b"two")])


async def test_transactions_of_another_server_are_forgotten(url: str) -> None:
    """As after a dump was restored: followers would wait for them for ever."""
    await migrate(url)
    event = "INSERT INTO events (kind, at, address, user_agent, details, transaction_id)"
    execute(
        url,
        f"{event} VALUES ('signed_up', 0, '', '', '{{}}', {2**40})",
        f"{event} VALUES ('signed_up', 0, '', '', '{{}}', 3)",
        "SELECT 1",
    )
    await migrate(url)
    found = execute(url, "SELECT transaction_id FROM events ORDER BY position")
    assert [row[0] for row in found] == [0, 3]


async def test_a_service_needs_no_right_to_change_the_schema() -> None:
    """The roles of docs/postgresql.md: one migrates, the other one serves."""
    with documented_roles() as (owner, served):
        await serve_without_rights(owner, served)


async def serve_without_rights(owner: str, served: str) -> None:
    await migrate(owner)
    await migrate(served, may_change=False, secrets=[SharedSecret("KEY", b"key")])
    async with storage_of(served) as storage:
        async with SqlUnitOfWorkFactory(storage.transactions, str)() as work:
            user = await work.users.add(ADA, HASH, at=NOON)
            await work.sessions.add(user, DIGEST, LAPTOP, at=NOON, expires_at=NOON + DAY)
            await work.events.append(Event(EventKind.SIGNED_UP, NOON, user.id, LAPTOP))
        lookup = SqlLookup(storage.reader, storage.fetch_sessions, in_flight=2)
        assert await lookup.session(DIGEST)
    kept = open_monitoring(Settings(database_url=PostgresqlUrl(served)))
    assert await kept.requests.run(lambda connection: connection.scalar(select(1))) == 1
    assert await kept.requests.exists()
    await kept.close()
    execute(served, "DROP SCHEMA frontdesk_monitoring CASCADE", "SELECT 1")
    kept = open_monitoring(Settings(database_url=PostgresqlUrl(served)))
    with pytest.raises(StorageUnavailable) as refused:
        await kept.requests.run(lambda connection: connection.scalar(select(1)))
    assert "CREATE SCHEMA frontdesk_monitoring AUTHORIZATION" in str(refused.value.__cause__)
    await kept.close()
    with pytest.raises(Exception, match="permission denied"):
        async with connected(served) as run:
            await run(lambda c: c.execute(text("CREATE TABLE mine (id int)")))


@asynccontextmanager
async def storage_of(url: str) -> AsyncIterator[Storage]:
    storage = postgresql_storage(Connector(Access(url=url)))
    async with storage.running():
        yield storage
    await storage.close()
