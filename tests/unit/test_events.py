"""A true record of what happened: everything, in order, with the change itself."""

from datetime import timedelta

import pytest

from domain.errors import InvalidCredentials, NotSignedIn, UsernameTaken
from domain.events import Ending, Event, EventKind
from tests.examples import DAY, LAPTOP, NOON, OTHER_PASSWORD, PASSWORD, PHONE
from tests.unit.conftest import Desk


async def test_a_life_is_remembered_in_order(desk: Desk) -> None:
    first = await desk.signed_up("ada")
    second = await desk.logged_in("ada")
    with pytest.raises(InvalidCredentials):
        await desk.logged_in("ada", "wrong")
    await desk.updated(second.token, username="eve", password=OTHER_PASSWORD)
    third = await desk.logged_in("eve", OTHER_PASSWORD)
    await desk.log_out(presented=third.token, origin=PHONE)
    assert desk.happened() == [
        Event(EventKind.SIGNED_UP, NOON, 1, LAPTOP),
        Event(EventKind.LOGGED_IN, NOON, 1, LAPTOP),
        Event(EventKind.LOGIN_REFUSED, NOON, 1, LAPTOP),
        Event(EventKind.RENAMED, NOON, 1, PHONE, {"from": "ada", "to": "eve"}),
        Event(EventKind.PASSWORD_CHANGED, NOON, 1, PHONE),
        Event(
            EventKind.SESSIONS_ENDED, NOON, 1, PHONE, {"count": 1, "why": Ending.PASSWORD_CHANGED}
        ),
        Event(EventKind.LOGGED_IN, NOON, 1, LAPTOP),
        Event(EventKind.SESSIONS_ENDED, NOON, 1, PHONE, {"count": 1, "why": Ending.LOGGED_OUT}),
    ]
    assert first.user.id == 1


async def test_a_refused_change_leaves_no_trace_of_success(desk: Desk) -> None:
    await desk.signed_up("bob")
    ada = await desk.signed_up("ada")
    before = desk.happened()
    with pytest.raises(UsernameTaken):
        await desk.updated(ada.token, username="bob", password=OTHER_PASSWORD)
    with pytest.raises(UsernameTaken):
        await desk.signed_up("ada", presented=ada.token)
    assert desk.happened() == before


async def test_a_name_nobody_has_is_remembered_by_a_pseudonym_only(desk: Desk) -> None:
    with pytest.raises(InvalidCredentials):
        await desk.logged_in("hunter2")
    (event,) = desk.happened()
    assert (event.kind, event.user_id) == (EventKind.LOGIN_REFUSED, None)
    assert "hunter2" not in str(event)


async def test_a_wrong_confirmation_is_remembered(desk: Desk) -> None:
    ada = await desk.signed_up()
    with pytest.raises(InvalidCredentials):
        await desk.updated(ada.token, password=OTHER_PASSWORD, current_password="wrong")
    assert desk.kinds() == ["signed_up", "confirmation_refused"]


async def test_a_session_replaced_at_login_is_remembered_for_its_owner(desk: Desk) -> None:
    ada = await desk.signed_up("ada")
    bob = await desk.signed_up("bob", presented=ada.token)
    ended = desk.happened()[-1]
    assert (ended.user_id, ended.details["why"]) == (ada.user.id, Ending.REPLACED)
    assert bob.user.id != ada.user.id


async def test_nothing_happens_when_nothing_changes(desk: Desk) -> None:
    ada = await desk.signed_up("ada")
    before = desk.happened()
    await desk.updated(ada.token)
    await desk.updated(ada.token, username="ada")
    await desk.log_out(presented=None, origin=LAPTOP)
    assert desk.happened() == before


async def test_own_events_come_in_pages(desk: Desk) -> None:
    ada = await desk.signed_up("ada")
    for number in range(4):
        await desk.updated(ada.token, username=f"ada{number}")
        await desk.signed_up(f"other{number}")
    me = await desk.who(ada.token)
    kinds, before = [], None
    while True:
        page = await desk.list_events(signed_in=me, before=before, limit=2)
        kinds += [each.event.kind.value for each in page.events]
        before = page.following
        if before is None:
            break
    assert kinds == ["renamed"] * 4 + ["signed_up"]


async def test_old_events_and_expired_sessions_are_forgotten_in_batches(desk: Desk) -> None:
    for number in range(5):
        await desk.signed_up(f"user{number}")
    desk.clock.advance(8 * DAY)
    assert [await desk.clean_up() for _ in range(3)] == [3, 2, 0]
    assert len(desk.happened()) == 5
    desk.clock.advance(30 * DAY)
    await desk.signed_up("late")
    assert [await desk.clean_up() for _ in range(3)] == [3, 2, 0]
    assert [event.at for event in desk.happened()] == [NOON + timedelta(days=38)]


async def test_nothing_is_forgotten_by_a_clock_that_has_just_jumped(desk: Desk) -> None:
    await desk.signed_up()
    desk.clock.advance(370 * DAY)
    desk.clock_watch.steady = False
    assert await desk.clean_up() == 0
    assert len(desk.happened()) == 1
    desk.clock.advance(-370 * DAY)
    desk.clock_watch.steady = True
    assert await desk.clean_up() == 0, "the clock was set right in time"
    assert desk.kinds() == ["signed_up"]


async def test_a_live_session_is_never_cleaned_away(desk: Desk) -> None:
    ada = await desk.signed_up("ada", None)
    desk.clock.advance(7 * DAY - timedelta(seconds=1))
    await desk.clean_up()
    assert await desk.who(ada.token)
    desk.clock.advance(timedelta(seconds=1))
    with pytest.raises(NotSignedIn):
        await desk.who(ada.token)
    assert PASSWORD not in str(desk.happened())
