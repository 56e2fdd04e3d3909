"""A disabled account is out at once, and no different from a wrong password."""

from dataclasses import replace

import pytest

from domain.errors import InvalidCredentials, LastOperator, NoSuchUser, NotSignedIn
from domain.events import Details, Ending, Event, EventKind
from domain.operator import Scope
from tests.examples import ADA, BOB, DAY, LAPTOP, NOON, PHONE
from tests.unit.codes import code_for
from tests.unit.conftest import Desk
from tests.unit.operators import at_work, became_operator, disable, key_of


async def test_it_is_out_at_once_and_stays_out(desk: Desk) -> None:
    sessions = [await desk.signed_up(), await desk.logged_in()]
    await desk.use_cases.disable_user(user=ADA, caller=LAPTOP)
    for session in sessions:
        with pytest.raises(NotSignedIn):
            await desk.who(session.token)
    before = desk.hasher.work
    with pytest.raises(InvalidCredentials):
        await desk.logged_in()
    assert desk.hasher.work == before + 1, "the same work as any refusal"
    assert desk.kinds() == [
        "signed_up",
        "logged_in",
        "account_disabled",
        "sessions_ended",
        "login_refused",
    ]


async def test_a_name_that_nobody_has_is_told(desk: Desk) -> None:
    with pytest.raises(NoSuchUser):
        await desk.use_cases.disable_user(user=BOB, caller=LAPTOP)


async def test_to_disable_twice_is_to_disable_once(desk: Desk) -> None:
    await desk.signed_up()
    first = await desk.use_cases.disable_user(user=ADA, caller=LAPTOP)
    assert await desk.use_cases.disable_user(user=ADA, caller=LAPTOP) == first
    assert desk.kinds().count("account_disabled") == 1


async def test_it_is_disabled_from_now_on(desk: Desk) -> None:
    ada = (await desk.signed_up()).user
    desk.clock.advance(DAY)
    disabled = await desk.use_cases.disable_user(user=ada.id, caller=LAPTOP)
    assert disabled == replace(ada, disabled_at=NOON + DAY, version=ada.version + 1)


async def test_keys_and_codes_end_too(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    token = await became_operator(desk, "other")
    other = await at_work(desk, token)
    _, key_id = await key_of(desk, token, Scope.DATA_VIEW)
    await code_for(desk, by, other.user)
    await code_for(desk, other, (await desk.signed_up()).user)
    await disable(desk, by, other.user)
    assert (desk.store.state.tokens, desk.store.state.stored_codes) == ({}, {})
    details: Details = {"token": key_id, "name": "script", "why": Ending.DISABLED}
    assert desk.happened()[-1] == Event(
        EventKind.TOKEN_REVOKED, NOON, other.user.id, PHONE, details, actor_id=by.user.id
    )


async def test_the_last_operator_is_disabled_at_the_command_line_only(desk: Desk) -> None:
    token = await became_operator(desk)
    by = await at_work(desk, token)
    with pytest.raises(LastOperator):
        await disable(desk, by, by.user)
    assert await at_work(desk, token)
    disabled = await desk.use_cases.disable_user(user=by.user.id, caller=LAPTOP)
    assert disabled.is_disabled


async def test_others_stay_in(desk: Desk) -> None:
    await desk.signed_up("ada")
    bob = await desk.signed_up("bob")
    await desk.use_cases.disable_user(user=ADA, caller=LAPTOP)
    assert await desk.who(bob.token)
