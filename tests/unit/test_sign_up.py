"""To sign up makes an account and opens its first session."""

import pytest

from domain.errors import (
    Busy,
    InvalidPassword,
    InvalidUsername,
    NotSignedIn,
    TooManyAttempts,
    UsernameTaken,
)
from tests.examples import DAY, LAPTOP, MINUTE, NOON
from tests.fakes.throttle import MemoryThrottle
from tests.unit.conftest import Desk
from tests.unit.guessing import BusyHasher


async def test_it_creates_an_account_and_signs_it_in(desk: Desk) -> None:
    admission = await desk.signed_up("Ada")
    assert (admission.user.username.value, admission.user.signup_time) == ("Ada", NOON)
    assert admission.remaining == 7 * DAY
    found = await desk.who(admission.token)
    assert found.user == admission.user
    assert found.session.caller == LAPTOP


async def test_it_replaces_the_session_presented(desk: Desk) -> None:
    first = await desk.signed_up("ada")
    second = await desk.signed_up("bob", presented=first.token)
    assert (await desk.who(second.token)).user.username.value == "bob"
    with pytest.raises(NotSignedIn):
        await desk.who(first.token)


async def test_a_taken_name_leaves_the_session_presented_alone(desk: Desk) -> None:
    first = await desk.signed_up("ada")
    with pytest.raises(UsernameTaken):
        await desk.signed_up("ADA", presented=first.token)
    assert await desk.who(first.token)


async def test_bad_input_is_refused_before_any_hashing(desk: Desk) -> None:
    for name, password, refusal in (
        ("", "123456", InvalidUsername),
        ("ada", "12345", InvalidPassword),
    ):
        with pytest.raises(refusal):
            await desk.use_cases.sign_up(
                username=name, password=password, caller=LAPTOP, presented=None
            )
    assert desk.hasher.work == 0


async def test_a_refused_sign_up_leaves_no_trace_of_success(desk: Desk) -> None:
    ada = await desk.signed_up("ada")
    before = desk.happened()
    with pytest.raises(UsernameTaken):
        await desk.signed_up("ada", presented=ada.token)
    assert desk.happened() == before


async def test_sign_ups_from_one_network_are_limited(desk: Desk) -> None:
    desk.throttle = MemoryThrottle(desk.clock)
    for number in range(100):
        await desk.signed_up(f"user{number}")
    with pytest.raises(TooManyAttempts):
        await desk.signed_up("one-too-many")
    desk.clock.advance(2 * MINUTE)
    assert await desk.signed_up("later")


async def test_a_sign_up_that_nobody_had_time_for_is_taken_back(desk: Desk) -> None:
    desk.throttle = MemoryThrottle(desk.clock)
    busy = Desk(store=desk.store, clock=desk.clock, throttle=desk.throttle, hasher=BusyHasher())
    for number in range(200):
        with pytest.raises(Busy):
            await busy.signed_up(f"user{number}")
    assert await desk.signed_up("ada")
