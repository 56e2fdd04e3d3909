"""Records of requests can be removed, and that it was done stays on record."""

from collections.abc import Sequence

import pytest

from application.operations.queries import Comparison, Condition, Value
from domain.errors import FreshLoginRequired, NotSignedIn, StorageUnavailable
from domain.events import Event, EventKind
from tests.examples import LAPTOP, MINUTE, NOON, PHONE
from tests.fakes.traffic import FakeRequestLog, FakeTables
from tests.unit.conftest import Desk
from tests.unit.operators import at_work, became_operator

WHERE = [Condition("status", Comparison.EQ, "401")]


@pytest.fixture
def desk() -> Desk:
    tables = FakeTables([1, 2, 3])
    return Desk(
        requests=tables, request_log=FakeRequestLog(dict.fromkeys(tables.ids), tables=tables)
    )


async def ids(desk: Desk) -> list[Value]:
    return [row["id"] for row in (await desk.requests.page("requests", sort="id")).rows]


async def test_only_records_that_were_there_are_forgotten(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    tables = FakeTables([1, 2, 3], arriving=True)
    desk.requests, desk.request_log = (
        tables,
        FakeRequestLog(dict.fromkeys([1, 2, 3]), tables=tables),
    )
    where = [Condition("status", Comparison.EQ, "401")]
    forgotten = await desk.use_cases.forget_requests(by=by, conditions=where, caller=LAPTOP)
    assert forgotten == 3
    assert min(tables.ids) == 4
    assert desk.kinds().count("requests_forgotten") == 1


async def test_it_is_on_record_who_forgot_what(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    await desk.use_cases.forget_requests(by=by, conditions=WHERE, caller=PHONE)
    assert desk.happened()[-1] == Event(
        EventKind.REQUESTS_FORGOTTEN, NOON, None, PHONE, {"filter": "status:eq:401"}, by.user.id
    )


async def test_a_secret_in_a_condition_stays_out_of_the_record(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    where = [Condition("path", Comparison.CONTAINS, "x" * 43)]
    await desk.use_cases.forget_requests(by=by, conditions=where, caller=LAPTOP)
    assert "x" * 43 not in str(desk.happened())


async def test_it_is_on_record_before_it_is_done(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))

    class BrokenLog(FakeRequestLog):
        async def forget(self, ids: Sequence[int]) -> int:
            raise StorageUnavailable

    desk.request_log = BrokenLog()
    with pytest.raises(StorageUnavailable):
        await desk.use_cases.forget_requests(by=by, conditions=WHERE, caller=LAPTOP)
    assert desk.kinds()[-1] == "requests_forgotten"


async def test_nothing_happens_where_nothing_fits(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    desk.requests, before = FakeTables(), desk.happened()
    assert await desk.use_cases.forget_requests(by=by, conditions=WHERE, caller=LAPTOP) == 0
    assert desk.happened() == before


async def test_it_needs_a_fresh_login(desk: Desk) -> None:
    token = await became_operator(desk)
    desk.clock.advance(11 * MINUTE)
    with pytest.raises(FreshLoginRequired):
        await desk.use_cases.forget_requests(
            by=await at_work(desk, token), conditions=WHERE, caller=LAPTOP
        )
    assert await ids(desk) == [1, 2, 3]


async def test_who_is_no_longer_signed_in_forgets_nothing(desk: Desk) -> None:
    token = await became_operator(desk)
    by = await at_work(desk, token)
    await desk.use_cases.log_out(presented=token, caller=LAPTOP)
    with pytest.raises(NotSignedIn):
        await desk.use_cases.forget_requests(by=by, conditions=WHERE, caller=LAPTOP)
    assert await ids(desk) == [1, 2, 3]
