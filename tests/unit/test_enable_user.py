"""An account that is enabled again accepts logins, and nothing else comes back."""

import pytest

from domain.errors import InvalidCode, NoSuchUser, NotSignedIn
from domain.events import Event, EventKind
from domain.operator import Operator, Scope
from domain.user import User
from tests.examples import ADA, BOB, LAPTOP, NOON, PHONE
from tests.unit.codes import code_for, reset
from tests.unit.conftest import Desk
from tests.unit.operators import at_work, became_operator, key_of, with_key


async def enable(desk: Desk, user: User, by: Operator | None = None) -> User:
    return await desk.use_cases.enable_user(user=user.id, caller=PHONE, by=by)


async def test_enabled_again_it_gets_in_with_a_new_session(desk: Desk) -> None:
    old = await desk.signed_up()
    await desk.use_cases.disable_user(user=ADA, caller=LAPTOP)
    await desk.use_cases.enable_user(user=ADA, caller=LAPTOP)
    assert (await desk.logged_in()).user.id == old.user.id
    with pytest.raises(NotSignedIn):
        await desk.who(old.token)


async def test_a_code_from_before_it_was_disabled_does_not_come_back(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    user = (await desk.signed_up()).user
    code = await code_for(desk, by, user)
    await desk.use_cases.disable_user(user=user.id, caller=LAPTOP)
    await enable(desk, user)
    with pytest.raises(InvalidCode):
        await reset(desk, code)


async def test_a_code_made_while_it_was_disabled_is_void(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    user = (await desk.signed_up()).user
    await desk.use_cases.disable_user(user=user.id, caller=LAPTOP)
    code = await code_for(desk, by, user)
    await enable(desk, user)
    with pytest.raises(InvalidCode):
        await reset(desk, code)


async def test_keys_from_before_it_was_disabled_do_not_come_back(desk: Desk) -> None:
    token = await became_operator(desk)
    key, _ = await key_of(desk, token, Scope.DATA_VIEW)
    root = (await desk.who(token)).user
    await desk.use_cases.disable_user(user=root.id, caller=LAPTOP)
    assert (await enable(desk, root)).is_operator
    with pytest.raises(NotSignedIn):
        await with_key(desk, key)


async def test_it_is_on_record_who_did_it(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    ada = (await desk.signed_up()).user
    for actor, actor_id in ((by, by.user.id), (None, None)):
        await desk.use_cases.disable_user(user=ada.id, caller=LAPTOP)
        await enable(desk, ada, actor)
        enabled = Event(EventKind.ACCOUNT_ENABLED, NOON, ada.id, PHONE, actor_id=actor_id)
        assert desk.happened()[-1] == enabled


async def test_nothing_happens_to_who_can_log_in_already(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    ada = await desk.signed_up()
    code = await code_for(desk, by, ada.user)
    before = desk.happened()
    assert await enable(desk, ada.user) == ada.user
    assert desk.happened() == before
    assert await desk.who(ada.token)
    assert await reset(desk, code)


async def test_a_name_that_nobody_has_is_told(desk: Desk) -> None:
    with pytest.raises(NoSuchUser):
        await desk.use_cases.enable_user(user=BOB, caller=LAPTOP)
