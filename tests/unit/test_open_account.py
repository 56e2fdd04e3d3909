"""An account is opened to an operator who has power over it."""

import pytest

from domain.errors import FreshLoginRequired, NoSuchUser, NotAnOperator, PersonRequired
from domain.operator import Operator, Scope
from domain.user import User, Username
from tests.examples import ADA, BOB, LAPTOP, MINUTE, PASSWORD, PHONE
from tests.unit.conftest import Desk
from tests.unit.operators import ACTS, NOBODY, Act, at_work, became_operator, key_of, with_key


async def opened(desk: Desk, by: Operator | None, user: int | Username) -> tuple[User, int | None]:
    """The account, and who acts."""
    async with desk.use_cases.disable_user.open_account(by, user) as account:
        return account.user, account.actor_id


@pytest.mark.parametrize("act", ACTS)
async def test_it_is_on_record_who_did_it(desk: Desk, act: Act) -> None:
    by = await at_work(desk, await became_operator(desk))
    ada = (await desk.signed_up()).user
    before = len(desk.happened())
    await act(desk, by, ada)
    events = desk.happened()[before:]
    assert events
    assert {event.actor_id for event in events} == {by.user.id}
    assert {event.user_id for event in events} == {ada.id}
    assert {event.caller for event in events} == {PHONE}


@pytest.mark.parametrize("act", ACTS)
async def test_no_program_has_power_over_operators(desk: Desk, act: Act) -> None:
    token = await became_operator(desk)
    key, _ = await key_of(desk, token, *Scope)
    other = await desk.use_cases.create_user(
        username="other", password=PASSWORD, caller=LAPTOP, is_operator=True
    )
    with pytest.raises(PersonRequired):
        await act(desk, await with_key(desk, key), other)
    await act(desk, await at_work(desk, token), other)


@pytest.mark.parametrize("act", ACTS)
async def test_an_id_that_nobody_has_is_told(desk: Desk, act: Act) -> None:
    by = await at_work(desk, await became_operator(desk))
    with pytest.raises(NoSuchUser):
        await act(desk, by, User(NOBODY, ADA, by.user.password_hash, desk.clock.now()))


async def test_it_is_found_by_id_and_by_every_spelling_of_its_name(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    ada = (await desk.signed_up("ada")).user
    for user in (ada.id, Username("ada"), Username("ADA")):
        assert await opened(desk, by, user) == (ada, by.user.id)


@pytest.mark.parametrize("user", [NOBODY, BOB], ids=["id", "name"])
async def test_who_is_not_there_is_told(desk: Desk, user: int | Username) -> None:
    with pytest.raises(NoSuchUser):
        await opened(desk, None, user)


async def test_the_command_line_opens_everybody(desk: Desk) -> None:
    root = (await at_work(desk, await became_operator(desk))).user
    ada = (await desk.signed_up()).user
    for user in (root, ada):
        assert await opened(desk, None, user.id) == (user, None)


async def test_an_operators_account_needs_a_fresh_login(desk: Desk) -> None:
    token = await became_operator(desk)
    ada = (await desk.signed_up()).user
    desk.clock.advance(11 * MINUTE)
    by = await at_work(desk, token)
    with pytest.raises(FreshLoginRequired):
        await opened(desk, by, by.user.id)
    assert await opened(desk, by, ada.id) == (ada, by.user.id)


async def test_a_program_opens_ordinary_accounts(desk: Desk) -> None:
    key, _ = await key_of(desk, await became_operator(desk), Scope.DATA_VIEW)
    by = await with_key(desk, key)
    ada = (await desk.signed_up()).user
    assert await opened(desk, by, ada.id) == (ada, by.user.id)


async def test_who_is_an_operator_no_more_opens_nothing(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    ada = (await desk.signed_up()).user
    await desk.use_cases.demote_operator(user=by.user.id, caller=LAPTOP)
    with pytest.raises(NotAnOperator):
        await opened(desk, by, ada.id)
