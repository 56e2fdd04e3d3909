"""Operators create accounts for others, and the command line creates operators."""

import pytest

from domain.errors import InvalidPassword, InvalidUsername, NotSignedIn, UsernameTaken
from domain.events import Event, EventKind
from domain.operator import Operator
from domain.user import User, Username
from tests.examples import ADA, LAPTOP, NOON, PASSWORD, PHONE
from tests.unit.conftest import Desk
from tests.unit.operators import at_work, became_operator


async def create(
    desk: Desk, by: Operator | None, name: str = "ada", password: str = PASSWORD
) -> User:
    return await desk.use_cases.create_user(username=name, password=password, caller=PHONE, by=by)


async def test_it_makes_an_ordinary_account_that_nobody_is_signed_in_to(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    user = await create(desk, by)
    assert (user.username, user.signup_time, user.is_operator) == (Username("ada"), NOON, False)
    assert await desk.store.history.sessions(user.id) == []
    assert (await desk.logged_in()).user == user


async def test_it_is_on_record_who_created_it(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    for number, actor in enumerate((by, None)):
        user = await create(desk, actor, f"user{number}")
        actor_id = actor.user.id if actor else None
        created = Event(EventKind.ACCOUNT_CREATED, NOON, user.id, PHONE, actor_id=actor_id)
        assert desk.happened()[-1] == created


async def test_an_operator_ends_the_code_for_the_first_one(desk: Desk) -> None:
    await desk.use_cases.offer_set_up()
    await create(desk, None)
    assert len(desk.store.state.stored_codes) == 1, "an ordinary user does not"
    await became_operator(desk)
    assert desk.store.state.stored_codes == {}


@pytest.mark.parametrize(
    ("name", "password", "refusal"),
    [("", PASSWORD, InvalidUsername), ("ada", "12345", InvalidPassword)],
)
async def test_bad_input_is_refused_before_any_hashing(
    desk: Desk, name: str, password: str, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        await create(desk, None, name, password)
    assert desk.hasher.work == 0


async def test_a_taken_name_stays_taken(desk: Desk) -> None:
    await desk.signed_up("ada")
    before = desk.happened()
    with pytest.raises(UsernameTaken):
        await create(desk, None, "ADA")
    assert desk.happened() == before


async def test_who_is_no_longer_signed_in_creates_nobody(desk: Desk) -> None:
    token = await became_operator(desk)
    by = await at_work(desk, token)
    await desk.use_cases.log_out(presented=token, caller=LAPTOP)
    with pytest.raises(NotSignedIn):
        await create(desk, by)
    assert await desk.store.user(ADA) is None
