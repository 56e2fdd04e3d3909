"""An operator in person can make a user an operator."""

from dataclasses import replace

import pytest

from domain.errors import FreshLoginRequired, InvalidCode, NoSuchUser, NotSignedIn, PersonRequired
from domain.events import Event, EventKind
from domain.operator import Operator, Scope
from domain.user import User
from tests.examples import LAPTOP, MINUTE, NOON, PHONE
from tests.unit.codes import code_for, reset
from tests.unit.conftest import Desk
from tests.unit.operators import NOBODY, at_work, became_operator, key_of, with_key


async def promote(desk: Desk, by: Operator, user_id: int) -> User:
    return await desk.use_cases.promote_user(by=by, user=user_id, caller=PHONE)


async def test_the_user_is_an_operator_at_once_and_it_is_on_record(desk: Desk) -> None:
    root = await at_work(desk, await became_operator(desk))
    ada = await desk.signed_up()
    promoted = await promote(desk, root, ada.user.id)
    assert promoted == replace(ada.user, is_operator=True, version=2)
    assert (await at_work(desk, ada.token)).user == promoted
    made = Event(EventKind.OPERATOR_MADE, NOON, ada.user.id, PHONE, actor_id=root.user.id)
    assert desk.happened()[-1] == made
    assert await promote(desk, root, ada.user.id) == promoted
    assert desk.kinds().count("operator_made") == 1, "twice is once"


async def test_it_takes_a_person_moments_after_a_login(desk: Desk) -> None:
    token = await became_operator(desk)
    ada = (await desk.signed_up()).user
    key, _ = await key_of(desk, token, *Scope)
    with pytest.raises(PersonRequired):
        await promote(desk, await with_key(desk, key), ada.id)
    desk.clock.advance(11 * MINUTE)
    with pytest.raises(FreshLoginRequired):
        await promote(desk, await at_work(desk, token), ada.id)
    assert desk.store.state.users[ada.id] == ada


async def test_codes_made_before_are_void(desk: Desk) -> None:
    root = await at_work(desk, await became_operator(desk))
    ada = (await desk.signed_up()).user
    code = await code_for(desk, root, ada)
    await promote(desk, root, ada.id)
    with pytest.raises(InvalidCode):
        await reset(desk, code)


async def test_who_is_not_there_and_who_is_no_longer_signed_in(desk: Desk) -> None:
    token = await became_operator(desk)
    root = await at_work(desk, token)
    with pytest.raises(NoSuchUser):
        await promote(desk, root, NOBODY)
    ada = (await desk.signed_up()).user
    await desk.use_cases.log_out(presented=token, caller=LAPTOP)
    with pytest.raises(NotSignedIn):
        await promote(desk, root, ada.id)
    assert not desk.store.state.users[ada.id].is_operator
