"""Own sessions are listed as long as they are live."""

from tests.examples import DAY, LAPTOP, MINUTE
from tests.unit.conftest import Desk
from tests.unit.operators import became_operator


async def test_own_live_sessions_are_listed_newest_first(desk: Desk) -> None:
    first = await desk.signed_up("ada")
    desk.clock.advance(6 * DAY)
    second = await desk.logged_in("ada")
    await desk.signed_up("bob")
    me = await desk.who(second.token)
    listed = await desk.use_cases.list_sessions(signed_in=me)
    assert [each.id for each in listed] == [
        me.session.id,
        (await desk.who(first.token)).session.id,
    ]
    desk.clock.advance(2 * DAY)
    assert [each.id for each in await desk.use_cases.list_sessions(signed_in=me)] == [me.session.id]


async def test_a_session_of_an_operator_that_was_idle_for_an_hour_is_left_out(desk: Desk) -> None:
    me = await desk.who(await became_operator(desk))
    desk.clock.advance(59 * MINUTE)
    assert await desk.use_cases.list_sessions(signed_in=me) == [me.session]
    desk.clock.advance(MINUTE)
    assert await desk.use_cases.list_sessions(signed_in=me) == []


async def test_a_session_that_has_ended_is_left_out(desk: Desk) -> None:
    ended, here = await desk.signed_up(), await desk.logged_in()
    await desk.use_cases.log_out(presented=ended.token, caller=LAPTOP)
    me = await desk.who(here.token)
    assert await desk.use_cases.list_sessions(signed_in=me) == [me.session]
