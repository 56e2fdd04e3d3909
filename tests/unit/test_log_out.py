import asyncio

import pytest

from domain.errors import NotSignedIn
from domain.session import SessionToken
from tests.examples import LAPTOP
from tests.unit.conftest import Desk


async def test_the_session_is_dead_at_once(desk: Desk) -> None:
    admission = await desk.signed_up()
    await desk.log_out(presented=admission.token, origin=LAPTOP)
    with pytest.raises(NotSignedIn):
        await desk.who(admission.token)


async def test_it_is_harmless_without_a_session(desk: Desk) -> None:
    admission = await desk.signed_up()
    for presented in (None, SessionToken("x" * 43)):
        await desk.log_out(presented=presented, origin=LAPTOP)
    assert await desk.who(admission.token)


async def test_a_token_nobody_has_begins_no_unit_of_work(desk: Desk) -> None:
    await desk.signed_up()
    begun = desk.store.begun
    await desk.log_out(presented=SessionToken("x" * 43), origin=LAPTOP)
    assert desk.store.begun == begun


async def test_whoever_was_quicker_has_ended_it(desk: Desk) -> None:
    admission = await desk.signed_up()
    await asyncio.gather(
        *(desk.log_out(presented=admission.token, origin=LAPTOP) for _ in range(3))
    )
    assert desk.kinds().count("sessions_ended") == 1
