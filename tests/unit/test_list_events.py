"""Own events come newest first, page by page."""

from domain.events import Event, EventKind
from tests.examples import LAPTOP, NOON
from tests.unit.conftest import Desk


async def test_own_events_come_in_pages(desk: Desk) -> None:
    ada = await desk.signed_up("ada")
    for number in range(4):
        await desk.updated(ada.token, username=f"ada{number}")
        await desk.signed_up(f"other{number}")
    me = await desk.who(ada.token)
    kinds, before = [], None
    while True:
        page = await desk.use_cases.list_events(signed_in=me, before=before, limit=2)
        kinds += [each.event.kind.value for each in page.events]
        before = page.following
        if before is None:
            break
    assert kinds == ["renamed"] * 4 + ["signed_up"]


async def test_a_page_that_holds_all_the_rest_is_the_last(desk: Desk) -> None:
    ada = await desk.signed_up("ada")
    await desk.updated(ada.token, username="eve")
    me = await desk.who(ada.token)
    page = await desk.use_cases.list_events(signed_in=me, before=None, limit=2)
    assert (len(page.events), page.following) == (2, None)
    page = await desk.use_cases.list_events(signed_in=me, before=None, limit=1)
    assert page.following == page.events[0].position


async def test_events_of_others_are_left_out(desk: Desk) -> None:
    ada, _ = await desk.signed_up("ada"), await desk.signed_up("bob")
    page = await desk.use_cases.list_events(
        signed_in=await desk.who(ada.token), before=None, limit=9
    )
    assert [each.event for each in page.events] == [
        Event(EventKind.SIGNED_UP, NOON, ada.user.id, LAPTOP)
    ]
