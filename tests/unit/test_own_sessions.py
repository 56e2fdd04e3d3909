"""Listing and ending your own sessions."""

import pytest

from domain.errors import NoSuchSession, NotSignedIn
from domain.events import Ending
from tests.examples import DAY, LAPTOP, MINUTE
from tests.unit.conftest import Desk


async def test_own_live_sessions_are_listed_newest_first(desk: Desk) -> None:
    first = await desk.signed_up("ada")
    desk.clock.advance(6 * DAY)
    second = await desk.logged_in("ada")
    await desk.signed_up("bob")
    me = await desk.who(second.token)
    listed = await desk.list_sessions(signed_in=me)
    assert [each.id for each in listed] == [
        me.session.id,
        (await desk.who(first.token)).session.id,
    ]
    desk.clock.advance(2 * DAY)
    assert [each.id for each in await desk.list_sessions(signed_in=me)] == [me.session.id]


async def test_ending_a_strangers_session_ends_it_at_once_and_is_remembered(desk: Desk) -> None:
    stranger = await desk.signed_up()
    owner = await desk.logged_in()
    me, other = await desk.who(owner.token), await desk.who(stranger.token)
    await desk.end_session(
        signed_in=me, presented=owner.token, session_id=other.session.id, origin=LAPTOP
    )
    with pytest.raises(NotSignedIn):
        await desk.who(stranger.token)
    assert await desk.who(owner.token)
    assert desk.happened()[-1].details == {"count": 1, "why": Ending.REVOKED}
    with pytest.raises(NoSuchSession):
        await desk.end_session(
            signed_in=me, presented=owner.token, session_id=other.session.id, origin=LAPTOP
        )


async def test_somebody_elses_session_is_as_unknown_as_none(desk: Desk) -> None:
    ada, bob = await desk.signed_up("ada"), await desk.signed_up("bob")
    me, other = await desk.who(ada.token), await desk.who(bob.token)
    before = desk.happened()
    for session_id in (other.session.id, 4711):
        with pytest.raises(NoSuchSession):
            await desk.end_session(
                signed_in=me, presented=ada.token, session_id=session_id, origin=LAPTOP
            )
    assert await desk.who(bob.token)
    assert desk.happened() == before


async def test_ending_all_others_says_how_many(desk: Desk) -> None:
    owner = await desk.signed_up()
    others = [await desk.logged_in() for _ in range(3)]
    bob = await desk.signed_up("bob")
    me = await desk.who(owner.token)
    assert await desk.end_other_sessions(signed_in=me, presented=owner.token, origin=LAPTOP) == 3
    assert await desk.end_other_sessions(signed_in=me, presented=owner.token, origin=LAPTOP) == 0
    for other in others:
        with pytest.raises(NotSignedIn):
            await desk.who(other.token)
    assert await desk.who(owner.token)
    assert await desk.who(bob.token)
    assert desk.kinds().count("sessions_ended") == 1, "nothing ended, nothing happened"


async def test_the_twenty_first_login_evicts_the_oldest_session(desk: Desk) -> None:
    admissions = [await desk.signed_up()]
    for _ in range(20):
        desk.clock.advance(MINUTE)
        admissions.append(await desk.logged_in())
    with pytest.raises(NotSignedIn):
        await desk.who(admissions[0].token)
    for admission in admissions[1:]:
        assert await desk.who(admission.token)
    assert desk.happened()[-1].details == {"count": 1, "why": Ending.EVICTED}


async def test_a_session_that_has_ended_meanwhile_ends_no_others(desk: Desk) -> None:
    owner, thief = await desk.signed_up(), await desk.logged_in()
    waiting, mine = await desk.who(thief.token), await desk.who(owner.token)
    await desk.log_out(presented=thief.token, origin=LAPTOP)
    with pytest.raises(NotSignedIn):
        await desk.end_other_sessions(signed_in=waiting, presented=thief.token, origin=LAPTOP)
    with pytest.raises(NotSignedIn):
        await desk.end_session(
            signed_in=waiting, presented=thief.token, session_id=mine.session.id, origin=LAPTOP
        )
    assert await desk.who(owner.token)
