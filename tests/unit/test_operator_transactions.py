"""Between a request and its write, an operator may have ceased to be one."""

from dataclasses import replace

import pytest

from domain.errors import NotAnOperator, NotSignedIn
from domain.events import Event, EventKind
from domain.operator import Operator, Scope
from tests.examples import ADA, DAY, LAPTOP, NOON, OTHER_PASSWORD
from tests.unit.conftest import Desk
from tests.unit.operators import (
    ACTS,
    HOUR,
    Act,
    at_work,
    became_operator,
    disable,
    key_of,
    with_key,
)


async def transact(desk: Desk, by: Operator | None) -> None:
    """Write something that everybody can see."""
    async with desk.use_cases.create_token.transactions(by) as work:
        await work.events.append(Event(EventKind.RENAMED, NOON, None, LAPTOP))


@pytest.mark.parametrize("act", ACTS)
async def test_a_key_that_was_revoked_meanwhile_changes_nothing(desk: Desk, act: Act) -> None:
    """Between the request and its write lie a slow body and a hash."""
    token = await became_operator(desk)
    key, id_ = await key_of(desk, token, *Scope)
    ada = (await desk.signed_up()).user
    person, program = await at_work(desk, token), await with_key(desk, key)
    await desk.use_cases.revoke_token(by=person, token_id=id_, caller=LAPTOP)
    with pytest.raises(NotSignedIn):
        await act(desk, program, ada)
    assert await desk.store.user(ADA) == ada, "nothing happened"


@pytest.mark.parametrize("act", ACTS)
async def test_a_session_that_ended_meanwhile_changes_nothing(desk: Desk, act: Act) -> None:
    token = await became_operator(desk)
    ada = (await desk.signed_up()).user
    person = await at_work(desk, token)
    await desk.use_cases.log_out(presented=token, caller=LAPTOP)
    with pytest.raises(NotSignedIn):
        await act(desk, person, ada)
    assert await desk.store.user(ADA) == ada, "nothing happened"


@pytest.mark.parametrize("act", ACTS)
async def test_who_is_an_operator_no_more_changes_nothing(desk: Desk, act: Act) -> None:
    by = await at_work(desk, await became_operator(desk))
    ada = (await desk.signed_up()).user
    async with desk.store.begin() as work:
        await work.users.save(replace(by.user, is_operator=False))
    with pytest.raises(NotAnOperator):
        await act(desk, by, ada)
    assert await desk.store.user(ADA) == ada, "nothing happened"


async def test_who_held_the_token_before_a_new_password_changes_nothing(desk: Desk) -> None:
    """The session goes on, for its owner alone: not for a request that was under way."""
    token = await became_operator(desk)
    stolen = await at_work(desk, token)
    await desk.updated(token, password=OTHER_PASSWORD)
    ada = (await desk.signed_up()).user
    with pytest.raises(NotSignedIn):
        await disable(desk, stolen, ada)


async def test_an_operator_in_office_and_the_command_line_may_write(desk: Desk) -> None:
    token = await became_operator(desk)
    key, _ = await key_of(desk, token, Scope.DATA_VIEW)
    for by in (await at_work(desk, token), await with_key(desk, key), None):
        before = len(desk.happened())
        await transact(desk, by)
        assert len(desk.happened()) == before + 1


async def test_a_key_that_expired_meanwhile_changes_nothing(desk: Desk) -> None:
    key, _ = await key_of(desk, await became_operator(desk), Scope.DATA_VIEW)
    by = await with_key(desk, key)
    desk.clock.advance(DAY)
    before = desk.happened()
    with pytest.raises(NotSignedIn):
        await transact(desk, by)
    assert desk.happened() == before


async def test_a_session_that_expired_meanwhile_changes_nothing(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    desk.clock.advance(HOUR)  # idle for as long as an operator may be
    before = desk.happened()
    with pytest.raises(NotSignedIn):
        await transact(desk, by)
    assert desk.happened() == before


async def test_a_key_whose_owner_was_disabled_meanwhile_changes_nothing(desk: Desk) -> None:
    key, _ = await key_of(desk, await became_operator(desk), Scope.DATA_VIEW)
    by = await with_key(desk, key)
    async with desk.store.begin() as work:
        await work.users.save(by.user.disabled(NOON))
    with pytest.raises(NotSignedIn):
        await transact(desk, by)
