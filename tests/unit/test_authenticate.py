"""A token tells who is calling, as long as its session lives."""

from datetime import timedelta

import pytest

from domain.errors import NotSignedIn
from domain.secrets import SessionToken
from domain.session import SessionPolicy
from tests.examples import DAY, MINUTE, NOON
from tests.unit.conftest import Desk


async def test_nobody_is_not_signed_in(desk: Desk) -> None:
    for presented in (None, SessionToken("x" * 43)):
        with pytest.raises(NotSignedIn):
            await desk.who(presented)


async def test_a_session_ends_after_seven_days_however_much_it_is_used(desk: Desk) -> None:
    token = (await desk.signed_up()).token
    for _ in range(6):
        desk.clock.advance(DAY)
        await desk.who(token)
    desk.clock.advance(DAY)
    with pytest.raises(NotSignedIn):
        await desk.who(token)


async def test_an_idle_session_ends_early_if_that_is_set(desk: Desk) -> None:
    desk.policy = SessionPolicy(idle=timedelta(hours=1))
    token = (await desk.signed_up()).token
    desk.clock.advance(61 * MINUTE)
    with pytest.raises(NotSignedIn):
        await desk.who(token)


async def test_a_clock_set_back_ends_sessions_early_and_set_forward_too(desk: Desk) -> None:
    token = (await desk.signed_up()).token
    for jump in (-DAY, 8 * DAY):
        desk.clock.advance(jump)
        with pytest.raises(NotSignedIn):
            await desk.who(token)
        desk.clock.advance(-jump)
    assert await desk.who(token)


async def test_being_seen_is_noted_once_in_five_minutes(desk: Desk) -> None:
    token = (await desk.signed_up()).token
    await desk.who(token)
    assert desk.last_seen.notes == []
    desk.clock.advance(5 * MINUTE)
    found = await desk.who(token)
    assert desk.last_seen.notes == [(found.session.id, NOON + 5 * MINUTE)]
