"""To log out ends the session presented."""

import asyncio

import pytest

from domain.errors import NotSignedIn
from domain.secrets import SessionToken
from tests.examples import LAPTOP
from tests.unit.conftest import Desk


async def test_the_session_is_dead_at_once(desk: Desk) -> None:
    admission = await desk.signed_up()
    await desk.use_cases.log_out(presented=admission.token, caller=LAPTOP)
    with pytest.raises(NotSignedIn):
        await desk.who(admission.token)


async def test_it_is_harmless_without_a_session(desk: Desk) -> None:
    admission = await desk.signed_up()
    for presented in (None, SessionToken("x" * 43)):
        await desk.use_cases.log_out(presented=presented, caller=LAPTOP)
    assert await desk.who(admission.token)


async def test_a_token_nobody_has_begins_no_unit_of_work(desk: Desk) -> None:
    await desk.signed_up()
    begun = desk.store.begun
    await desk.use_cases.log_out(presented=SessionToken("x" * 43), caller=LAPTOP)
    assert desk.store.begun == begun


async def test_whoever_was_quicker_has_ended_it(desk: Desk) -> None:
    admission = await desk.signed_up()
    await asyncio.gather(
        *(desk.use_cases.log_out(presented=admission.token, caller=LAPTOP) for _ in range(3))
    )
    assert desk.kinds().count("sessions_ended") == 1


async def test_nothing_happens_when_there_is_no_session(desk: Desk) -> None:
    await desk.signed_up("ada")
    before = desk.happened()
    await desk.use_cases.log_out(presented=None, caller=LAPTOP)
    assert desk.happened() == before


async def test_it_says_whose_session_it_was(desk: Desk) -> None:
    await desk.signed_up("ada")
    bob = await desk.signed_up("bob")
    assert await desk.use_cases.log_out(presented=bob.token, caller=LAPTOP) == bob.user.id
    assert await desk.use_cases.log_out(presented=bob.token, caller=LAPTOP) is None


async def test_other_sessions_go_on(desk: Desk) -> None:
    first, second = await desk.signed_up(), await desk.logged_in()
    await desk.use_cases.log_out(presented=second.token, caller=LAPTOP)
    assert await desk.who(first.token)
