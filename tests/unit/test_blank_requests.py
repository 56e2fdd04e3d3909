"""Of who has left, the request log says nothing more."""

from application.operations.blank_requests import BlankRequests
from tests.fakes.traffic import FakeRequestLog
from tests.unit.conftest import Desk


async def test_records_of_accounts_that_are_no_more_are_blanked_and_others_stay(
    desk: Desk,
) -> None:
    ada = (await desk.signed_up("ada")).user.id
    log = FakeRequestLog({1: ada, 2: 4711, 3: None, 4: 4711, 5: 4712})
    assert await BlankRequests(desk.store.history, log)() == 3
    assert log.users == {1: ada, 2: None, 3: None, 4: None, 5: None}
    assert await BlankRequests(desk.store.history, log)() == 0


async def test_it_asks_for_so_many_users_at_a_time(desk: Desk) -> None:
    log = FakeRequestLog({id_: id_ for id_ in range(1, 8)})
    assert await BlankRequests(desk.store.history, log, batch=3)() == 7
    assert log.asked == [0, 3, 6, 7]
