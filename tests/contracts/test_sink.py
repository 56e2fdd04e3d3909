"""What `Sink` promises, on each engine, and how PostgreSQL's partitions come and go."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, func, select, text

from adapters.monitoring.masking.masking import Masking
from adapters.monitoring.request_log import partitions
from adapters.monitoring.request_log.log import SqlRequestLog
from adapters.monitoring.request_log.rows import RetentionPolicy, row_of
from adapters.monitoring.request_log.tables import RequestRow, requests
from application.operations.nodes import WorkerName
from domain.errors import StorageUnavailable
from entrypoints.monitoring_storage import MonitoringStorage
from tests.contracts.kept import kept_on
from tests.engines import ENGINES, POSTGRESQL
from tests.operations.test_request_log import WORKER, record, refused

DAY = 86_400


def row(worker: WorkerName = WORKER, **changes: Any) -> RequestRow:
    made = changes.pop("made", record)
    return row_of(made(**changes), Masking(), RetentionPolicy(), worker)


def large(**changes: Any) -> RequestRow:
    """Four kilobytes that nothing can compress."""
    return row(**changes)._replace(error=secrets.token_hex(2_000))


class Writing:
    """One thread that writes, as the service has it, and what is there."""

    def __init__(self, kept: MonitoringStorage) -> None:
        self.kept = kept
        self.sink = kept.open_sink()
        self._thread = ThreadPoolExecutor(1)

    async def do(self, job: Callable[[], Any]) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._thread, job)

    async def add(self, *rows: RequestRow) -> None:
        await self.do(partial(self.sink.add, rows))

    async def clean(self, *, ordinary: float = 0, all_: float = 0) -> None:
        micros = partial(self.sink.clean, ordinary=int(ordinary * 1e6), all_=int(all_ * 1e6))
        while await self.do(micros):
            pass
        await self.do(self.sink.make_room)

    async def run(self, job: Callable[[Connection], Any]) -> Any:
        return await self.kept.requests.run(job)

    async def paths(self) -> list[str]:
        found = await self.run(
            lambda c: c.scalars(select(requests.c.path).order_by(requests.c.id)).all()
        )
        return list(found)

    async def close(self) -> None:
        await self.do(self.sink.close)
        self._thread.shutdown()


@asynccontextmanager
async def writing_on(engine: str, folder: Path, **settings: Any) -> AsyncIterator[Writing]:
    async with kept_on(engine, folder, **settings) as kept:
        writing = Writing(kept)
        await writing.add()
        yield writing
        await writing.close()


@pytest.fixture(params=ENGINES)
async def writing(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Writing]:
    async with writing_on(request.param, tmp_path) as writing:
        yield writing


@pytest.fixture(params=ENGINES)
async def small(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Writing]:
    """One that takes no more than a megabyte or two."""
    size = 3 if request.param == POSTGRESQL else 1
    async with writing_on(request.param, tmp_path, request_log_max_mib=size) as writing:
        yield writing


async def test_what_is_added_is_there_in_its_order(writing: Writing) -> None:
    await writing.add(row(path="/1"), row(path="/2"))
    await writing.add(*(row(path=f"/{number}") for number in range(3, 700)))
    assert await writing.paths() == [f"/{number}" for number in range(1, 700)]
    (found,) = await writing.run(
        lambda c: c.execute(select(requests).where(requests.c.path == "/1")).mappings().all()
    )
    assert (found["node"], found["worker"], found["kept_as"]) == (*vars_of(WORKER), "ordinary")
    assert (found["status"], found["duration_ms"], found["statements"]) == (200, 1.5, 2)


def vars_of(name: WorkerName) -> tuple[str, str]:
    return name.node, name.worker


async def test_old_ones_go_and_notable_ones_stay_longer(writing: Writing) -> None:
    now = time.time()
    await make_days(writing, 9, 92)
    for days in (0, 9, 92):
        at = now - days * DAY
        await writing.add(
            row(time=at, path=f"/plain/{days}"),
            row(time=at, path=f"/warning/{days}", level="warning"),
            row(time=at, path=f"/slow/{days}", duration_ms=1_000),
            row(time=at, path=f"/refused/{days}", made=refused, status=403),
        )
    await writing.clean(ordinary=now - 7 * DAY, all_=now - 90 * DAY)
    assert sorted(await writing.paths()) == sorted(
        ["/plain/0"] + [f"/{kind}/{d}" for kind in ("warning", "slow", "refused") for d in (0, 9)]
    )


async def make_days(writing: Writing, *ago: int) -> None:
    """On PostgreSQL, the partitions of days in the past."""
    if writing.kept.nearly_new:
        for days in ago:
            await writing.run(partial(make_day, days=days))


def make_day(connection: Connection, days: int) -> None:
    now = connection.execute(text("SELECT extract(epoch FROM clock_timestamp())::bigint")).scalar()
    begin = (int(str(now)) // DAY - days) * DAY * 1_000_000
    for kind in partitions.KINDS:
        connection.execute(
            text(
                f"CREATE TABLE requests_{kind}_{days}_days_ago PARTITION OF requests_{kind}"
                f" FOR VALUES FROM ({begin}) TO ({begin + DAY * 1_000_000})"
            )
        )


async def test_where_there_is_no_room_the_oldest_go(small: Writing) -> None:
    await make_days(small, 1, 2)
    for number in range(40):
        days = 2 if number < 15 else 1 if number < 30 else 0
        at = time.time() - days * DAY
        few = [large(time=at, path=f"/{number}/{n}") for n in range(30)]
        await small.add(*few)
    await small.clean()
    left = await small.paths()
    assert left[-1] == "/39/29"
    assert "/0/0" not in left
    assert "/39/0" in left


async def test_refusals_of_accounts_stay_while_they_take_little(small: Writing) -> None:
    await make_days(small, 1, 2)
    attack = [
        row(made=refused, status=403, path=f"/a/{n}", time=time.time() - 2 * DAY) for n in range(40)
    ]
    await small.add(*attack)
    for number in range(40):
        at = time.time() - (DAY if number < 37 else 0)
        await small.add(*[large(level="warning", status=404, route="", time=at)] * 30)
    await small.clean()
    kept = await small.paths()
    assert [each for each in kept if each.startswith("/a/")] == [f"/a/{n}" for n in range(40)]
    assert len(kept) < 40 + 40 * 30


async def test_what_is_personal_can_be_blanked(writing: Writing) -> None:
    log = SqlRequestLog(writing.kept.requests, lambda: 0)
    assert await log.users_on_record(after=0, at_most=10) == []
    await writing.add(*(row(user_id=user, query=b"a=b") for user in (7, 3, None, 7, 9)))
    assert await log.users_on_record(after=0, at_most=10) == [3, 7, 9]
    assert await log.users_on_record(after=3, at_most=1) == [7]
    assert await log.blank([7, 8]) == 2
    assert await log.blank([7, 8]) == 0
    assert await log.users_on_record(after=0, at_most=10) == [3, 9]
    ids = await writing.run(lambda c: c.scalars(select(requests.c.id)).all())
    assert await log.forget(ids[:2]) == 2
    assert await log.forget(ids[:2]) == 0
    assert len(await writing.paths()) == 3


async def test_where_nothing_was_kept_nothing_is_made(tmp_path: Path) -> None:
    for engine in ENGINES:
        async with kept_on(engine, tmp_path / engine) as kept:
            log = SqlRequestLog(kept.requests, lambda: 0)
            assert await log.users_on_record(after=0, at_most=10) == []
            assert await log.blank([1]) == 0
            assert not await kept.requests.exists()


# PostgreSQL alone


@pytest.fixture
async def on_postgresql(tmp_path: Path) -> AsyncIterator[Writing]:
    async with writing_on(POSTGRESQL, tmp_path, request_log_max_mib=1) as writing:
        yield writing


def sizes(connection: Connection) -> list[partitions.Partition]:
    return partitions.partitions_of(connection)


async def test_a_day_that_is_too_large_is_cut_and_its_beginning_goes(
    on_postgresql: Writing,
) -> None:
    writing = on_postgresql
    for piece in range(4):
        rows = [large(time=time.time(), path=f"/{piece}/{n}") for n in range(150)]
        await writing.add(*rows)
        await writing.clean()
    await writing.add(row(time=time.time(), path="/new"))
    await writing.clean()
    left = await writing.paths()
    assert left[-1] == "/new"
    assert "/0/0" not in left
    found = [each for each in await writing.run(sizes) if each.kind == "ordinary"]
    assert len(found) >= 3
    assert sum(each.size for each in found) <= 2**21
    ends = sorted(each.end for each in found)
    assert sorted(each.begin for each in found)[1:] == ends[:-1], "without a gap"


async def test_rows_of_a_clock_that_is_ahead_are_in_nobodys_way(on_postgresql: Writing) -> None:
    writing = on_postgresql
    ahead = min(time.time() + 400, (time.time() // DAY + 1) * DAY - 1)
    await writing.add(*(large(time=ahead, path=f"/ahead/{n}") for n in range(60)))
    for _ in range(2):
        await writing.clean()
        await writing.add(row(path="/now"))
    assert (await writing.paths()).count("/now") == 2


async def test_many_nodes_make_the_days_at_once(on_postgresql: Writing) -> None:
    others = [Writing(on_postgresql.kept) for _ in range(4)]

    def drop(connection: Connection) -> None:
        for each in partitions.partitions_of(connection):
            connection.execute(text(f"DROP TABLE {each.name}"))

    await on_postgresql.run(drop)
    await asyncio.gather(*(other.add(row(path="/new")) for other in others))
    for other in others:
        await other.close()
    assert await on_postgresql.paths() == ["/new"] * 4


async def test_days_that_nobody_made_are_made_when_they_are_needed(on_postgresql: Writing) -> None:
    writing = on_postgresql

    def drop(connection: Connection) -> None:
        for each in partitions.partitions_of(connection):
            connection.execute(text(f"DROP TABLE {each.name}"))

    await writing.run(drop)
    await writing.add(row(path="/new"))
    assert await writing.paths() == ["/new"]


async def test_a_schema_that_was_dropped_comes_back(on_postgresql: Writing) -> None:
    writing = on_postgresql
    await writing.run(lambda c: c.execute(text("DROP SCHEMA frontdesk_monitoring CASCADE")))
    for _ in range(2):  # the first one notices
        try:
            await writing.add(row(path="/new"))
        except StorageUnavailable:
            continue
    assert "/new" in await writing.paths()


async def test_a_newer_layout_is_left_alone_and_an_older_one_made_anew(tmp_path: Path) -> None:
    async with writing_on(POSTGRESQL, tmp_path) as writing:
        await writing.add(row(path="/there"))
        for number, refuses in ((99, True), (0, False)):
            change = text(f"UPDATE layout SET number = {number}")
            await writing.run(partial(execute, statement=change))
            other = Writing(writing.kept)
            try:
                if refuses:
                    with pytest.raises(StorageUnavailable):
                        await other.add(row(path="/other"))
                    assert await writing.paths() == ["/there"]
                else:
                    await other.add(row(path="/other"))
                    assert await writing.paths() == ["/other"]
            finally:
                await other.close()


async def test_nobody_waits_for_the_disk_to_have_it(on_postgresql: Writing) -> None:
    found = await on_postgresql.run(lambda c: c.scalar(text("SHOW synchronous_commit")))
    assert found == "off"


def execute(connection: Connection, statement: Any) -> None:
    connection.execute(statement)


def chunks(rows: Sequence[RequestRow], number: int) -> Iterator[Sequence[RequestRow]]:
    for first in range(0, len(rows), number):
        yield rows[first : first + number]


async def test_rows_of_several_workers_have_ids_of_their_own(on_postgresql: Writing) -> None:
    others = [Writing(on_postgresql.kept) for _ in range(3)]
    names = [WorkerName("n", str(number)) for number in range(3)]
    await asyncio.gather(
        *(
            other.add(*some)
            for other, name in zip(others, names, strict=True)
            for some in chunks([row(name) for _ in range(100)], 10)
        )
    )
    for other in others:
        await other.close()
    ids = await on_postgresql.run(lambda c: c.scalar(select(func.count(requests.c.id.distinct()))))
    assert ids == 300
