"""Operators are known by a session or by an access key."""

import pytest

from domain.errors import NotAnOperator, NotSignedIn, ScopeMissing
from domain.operator import Person, Program, Scope
from domain.secrets import AccessKey, SessionToken
from tests.examples import DAY, LAPTOP, MINUTE
from tests.unit.conftest import Desk
from tests.unit.operators import HOUR, at_work, became_operator, key_of, with_key


async def test_only_operators_are_operators(desk: Desk) -> None:
    token = await became_operator(desk)
    assert (await at_work(desk, token)).user.is_operator
    ordinary = (await desk.signed_up("bob")).token
    with pytest.raises(NotAnOperator):
        await at_work(desk, ordinary)
    for nothing in (None, SessionToken("x" * 43)):
        with pytest.raises(NotSignedIn):
            await desk.use_cases.identify_operator(
                presented=nothing, key=None, scopes=[Scope.API_VIEW]
            )


async def test_sessions_of_operators_are_short(desk: Desk) -> None:
    token = await became_operator(desk)
    desk.clock.advance(59 * MINUTE)
    await at_work(desk, token)
    desk.clock.advance(MINUTE)
    with pytest.raises(NotSignedIn):  # nothing was written, so it was idle for an hour
        await at_work(desk, token)
    admission = await desk.logged_in("root")
    assert admission.remaining == 12 * HOUR
    ordinary = await desk.signed_up("bob")
    desk.clock.advance(HOUR)
    assert await desk.who(ordinary.token)


async def test_a_key_opens_what_its_scopes_say(desk: Desk) -> None:
    token = await became_operator(desk)
    key, id_ = await key_of(desk, token, Scope.DATA_VIEW)
    assert key.text.startswith("fdk_")
    assert AccessKey.parse(key.text) == key
    assert AccessKey.parse(key.value) is None
    assert isinstance((await with_key(desk, key)).acting, Program)
    assert desk.last_seen.notes[-1] == (id_, desk.clock.now())
    with pytest.raises(ScopeMissing):
        await with_key(desk, key, Scope.LOG_VIEW)


async def test_a_key_opens_nothing_once_it_has_expired(desk: Desk) -> None:
    key, _ = await key_of(desk, await became_operator(desk), Scope.DATA_VIEW)
    desk.clock.advance(DAY - MINUTE)
    assert await with_key(desk, key)
    desk.clock.advance(MINUTE)
    with pytest.raises(NotSignedIn):
        await with_key(desk, key)


async def test_a_key_of_somebody_disabled_opens_nothing(desk: Desk) -> None:
    key, _ = await key_of(desk, await became_operator(desk), Scope.DATA_VIEW)
    root = (await with_key(desk, key)).user
    await desk.use_cases.disable_user(user=root.id, caller=LAPTOP)
    with pytest.raises(NotSignedIn):
        await with_key(desk, key)


async def test_a_key_that_nobody_was_given_opens_nothing(desk: Desk) -> None:
    await became_operator(desk)
    with pytest.raises(NotSignedIn):
        await with_key(desk, AccessKey("x" * 43))


async def test_a_key_counts_before_a_session(desk: Desk) -> None:
    token = await became_operator(desk)
    key, _ = await key_of(desk, token, Scope.DATA_VIEW)
    with pytest.raises(ScopeMissing):
        await desk.use_cases.identify_operator(presented=token, key=key, scopes=[Scope.LOG_VIEW])


async def test_a_person_is_fresh_for_ten_minutes_after_the_login(desk: Desk) -> None:
    token = await became_operator(desk)
    for passed, fresh in ((9 * MINUTE, True), (MINUTE, False)):
        desk.clock.advance(passed)
        acting = (await at_work(desk, token)).acting
        assert isinstance(acting, Person)
        assert acting.is_fresh is fresh
