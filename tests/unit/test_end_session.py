"""A session of one's own can be ended by its id."""

import pytest

from domain.errors import NoSuchSession, NotSignedIn
from domain.events import Ending
from tests.examples import LAPTOP
from tests.unit.conftest import Desk
from tests.unit.operators import NOBODY


async def test_ending_a_strangers_session_ends_it_at_once_and_is_remembered(desk: Desk) -> None:
    stranger = await desk.signed_up()
    owner = await desk.logged_in()
    me, other = await desk.who(owner.token), await desk.who(stranger.token)
    await desk.use_cases.end_session(
        signed_in=me, presented=owner.token, session_id=other.session.id, caller=LAPTOP
    )
    with pytest.raises(NotSignedIn):
        await desk.who(stranger.token)
    assert await desk.who(owner.token)
    assert desk.happened()[-1].details == {"count": 1, "why": Ending.REVOKED}
    with pytest.raises(NoSuchSession):
        await desk.use_cases.end_session(
            signed_in=me, presented=owner.token, session_id=other.session.id, caller=LAPTOP
        )


async def test_somebody_elses_session_is_as_unknown_as_none(desk: Desk) -> None:
    ada, bob = await desk.signed_up("ada"), await desk.signed_up("bob")
    me, other = await desk.who(ada.token), await desk.who(bob.token)
    before = desk.happened()
    for session_id in (other.session.id, 4711):
        with pytest.raises(NoSuchSession):
            await desk.use_cases.end_session(
                signed_in=me, presented=ada.token, session_id=session_id, caller=LAPTOP
            )
    assert await desk.who(bob.token)
    assert desk.happened() == before


async def test_a_session_that_has_ended_meanwhile_ends_no_other(desk: Desk) -> None:
    owner, thief = await desk.signed_up(), await desk.logged_in()
    waiting, mine = await desk.who(thief.token), await desk.who(owner.token)
    await desk.use_cases.log_out(presented=thief.token, caller=LAPTOP)
    with pytest.raises(NotSignedIn):
        await desk.use_cases.end_session(
            signed_in=waiting, presented=thief.token, session_id=mine.session.id, caller=LAPTOP
        )
    assert await desk.who(owner.token)


async def test_the_session_that_asks_can_be_ended_too(desk: Desk) -> None:
    token = (await desk.signed_up()).token
    me = await desk.who(token)
    await desk.use_cases.end_session(
        signed_in=me, presented=token, session_id=me.session.id, caller=LAPTOP
    )
    with pytest.raises(NotSignedIn):
        await desk.who(token)


async def test_an_id_that_is_unknown_waits_for_no_writer(desk: Desk) -> None:
    token = (await desk.signed_up()).token
    me, begun = await desk.who(token), desk.store.begun
    with pytest.raises(NoSuchSession):
        await desk.use_cases.end_session(
            signed_in=me, presented=token, session_id=NOBODY, caller=LAPTOP
        )
    assert desk.store.begun == begun
