"""All sessions of one's own can be ended but the one that asks."""

import pytest

from domain.errors import NotSignedIn
from domain.events import Details, Ending, Event, EventKind
from tests.examples import LAPTOP, NOON, PHONE
from tests.unit.conftest import Desk


async def test_ending_all_others_says_how_many(desk: Desk) -> None:
    owner = await desk.signed_up()
    others = [await desk.logged_in() for _ in range(3)]
    bob = await desk.signed_up("bob")
    me = await desk.who(owner.token)
    assert (
        await desk.use_cases.end_other_sessions(signed_in=me, presented=owner.token, caller=LAPTOP)
        == 3
    )
    assert (
        await desk.use_cases.end_other_sessions(signed_in=me, presented=owner.token, caller=LAPTOP)
        == 0
    )
    for other in others:
        with pytest.raises(NotSignedIn):
            await desk.who(other.token)
    assert await desk.who(owner.token)
    assert await desk.who(bob.token)
    assert desk.kinds().count("sessions_ended") == 1, "nothing ended, nothing happened"


async def test_a_session_that_has_ended_meanwhile_ends_no_others(desk: Desk) -> None:
    owner, thief = await desk.signed_up(), await desk.logged_in()
    waiting = await desk.who(thief.token)
    await desk.use_cases.log_out(presented=thief.token, caller=LAPTOP)
    with pytest.raises(NotSignedIn):
        await desk.use_cases.end_other_sessions(
            signed_in=waiting, presented=thief.token, caller=LAPTOP
        )
    assert await desk.who(owner.token)


async def test_it_is_on_record_how_many_ended_and_why(desk: Desk) -> None:
    owner = await desk.signed_up()
    for _ in range(2):
        await desk.logged_in()
    await desk.use_cases.end_other_sessions(
        signed_in=await desk.who(owner.token), presented=owner.token, caller=PHONE
    )
    details: Details = {"count": 2, "why": Ending.REVOKED}
    assert desk.happened()[-1] == Event(EventKind.SESSIONS_ENDED, NOON, 1, PHONE, details)
