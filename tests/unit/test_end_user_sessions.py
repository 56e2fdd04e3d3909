"""Operators end sessions of others, one or all."""

import pytest

from domain.errors import NoSuchSession, NotSignedIn
from domain.events import Details, Ending, Event, EventKind
from domain.operator import Operator
from domain.user import User
from tests.examples import LAPTOP, NOON, PHONE
from tests.unit.conftest import Desk
from tests.unit.operators import at_work, became_operator


async def test_one_session_of_a_user_can_be_ended(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    first, second = await desk.signed_up(), await desk.logged_in()
    doomed = (await desk.who(first.token)).session.id

    async def end() -> int:
        return await desk.use_cases.end_user_sessions(
            by=by, user=first.user.id, session_id=doomed, caller=PHONE
        )

    assert await end() == 1
    with pytest.raises(NotSignedIn):
        await desk.who(first.token)
    assert await desk.who(second.token)
    with pytest.raises(NoSuchSession):
        await end()


async def end(desk: Desk, by: Operator, user: User, session_id: int | None = None) -> int:
    return await desk.use_cases.end_user_sessions(
        by=by, user=user.id, session_id=session_id, caller=PHONE
    )


async def test_all_sessions_of_a_user_can_be_ended(desk: Desk) -> None:
    token = await became_operator(desk)
    by = await at_work(desk, token)
    first, second = await desk.signed_up(), await desk.logged_in()
    assert await end(desk, by, first.user) == 2
    for admission in (first, second):
        with pytest.raises(NotSignedIn):
            await desk.who(admission.token)
    assert await at_work(desk, token), "the operator's own goes on"
    assert await desk.logged_in(), "the account is as it was"


async def test_it_is_on_record_how_many_and_who_did_it(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    ada, _ = await desk.signed_up(), await desk.logged_in()
    await end(desk, by, ada.user)
    details: Details = {"count": 2, "why": Ending.REVOKED}
    assert desk.happened()[-1] == Event(
        EventKind.SESSIONS_ENDED, NOON, ada.user.id, PHONE, details, actor_id=by.user.id
    )


async def test_nothing_happens_where_there_are_none(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    ada = await desk.signed_up()
    await desk.use_cases.log_out(presented=ada.token, caller=LAPTOP)
    before = desk.happened()
    assert await end(desk, by, ada.user) == 0
    assert desk.happened() == before


async def test_a_session_of_somebody_else_is_unknown(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    ada, bob = await desk.signed_up("ada"), await desk.signed_up("bob")
    with pytest.raises(NoSuchSession):
        await end(desk, by, ada.user, (await desk.who(bob.token)).session.id)
    assert await desk.who(bob.token)
