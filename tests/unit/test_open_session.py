"""A session opens under a new token, and makes room for itself."""

import pytest

from domain.errors import NotSignedIn
from domain.events import Details, Ending, Event, EventKind
from domain.secrets import SessionToken
from domain.session import Admission, SessionPolicy
from domain.user import User
from tests.examples import DAY, MINUTE, NOON, PHONE
from tests.unit.conftest import Desk


async def open_session(desk: Desk, user: User, presented: SessionToken | None = None) -> Admission:
    async with desk.store.begin() as work:
        return await desk.use_cases.log_in.open_session(
            work, user, caller=PHONE, presented=presented
        )


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


async def test_a_session_replaced_at_login_is_remembered_for_its_owner(desk: Desk) -> None:
    ada = await desk.signed_up("ada")
    bob = await desk.signed_up("bob", presented=ada.token)
    ended = desk.happened()[-1]
    assert (ended.user_id, ended.details["why"]) == (ada.user.id, Ending.REPLACED)
    assert bob.user.id != ada.user.id


async def test_it_lasts_as_long_as_the_policy_says(desk: Desk) -> None:
    desk.policy = SessionPolicy(absolute=DAY)
    ada = (await desk.signed_up()).user
    admission = await open_session(desk, ada)
    assert admission.remaining == DAY
    session = (await desk.who(admission.token)).session
    assert (session.created_at, session.expires_at) == (NOON, NOON + DAY)
    assert session.caller == PHONE


async def test_the_session_presented_ends_and_its_token_is_not_used_again(desk: Desk) -> None:
    ada = await desk.signed_up()
    admission = await open_session(desk, ada.user, presented=ada.token)
    assert admission.token != ada.token
    with pytest.raises(NotSignedIn):
        await desk.who(ada.token)
    details: Details = {"count": 1, "why": Ending.REPLACED}
    assert desk.happened()[-1] == Event(EventKind.SESSIONS_ENDED, NOON, ada.user.id, PHONE, details)


async def test_a_token_that_nobody_has_ends_nothing_and_opens_nothing(desk: Desk) -> None:
    ada, made_up = await desk.signed_up(), SessionToken("x" * 43)
    before = desk.happened()
    await open_session(desk, ada.user, presented=made_up)
    assert desk.happened() == before
    assert await desk.who(ada.token)
    with pytest.raises(NotSignedIn):
        await desk.who(made_up)


async def test_sessions_of_others_make_no_room(desk: Desk) -> None:
    desk.policy = SessionPolicy(at_most=1)
    ada, bob = await desk.signed_up("ada"), await desk.signed_up("bob")
    await open_session(desk, bob.user)
    assert await desk.who(ada.token)
    with pytest.raises(NotSignedIn):
        await desk.who(bob.token)
