"""Sensitive changes need the owner at the keyboard."""

import pytest

from domain.errors import Busy, FreshLoginRequired, InvalidCredentials, TooManyAttempts
from domain.events import Event, EventKind
from tests.examples import DAY, LAPTOP, MINUTE, NOON, OTHER_PASSWORD, PASSWORD, PHONE
from tests.fakes.throttle import MemoryThrottle
from tests.unit.conftest import Desk
from tests.unit.guessing import BusyHasher


async def test_moments_after_a_login_no_password_is_needed(desk: Desk) -> None:
    me = await desk.who((await desk.signed_up()).token)
    desk.clock.advance(9 * MINUTE)
    await desk.confirm_owner(me, None, caller=LAPTOP)
    desk.clock.advance(MINUTE)
    with pytest.raises(FreshLoginRequired):
        await desk.confirm_owner(me, None, caller=LAPTOP)


async def test_the_right_password_is_enough_at_any_time(desk: Desk) -> None:
    me = await desk.who((await desk.signed_up()).token)
    desk.clock.advance(DAY)
    before = desk.happened()
    await desk.confirm_owner(me, PASSWORD, caller=LAPTOP)
    assert desk.happened() == before


async def test_a_wrong_password_is_refused_and_remembered_even_moments_after_a_login(
    desk: Desk,
) -> None:
    me = await desk.who((await desk.signed_up()).token)
    with pytest.raises(InvalidCredentials):
        await desk.confirm_owner(me, "wrong", caller=PHONE)
    refused = Event(EventKind.CONFIRMATION_REFUSED, NOON, me.user.id, PHONE)
    assert desk.happened()[-1] == refused


async def test_a_wrong_confirmation_is_remembered(desk: Desk) -> None:
    ada = await desk.signed_up()
    with pytest.raises(InvalidCredentials):
        await desk.updated(ada.token, password=OTHER_PASSWORD, current_password="wrong")
    assert desk.kinds() == ["signed_up", "confirmation_refused"]


async def test_current_passwords_cannot_be_guessed_either(desk: Desk) -> None:
    desk.throttle = MemoryThrottle(desk.clock)
    owner = await desk.signed_up("ada")
    for _ in range(10):
        with pytest.raises(InvalidCredentials):
            await desk.updated(owner.token, password=OTHER_PASSWORD, current_password="wrong")
    with pytest.raises(TooManyAttempts):
        await desk.updated(owner.token, password=OTHER_PASSWORD, current_password=PASSWORD)
    assert await desk.who(owner.token)
    assert [each.name for each in LAPTOP.networks] == [LAPTOP.address]


async def test_current_passwords_have_a_slow_limit_too(desk: Desk) -> None:
    desk.throttle = MemoryThrottle(desk.clock)
    ada = await desk.who((await desk.signed_up("ada")).token)
    checked = 0
    for _ in range(24 * 30):
        with pytest.raises((InvalidCredentials, TooManyAttempts)) as refusal:
            await desk.confirm_owner(ada, "wrong", caller=LAPTOP)
        checked += refusal.type is InvalidCredentials
        desk.clock.advance(2 * MINUTE)
    assert 100 <= checked <= 124


async def test_a_right_password_does_not_count(desk: Desk) -> None:
    desk.throttle = MemoryThrottle(desk.clock)
    me = await desk.who((await desk.signed_up()).token)
    for _ in range(20):
        await desk.confirm_owner(me, PASSWORD, caller=LAPTOP)
    with pytest.raises(InvalidCredentials):
        await desk.confirm_owner(me, "wrong", caller=LAPTOP)


async def test_a_confirmation_that_nobody_had_time_for_is_taken_back(desk: Desk) -> None:
    desk.throttle = MemoryThrottle(desk.clock)
    signed_in = await desk.who((await desk.signed_up("ada")).token)
    busy = Desk(store=desk.store, clock=desk.clock, throttle=desk.throttle, hasher=BusyHasher())
    for _ in range(20):
        with pytest.raises(Busy):
            await busy.confirm_owner(signed_in, "wrong", caller=LAPTOP)
    with pytest.raises(InvalidCredentials):
        await desk.confirm_owner(signed_in, "wrong", caller=LAPTOP)
    await desk.confirm_owner(signed_in, PASSWORD, caller=LAPTOP)
