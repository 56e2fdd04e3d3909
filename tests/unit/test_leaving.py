"""Export and deletion."""

import pytest

from adapters.throttle.memory import MemoryThrottle
from domain.account import EventsPage, Export
from domain.errors import FreshLoginRequired, InvalidCredentials, NotSignedIn, TooManyAttempts
from domain.events import Event, EventKind
from domain.session import Origin
from tests.examples import CLIENT, DAY, LAPTOP, MINUTE, NOON, OTHER_PASSWORD, PASSWORD
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
    await desk.log_out(presented=ada.token, origin=LAPTOP)
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


async def test_deletion_removes_account_sessions_and_personal_data(desk: Desk) -> None:
    ada = await desk.signed_up("ada")
    other = await desk.logged_in("ada")
    await desk.updated(ada.token, username="eve")
    receipt = await desk.delete_account(
        signed_in=await desk.who(ada.token),
        presented=ada.token,
        origin=LAPTOP,
        current_password=PASSWORD,
    )
    assert (receipt.user.username.value, receipt.sessions, receipt.events) == ("eve", 2, 3)
    for token in (ada.token, other.token):
        with pytest.raises(NotSignedIn):
            await desk.who(token)
    with pytest.raises(InvalidCredentials):
        await desk.logged_in("eve")
    own = [event for event in desk.happened() if event.user_id == ada.user.id]
    assert [event.kind for event in own] == [
        EventKind.SIGNED_UP,
        EventKind.LOGGED_IN,
        EventKind.RENAMED,
        EventKind.ACCOUNT_DELETED,
    ]
    assert all(event == Event(event.kind, NOON, 1, Origin("", "")) for event in own)


async def test_the_name_can_be_taken_again_the_id_never(desk: Desk) -> None:
    ada = await desk.signed_up("ada")
    await desk.delete_account(
        signed_in=await desk.who(ada.token),
        presented=ada.token,
        origin=LAPTOP,
        current_password=None,
    )
    assert (await desk.signed_up("ada")).user.id > ada.user.id


async def test_deletion_needs_the_owner(desk: Desk) -> None:
    ada = await desk.signed_up("ada")
    desk.clock.advance(10 * MINUTE)
    me = await desk.who(ada.token)
    with pytest.raises(FreshLoginRequired):
        await desk.delete_account(
            signed_in=me, presented=ada.token, origin=LAPTOP, current_password=None
        )
    with pytest.raises(InvalidCredentials):
        await desk.delete_account(
            signed_in=me, presented=ada.token, origin=LAPTOP, current_password="wrong"
        )
    assert await desk.who(ada.token)
    assert await desk.delete_account(
        signed_in=me, presented=ada.token, origin=LAPTOP, current_password=PASSWORD
    )


async def test_a_session_that_ended_meanwhile_deletes_nothing(desk: Desk) -> None:
    thief = await desk.signed_up("ada")
    as_thief = await desk.who(thief.token)
    owner = await desk.logged_in("ada")
    await desk.updated(owner.token, password=OTHER_PASSWORD)
    with pytest.raises(NotSignedIn):
        await desk.delete_account(
            signed_in=as_thief, presented=thief.token, origin=LAPTOP, current_password=None
        )
    desk.clock.advance(DAY)
    assert await desk.logged_in("ada", OTHER_PASSWORD)
