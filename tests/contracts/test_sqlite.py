"""What is promised of every connection, and small adapters of the database."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.persistence.last_seen import SqlLastSeen
from adapters.persistence.lookup import SqliteLookup
from adapters.persistence.probe import SqlProbe
from adapters.persistence.reader import SqliteReader
from adapters.persistence.schema import migrate
from adapters.persistence.sqlite import create_database, open_engine, open_reader
from adapters.persistence.unit_of_work import SqlBegin
from domain.errors import StorageUnavailable
from tests.examples import ADA, BOB, DAY, DIGEST, HASH, LAPTOP, MINUTE, NOON


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "frontdesk.db"


@pytest.fixture
async def engine(path: Path) -> AsyncIterator[AsyncEngine]:
    create_database(path)
    await migrate(open_engine(path))
    engine = open_engine(path, busy_timeout=0.1)
    yield engine
    await engine.dispose()


async def pragma(engine: AsyncEngine, name: str) -> object:
    async with engine.connect() as connection:
        return (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar()


async def test_a_commit_is_on_the_disk_before_it_is_answered(engine: AsyncEngine) -> None:
    assert await pragma(engine, "synchronous") == 2, "FULL"
    assert await pragma(engine, "journal_mode") == "wal"
    assert await pragma(engine, "foreign_keys") == 1


async def test_a_unit_of_work_takes_the_write_lock_when_it_begins(
    engine: AsyncEngine, path: Path
) -> None:
    async with SqlBegin(engine)():
        other = sqlite3.connect(path, timeout=0, isolation_level=None)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        other.close()


async def test_a_reader_cannot_write(engine: AsyncEngine, path: Path) -> None:
    await pragma(engine, "user_version")
    reader = open_reader(path)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader.execute("DELETE FROM users")
    reader.close()


async def test_a_missing_file_is_not_made(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    with pytest.raises(sqlite3.OperationalError):
        open_reader(tmp_path / "nowhere.db")
    engine = open_engine(tmp_path / "nowhere.db")
    with pytest.raises(StorageUnavailable):
        async with SqlBegin(engine)():
            pass
    await engine.dispose()
    await asyncio.to_thread(_join_threads_since, before)
    assert _names_in(tmp_path) == []


def _join_threads_since(before: set[threading.Thread]) -> None:
    """aiosqlite lets the thread of a connection that failed speak to the loop once more."""
    for thread in set(threading.enumerate()) - before:
        if "_connection_worker_thread" in thread.name:
            thread.join(10)


def _names_in(folder: Path) -> list[str]:
    return [each.name for each in folder.iterdir()]


def _take_away(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))


@pytest.mark.parametrize("suffix", ["", "-wal"])
async def test_a_file_taken_away_is_noticed_before_anything_is_written(
    engine: AsyncEngine, path: Path, suffix: str
) -> None:
    async with SqlBegin(engine)() as work:
        await work.users.add(ADA, HASH, at=NOON)
    reader = open_reader(path)
    _take_away(path.with_name(path.name + suffix))
    with pytest.raises(StorageUnavailable):
        async with SqlBegin(engine)() as work:
            await work.users.delete(1)
    reader.close()


async def test_only_the_owner_may_read_the_files(engine: AsyncEngine, path: Path) -> None:
    await SqlProbe(engine).check()
    modes = {each.stat().st_mode & 0o077 for each in path.parent.glob("frontdesk.db*")}
    assert modes == {0}


async def test_errors_do_not_show_what_was_to_be_written(engine: AsyncEngine) -> None:
    with pytest.raises(DBAPIError) as failure:
        async with engine.begin() as connection:
            await connection.exec_driver_sql("INSERT INTO nowhere VALUES (?)", ("hash of one",))
    assert "hash of one" not in str(failure.value)


async def test_sessions_are_kept_in_memory_within_bounds_and_only_until_a_commit(
    engine: AsyncEngine, path: Path
) -> None:
    digests = [bytes([number]) * 32 for number in range(10)]
    async with SqlBegin(engine)() as work:
        user = await work.users.add(ADA, HASH, at=NOON)
        for digest in digests:
            await work.sessions.add(user, digest, LAPTOP, at=NOON, expires_at=NOON + DAY)
    reader = SqliteReader(path)
    with reader.open():
        lookup = SqliteLookup(reader, capacity=4)
        for digest in digests:
            assert await lookup.session(digest) is await lookup.session(digest), "kept"
            assert len(lookup._kept) <= 4
        async with SqlBegin(engine)() as work:
            await work.users.save(user.renamed(BOB))
        found = await lookup.session(digests[-1])
        assert found is not None
        assert found.user.username == BOB
    with reader.open():
        other = await lookup.session(digests[-1])
    assert other is not found, "another connection counts anew"


async def test_when_a_session_was_last_used_is_written_later(
    engine: AsyncEngine, path: Path
) -> None:
    async with SqlBegin(engine)() as work:
        user = await work.users.add(ADA, HASH, at=NOON)
        session = await work.sessions.add(user, DIGEST, LAPTOP, at=NOON, expires_at=NOON + DAY)
    last_seen, reader = SqlLastSeen(engine, capacity=2), SqliteReader(path)
    with reader.open():
        lookup = SqliteLookup(reader)
        for at in (NOON + 5 * MINUTE, NOON + 6 * MINUTE):
            last_seen.note(session.id, at)
        await last_seen.write()
        await last_seen.write()
        found = await lookup.session(DIGEST)
        assert found is not None
        assert found.session.last_seen_at == NOON + 6 * MINUTE
        last_seen.note(session.id, NOON)
        for stranger in range(100, 110):
            last_seen.note(stranger, NOON)
        await last_seen.write()
        found = await lookup.session(DIGEST)
        assert found is not None
        assert found.session.last_seen_at == NOON + 6 * MINUTE, "never back in time"


async def test_notes_that_cannot_be_written_harm_nobody(engine: AsyncEngine, path: Path) -> None:
    last_seen = SqlLastSeen(engine)
    last_seen.note(1, NOON + timedelta(minutes=5))
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    await last_seen.write()
    other.close()
    assert last_seen._notes == {}, "let go, not kept and piled up"


async def test_the_probe_tries_to_write_and_remembers_for_a_moment(
    engine: AsyncEngine, path: Path
) -> None:
    forgetful, mindful = SqlProbe(engine, remember_seconds=0), SqlProbe(engine, remember_seconds=60)
    await forgetful.check()
    await mindful.check()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageUnavailable):
        await forgetful.check()
    await mindful.check()
    other.close()
    await forgetful.check()
