"""What is promised of every connection, and small adapters of the database."""

import asyncio
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from adapters.sql.last_seen import SqlLastSeen
from adapters.sql.lookup import SqlLookup
from adapters.sql.probe import SqlProbe
from adapters.sql.reader import SqliteReader
from adapters.sql.schema import migrate
from adapters.sql.sqlite import create_database, open_reader
from adapters.sql.sqlite_sessions import SqliteSessions
from adapters.sql.tally import begin_tally
from adapters.sql.unit_of_work import SqlUnitOfWorkFactory
from adapters.sql.writer import Writer
from domain.errors import StorageUnavailable
from tests.examples import ADA, BOB, DAY, DIGEST, HASH, LAPTOP, MINUTE, NOON


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "frontdesk.db"


@pytest.fixture
def writer(path: Path) -> Iterator[Writer]:
    create_database(path)
    migrate(path)
    writer = Writer(path, patience=0.1)
    yield writer
    writer.close()


async def pragma(writer: Writer, name: str) -> object:
    async with writer.begin() as transaction:
        ((value,),) = await transaction.all(text(f"PRAGMA {name}"))
        return value


async def test_a_commit_is_on_the_disk_before_it_is_answered(writer: Writer) -> None:
    assert await pragma(writer, "synchronous") == 2, "FULL"
    assert await pragma(writer, "journal_mode") == "wal"
    assert await pragma(writer, "foreign_keys") == 1


async def test_a_unit_of_work_takes_the_write_lock_when_it_begins(
    writer: Writer, path: Path
) -> None:
    async with SqlUnitOfWorkFactory(writer, str)():
        other = sqlite3.connect(path, timeout=0, isolation_level=None)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        other.close()


async def test_who_is_cancelled_while_it_opens_leaves_no_lock_behind(
    writer: Writer, path: Path
) -> None:
    patient = Writer(path)
    await pragma(patient, "user_version")
    other = sqlite3.connect(path, timeout=0, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    opening = asyncio.create_task(pragma(patient, "user_version"))
    await asyncio.sleep(0.1)
    opening.cancel()
    await asyncio.sleep(0)
    other.execute("COMMIT")
    with pytest.raises(asyncio.CancelledError):
        await opening
    patient.close()
    other.execute("BEGIN IMMEDIATE")
    other.close()


async def test_who_waits_too_long_for_its_own_turn_is_refused(writer: Writer) -> None:
    begin, client = SqlUnitOfWorkFactory(writer, str), LAPTOP.client(user_id=1)
    async with begin(client):
        with pytest.raises(StorageUnavailable):
            async with begin(client):
                pytest.fail("it is not its turn")
    async with begin(client) as work:
        await work.users.add(ADA, HASH, at=NOON)
    assert (begin.waiting, begin.turns.known) == (0, 0)


async def test_waiting_for_a_turn_and_for_the_writer_has_one_deadline(writer: Writer) -> None:
    async with writer.begin():
        with pytest.raises(StorageUnavailable):
            async with writer.begin(until=0):
                pytest.fail("the deadline was over when its turn came")


async def test_those_who_wait_for_their_turn_are_counted_as_waiting(path: Path) -> None:
    create_database(path)
    migrate(path)
    writer = Writer(path, patience=60)
    begin = SqlUnitOfWorkFactory(writer, str)

    async def write(user_id: int) -> None:
        async with begin(LAPTOP.client(user_id=user_id)) as work:
            await work.events.append()

    async with begin(LAPTOP.client(user_id=1)):
        writing = [asyncio.create_task(write(user_id)) for user_id in (1, 1, 1, 2)]
        await asyncio.sleep(0)
        assert (begin.waiting, writer.waiting) == (4, 1)
    await asyncio.gather(*writing)
    assert begin.waiting == 0
    writer.close()


async def test_who_cannot_open_gives_the_place_back(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "nowhere.db")
    begin = SqlUnitOfWorkFactory(writer, str)
    for _ in range(2):
        with pytest.raises(StorageUnavailable):
            async with begin(LAPTOP.client(user_id=1)):
                pass
    assert begin.turns.known == 0
    writer.close()


async def test_a_reader_cannot_write(writer: Writer, path: Path) -> None:
    await pragma(writer, "user_version")
    reader = open_reader(path)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader.execute("DELETE FROM users")
    reader.close()


async def test_a_missing_file_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError):
        open_reader(tmp_path / "nowhere.db")
    writer = Writer(tmp_path / "nowhere.db")
    with pytest.raises(StorageUnavailable):
        async with SqlUnitOfWorkFactory(writer, str)():
            pass
    writer.close()
    assert _names_in(tmp_path) == []


def _names_in(folder: Path) -> list[str]:
    return [each.name for each in folder.iterdir()]


def _take_away(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))


@pytest.mark.parametrize("suffix", ["", "-wal"])
async def test_a_file_taken_away_is_noticed_before_anything_is_written(
    writer: Writer, path: Path, suffix: str
) -> None:
    async with SqlUnitOfWorkFactory(writer, str)() as work:
        await work.users.add(ADA, HASH, at=NOON)
    reader = open_reader(path)
    _take_away(path.with_name(path.name + suffix))
    with pytest.raises(StorageUnavailable):
        async with SqlUnitOfWorkFactory(writer, str)() as work:
            await work.users.delete(1)
    reader.close()


