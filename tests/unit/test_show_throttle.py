"""Operators see what holds a user back."""

import pytest

from domain.errors import NoSuchUser
from domain.throttle import LimitName, Wait, Waits
from tests.examples import LAPTOP, MINUTE, NOON, OTHER_PASSWORD
from tests.fakes.throttle import MemoryThrottle
from tests.unit.conftest import Desk
from tests.unit.guessing import guess
from tests.unit.operators import NOBODY


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.throttle = MemoryThrottle(desk.clock, store=desk.store)
    return desk


async def test_wrong_passwords_are_seen_with_network_and_end(desk: Desk) -> None:
    ada = (await desk.signed_up()).user
    await guess(desk, 12, address="192.0.2.7")
    found = await desk.use_cases.show_throttle(user_id=ada.id)
    assert found.waits[0] == Wait(LimitName.ACCOUNT_NETWORK, "192.0.2.7", 10, NOON + MINUTE)
    assert {each.limit for each in found.waits[1:]} == {LimitName.ACCOUNT, LimitName.FAILURES}
    assert found.until == NOON + MINUTE


async def test_what_was_guessed_under_a_former_name_is_not_the_accounts(desk: Desk) -> None:
    ada = await desk.signed_up()
    await guess(desk, 10)
    await desk.updated(ada.token, username="eve")
    found = await desk.use_cases.show_throttle(user_id=ada.user.id)
    assert {each.limit: each.until for each in found.waits} == {
        LimitName.FAILURES: None,
        LimitName.RENAMES: None,
    }


async def test_a_new_password_begins_anew(desk: Desk) -> None:
    ada = await desk.signed_up()
    await guess(desk, 3)
    await desk.updated(ada.token, password=OTHER_PASSWORD)
    found = await desk.use_cases.show_throttle(user_id=ada.user.id)
    assert LimitName.FAILURES not in {each.limit for each in found.waits}


async def test_a_hundred_are_told_and_the_rest_counted(desk: Desk) -> None:
    ada = (await desk.signed_up()).user
    for number in range(150):
        guesses = desk.limits.for_login("", ada, (), f"browser {number}")
        await desk.throttle.reserve(guesses, client=LAPTOP.client())
    found = await desk.use_cases.show_throttle(user_id=ada.id)
    assert (len(found.waits), found.more) == (100, 50)


async def test_nothing_is_seen_where_attempts_are_not_counted() -> None:
    desk = Desk()
    ada = (await desk.signed_up()).user
    await guess(desk, 12)
    assert await desk.use_cases.show_throttle(user_id=ada.id) == Waits()


async def test_nobody_has_nothing(desk: Desk) -> None:
    with pytest.raises(NoSuchUser):
        await desk.use_cases.show_throttle(user_id=NOBODY)
