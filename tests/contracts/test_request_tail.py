"""Whoever follows requests misses none and gets none twice, however many workers write."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, text

from adapters.monitoring.request_log.tables import RequestRow, requests
from adapters.monitoring.request_log.tail import Seen, SqlRequestTail
from application.operations.nodes import WorkerName
from application.operations.queries import Comparison, Condition
from domain.errors import InvalidQuery
from tests.contracts.test_sink import Writing, row, writing_on
from tests.engines import ENGINES, POSTGRESQL

A, B = WorkerName("a", "1"), WorkerName("b", "1")
COLUMNS = ["path"]


@pytest.fixture(params=ENGINES)
async def writing(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Writing]:
    async with writing_on(request.param, tmp_path) as writing:
        yield writing


def tail_of(writing: Writing) -> SqlRequestTail:
    return SqlRequestTail(writing.kept.questions, nearly_new=writing.kept.nearly_new)


async def look(
    tail: SqlRequestTail, after: str, *conditions: Condition, limit: int = 100
) -> tuple[list[Any], str]:
    found = await tail.follow(after, conditions, columns=COLUMNS, limit=limit)
    return [each["path"] for each in found.rows], found.next


async def test_it_begins_with_what_comes(writing: Writing) -> None:
    tail = tail_of(writing)
    assert await look(tail, await tail.begin()) == ([], await tail.begin())
    await writing.add(row(A, path="/before"))
    begun = await tail.begin()
    assert (await look(tail, begun))[0] == []
    await writing.add(row(A, path="/1"), row(B, path="/2"))
    found, following = await look(tail, begun)
    assert found == ["/1", "/2"]
    assert (await look(tail, following))[0] == []


async def test_pages_and_filters_lose_nothing(writing: Writing) -> None:
    tail = tail_of(writing)
    after = await tail.begin()
    await writing.add(*(row((A, B)[n % 2], path=f"/{n}", status=200 + n % 3) for n in range(30)))
    fitting = Condition("status", Comparison.EQ, "201")
    seen: list[Any] = []
    for _ in range(12):
        found, after = await look(tail, after, fitting, limit=2)
        seen += found
    assert seen == [f"/{n}" for n in range(30) if n % 3 == 1]
    await writing.add(row(A, path="/200", status=200), row(B, path="/201", status=201))
    assert (await look(tail, after, fitting))[0] == ["/201"]


async def test_what_was_never_a_next_is_refused(writing: Writing) -> None:
    tail = tail_of(writing)
    for raw in ("", "nonsense", "W10", "bnVsbA", "WzAsWzFdXQ", "WzAsW1siYSIsMSwyXV1d"):
        with pytest.raises(InvalidQuery):
            await look(tail, raw)


async def test_rows_that_are_committed_in_another_order_are_not_missed(tmp_path: Path) -> None:
    """One worker has taken numbers and not committed yet, while others go on."""
    async with writing_on(POSTGRESQL, tmp_path) as writing:
        tail = tail_of(writing)
        await writing.add(row(A, path="/known"))
        after = await tail.begin()
        late = row(A, path="/late")._asdict()
        numbers = "SELECT nextval('requests_id')"
        id_ = await writing.run(lambda c: c.scalar(text(numbers)))
        seen: list[Any] = []
        for number in range(5):
            await writing.add(*(row(B, path=f"/{number}/{n}") for n in range(500)))
            found, after = await look(tail, after, limit=500)
            seen += found
        assert len(seen) == 2_500
        await writing.run(lambda c: c.execute(insert(requests).values(id=id_, **late)))
        assert (await look(tail, after))[0] == ["/late"]


async def test_under_traffic_every_row_comes_once(tmp_path: Path) -> None:
    async with writing_on(POSTGRESQL, tmp_path) as writing:
        tail = tail_of(writing)
        writers = [Writing(writing.kept) for _ in range(3)]
        after, sent = await tail.begin(), 40

        async def write(writer: Writing, name: WorkerName) -> None:
            for number in range(sent):
                rows: list[RequestRow] = [row(name, path=f"/{name}/{number}/{n}") for n in range(5)]
                await writer.add(*rows)
                await asyncio.sleep(number % 7 / 1_000)

        names = [WorkerName(f"node{n}", "1") for n in range(3)]
        work = asyncio.gather(*map(write, writers, names))
        seen: list[Any] = []
        while not work.done():
            found, after = await look(tail, after, limit=7)
            seen += found
        await work
        for writer in writers:
            await writer.close()
        while found:
            found, after = await look(tail, after)
            seen += found
        expected = {
            f"/{name}/{number}/{n}" for name in names for number in range(sent) for n in range(5)
        }
        assert sorted(seen) == sorted(expected)


async def test_records_that_were_made_anew_are_followed_anew(tmp_path: Path) -> None:
    async with writing_on(POSTGRESQL, tmp_path) as writing:
        tail = tail_of(writing)
        await writing.add(*(row(A) for _ in range(1_500)))
        after = await tail.begin()
        await writing.run(lambda c: c.execute(text("UPDATE layout SET number = 0")))
        other = Writing(writing.kept)
        await other.add(row(B))
        await other.close()
        with pytest.raises(InvalidQuery):
            await look(tail, after)


def test_however_many_workers_there_are_it_can_be_sent() -> None:
    newest = {WorkerName("n" * 64, f"{number}-abcdef"): number for number in range(1, 1_000)}
    seen = Seen(0, newest)
    assert len(str(seen)) <= 6_000
    assert seen.of(WorkerName("n" * 64, "1-abcdef")) == seen.floor == 999 - 40


@given(
    st.integers(0, 10**12),
    st.dictionaries(st.tuples(st.text(max_size=5), st.text(max_size=5)), st.integers(0, 10**12)),
)
def test_where_one_is_can_be_said_and_read(floor: int, named: dict[tuple[str, str], int]) -> None:
    newest = {
        WorkerName(*name): id_
        for name, id_ in named.items()
        if not any(each == "\0" or "\ud800" <= each <= "\udfff" for part in name for each in part)
    }
    seen = Seen(floor, newest)
    again = Seen.parse(str(seen))
    assert (again.floor, again.newest) == (seen.floor, seen.newest)
