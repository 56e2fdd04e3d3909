"""An export gives all that is held about its user, part by part."""

import pytest

from domain.account import EventsPage, Export, RequestsPage
from domain.errors import NotSignedIn, TooManyAttempts
from tests.examples import CLIENT, LAPTOP, MINUTE, NOON
from tests.fakes.throttle import MemoryThrottle
from tests.fakes.traffic import FakeRequestHistory
from tests.unit.conftest import Desk


async def test_the_export_holds_everything_and_nobody_elses(desk: Desk) -> None:
    ada = await desk.signed_up("ada")
    await desk.logged_in("ada")
    await desk.signed_up("bob")
    for number in range(600):
        await desk.updated(ada.token, username=f"ada{number}")
    me = await desk.who(ada.token)
    first, *pages = await desk.exported(ada.token)
    assert isinstance(first, Export)
    assert (first.at, first.user) == (NOON, me.user)
    assert len(first.sessions) == 2
    events = [each for page in pages if isinstance(page, EventsPage) for each in page.events]
    assert len(events) == 602
    assert {each.event.user_id for each in events} == {ada.user.id}


async def test_an_export_goes_on_only_while_its_session_lives(desk: Desk) -> None:
    ada = await desk.signed_up("ada")
    for number in range(300):
        await desk.updated(ada.token, username=f"ada{number}")
    parts = await desk.export(ada.token)
    assert isinstance(await anext(parts), Export)
    assert isinstance(await anext(parts), EventsPage)
    await desk.use_cases.log_out(presented=ada.token, caller=LAPTOP)
    with pytest.raises(NotSignedIn):
        await anext(parts)


async def test_a_user_has_one_export_at_a_time(desk: Desk) -> None:
    desk.throttle = MemoryThrottle(desk.clock)
    ada, bob = await desk.signed_up("ada"), await desk.signed_up("bob")
    first = await desk.export(ada.token)
    await anext(first)
    with pytest.raises(TooManyAttempts):
        await desk.exported(ada.token)
    assert await desk.exported(bob.token), "others have their own"
    await first.aclose()
    assert await desk.exported(ada.token), "the first has ended"


async def test_an_export_that_died_with_its_process_ends_after_ten_minutes(desk: Desk) -> None:
    desk.throttle = MemoryThrottle(desk.clock)
    ada = await desk.signed_up("ada")
    await desk.throttle.reserve(desk.limits.for_export(ada.user.id), client=CLIENT)
    with pytest.raises(TooManyAttempts):
        await desk.exported(ada.token)
    desk.clock.advance(10 * MINUTE)
    assert await desk.exported(ada.token)


async def test_requests_on_record_come_last_page_by_page(desk: Desk) -> None:
    desk.own_requests = FakeRequestHistory([{"id": number} for number in range(30)])
    ada = await desk.signed_up("ada")
    first, events, *pages = await desk.exported(ada.token)
    assert isinstance(first, Export)
    assert isinstance(events, EventsPage)
    found = [page.requests for page in pages if isinstance(page, RequestsPage)]
    assert [len(requests) for requests in found] == [25, 5]
    assert [each["id"] for requests in found for each in requests] == list(range(30))


async def test_where_requests_are_not_on_record_it_ends_with_the_events(desk: Desk) -> None:
    ada = await desk.signed_up("ada")
    assert [type(part) for part in await desk.exported(ada.token)] == [Export, EventsPage]


async def test_requests_too_are_given_only_while_the_session_lives(desk: Desk) -> None:
    desk.own_requests = FakeRequestHistory([{"id": number} for number in range(30)])
    ada = await desk.signed_up("ada")
    parts = await desk.export(ada.token)
    assert [type(await anext(parts)) for _ in range(3)] == [Export, EventsPage, RequestsPage]
    await desk.use_cases.log_out(presented=ada.token, caller=LAPTOP)
    with pytest.raises(NotSignedIn):
        await anext(parts)