async def test_only_the_owner_may_read_the_files(writer: Writer, path: Path) -> None:
    await SqlProbe(writer).check()
    modes = {each.stat().st_mode & 0o077 for each in path.parent.glob("frontdesk.db*")}
    assert modes == {0}


async def test_errors_do_not_show_what_was_to_be_written(writer: Writer) -> None:
    with pytest.raises(OperationalError) as failure:
        async with writer.begin() as transaction:
            statement = text("INSERT INTO nowhere VALUES (:secret)")
            await transaction.execute(statement, {"secret": "hash of one"})
    assert "hash of one" not in str(failure.value)


async def test_many_sessions_are_found_in_one_statement_and_as_they_are_now(
    writer: Writer, path: Path
) -> None:
    digests = [bytes([number]) * 32 for number in range(11)]
    async with SqlUnitOfWorkFactory(writer, str)() as work:
        user = await work.users.add(ADA, HASH, at=NOON)
        for digest in digests[:-1]:
            await work.sessions.add(user, digest, LAPTOP, at=NOON, expires_at=NOON + DAY)
    reader = SqliteReader(path)
    with reader.open():
        lookup = SqlLookup(reader, SqliteSessions(reader).fetch)
        for renamed in (user, user.renamed(BOB)):
            async with SqlUnitOfWorkFactory(writer, str)() as work:
                await work.users.save(renamed)
            *found, unknown = await asyncio.gather(*map(lookup.session, digests))
            assert unknown is None
            assert [each.session.id for each in found if each] == list(range(1, 11))
            assert {each.user.username for each in found if each} == {renamed.username}


async def test_a_look_up_counts_as_one_statement_for_each_who_waited(
    writer: Writer, path: Path
) -> None:
    await SqlProbe(writer).check()
    reader = SqliteReader(path)

    async def look_up() -> int:
        tally = begin_tally()
        await lookup.session(DIGEST)
        return tally.statements

    with reader.open():
        lookup = SqlLookup(reader, SqliteSessions(reader).fetch)
        assert await asyncio.gather(*(look_up() for _ in range(3))) == [1, 1, 1]


async def test_when_a_session_was_last_used_is_written_later(writer: Writer, path: Path) -> None:
    async with SqlUnitOfWorkFactory(writer, str)() as work:
        user = await work.users.add(ADA, HASH, at=NOON)
        session = await work.sessions.add(user, DIGEST, LAPTOP, at=NOON, expires_at=NOON + DAY)
    last_seen, reader = SqlLastSeen(writer, capacity=2), SqliteReader(path)
    with reader.open():
        lookup = SqlLookup(reader, SqliteSessions(reader).fetch)
        for at in (NOON + 5 * MINUTE, NOON + 6 * MINUTE):
            last_seen.note(session, at)
        await last_seen.write()
        await last_seen.write()
        found = await lookup.session(DIGEST)
        assert found is not None
        assert found.session.last_seen_at == NOON + 6 * MINUTE
        last_seen.note(session, NOON)
        for stranger in range(100, 110):
            last_seen.note(replace(session, id=stranger, user_id=stranger), NOON)
        await last_seen.write()
        found = await lookup.session(DIGEST)
        assert found is not None
        assert found.session.last_seen_at == NOON + 6 * MINUTE, "never back in time"


async def test_when_a_key_was_last_used_never_goes_back(writer: Writer, path: Path) -> None:
    async with SqlUnitOfWorkFactory(writer, str)() as work:
        user = await work.users.add(ADA, HASH, at=NOON)
        token = await work.tokens.add(
            DIGEST, user.id, name="n", scopes=frozenset(), at=NOON, expires_at=NOON + DAY
        )
    last_seen, reader = SqlLastSeen(writer), SqliteReader(path)
    with reader.open():
        for at in (NOON + 6 * MINUTE, NOON + 5 * MINUTE):
            last_seen.note_token(token.id, at)
            await last_seen.write()
            presented = await SqlLookup(reader, SqliteSessions(reader).fetch).access_token(DIGEST)
            assert presented is not None
            assert presented.token.last_used_at == NOON + 6 * MINUTE


async def test_notes_that_cannot_be_written_harm_nobody(writer: Writer, path: Path) -> None:
    last_seen = SqlLastSeen(writer)
    last_seen.note_login(1, LAPTOP, NOON + timedelta(minutes=5))
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    await last_seen.write()
    other.close()
    assert last_seen._users == {}, "let go, not kept and piled up"


async def test_the_probe_tries_to_write_and_remembers_for_a_moment(
    writer: Writer, path: Path
) -> None:
    forgetful, mindful = SqlProbe(writer, remember_seconds=0), SqlProbe(writer, remember_seconds=60)
    await forgetful.check()
    await mindful.check()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageUnavailable):
        await forgetful.check()
    await mindful.check()
    other.close()
    await forgetful.check()
