"""An operator can be made an ordinary user."""

from dataclasses import replace

import pytest

from domain.errors import InvalidCode, LastOperator, NoSuchUser, NotAnOperator, NotSignedIn
from domain.events import Details, Ending, Event, EventKind
from domain.operator import Operator, Scope
from domain.user import User
from tests.examples import BOB, LAPTOP, NOON, PASSWORD, PHONE
from tests.unit.codes import code_for, reset
from tests.unit.conftest import Desk
from tests.unit.operators import at_work, became_operator, key_of, with_key


async def demote(desk: Desk, by: Operator | None, user: User) -> User:
    return await desk.use_cases.demote_operator(user=user.id, by=by, caller=PHONE)


async def test_rights_keys_and_codes_end_and_account_and_sessions_stay(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    token = await became_operator(desk, "other")
    other = await at_work(desk, token)
    key, _ = await key_of(desk, token, Scope.DATA_VIEW)
    code = await code_for(desk, other, (await desk.signed_up()).user)
    demoted = await demote(desk, by, other.user)
    assert demoted == replace(other.user, is_operator=False, version=other.user.version + 1)
    assert (await desk.who(token)).user == demoted
    with pytest.raises(NotAnOperator):
        await at_work(desk, token)
    with pytest.raises(NotSignedIn):
        await with_key(desk, key)
    assert desk.store.state.stored_codes == {}
    with pytest.raises(InvalidCode):
        await reset(desk, code)


async def test_it_is_on_record_with_each_key_that_ended(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    token = await became_operator(desk, "other")
    _, key_id = await key_of(desk, token, Scope.DATA_VIEW)
    other, root = (await desk.who(token)).user, by.user.id
    before = len(desk.happened())
    await demote(desk, by, other)
    details: Details = {"token": key_id, "name": "script", "why": Ending.DEMOTED}
    assert desk.happened()[before:] == [
        Event(EventKind.OPERATOR_DEMOTED, NOON, other.id, PHONE, actor_id=root),
        Event(EventKind.TOKEN_REVOKED, NOON, other.id, PHONE, details, actor_id=root),
    ]


async def test_the_last_operator_is_demoted_at_the_command_line_only(desk: Desk) -> None:
    token = await became_operator(desk)
    by = await at_work(desk, token)
    with pytest.raises(LastOperator):
        await demote(desk, by, by.user)
    assert await at_work(desk, token)
    assert not (await demote(desk, None, by.user)).is_operator
    assert desk.happened()[-1].actor_id is None


async def test_a_disabled_operator_is_no_other_operator(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    other = await desk.use_cases.create_user(
        username="other", password=PASSWORD, caller=LAPTOP, is_operator=True
    )
    await desk.use_cases.disable_user(user=other.id, caller=LAPTOP)
    with pytest.raises(LastOperator):
        await demote(desk, by, by.user)


async def test_nothing_happens_to_who_is_an_ordinary_user(desk: Desk) -> None:
    ada = (await desk.signed_up()).user
    before = desk.happened()
    assert await demote(desk, None, ada) == ada
    assert desk.happened() == before


async def test_a_name_that_nobody_has_is_told(desk: Desk) -> None:
    with pytest.raises(NoSuchUser):
        await desk.use_cases.demote_operator(user=BOB, caller=LAPTOP)
