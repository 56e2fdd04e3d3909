"""A one-time code sets a new password, once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.errors import InvalidCode, InvalidCredentials, InvalidPassword, NotSignedIn
from domain.events import Details, Ending, Event, EventKind
from domain.operator import Scope
from domain.secrets import OneTimeCode
from tests.examples import DAY, LAPTOP, NOON, OTHER_PASSWORD, PASSWORD, PHONE
from tests.fakes.throttle import MemoryThrottle
from tests.unit.codes import become, code_for, reset
from tests.unit.conftest import Desk
from tests.unit.guessing import guess, log_in
from tests.unit.operators import at_work, became_operator, key_of, with_key


async def test_a_reset_code_sets_a_password_once(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    old = await desk.signed_up()
    issued = await desk.use_cases.set_reset_code(by=by, user=old.user.id, caller=LAPTOP)
    code, stored = issued.code, issued.stored
    assert stored.expires_at == desk.clock.now() + DAY
    await reset(desk, code)
    with pytest.raises(InvalidCode):
        await reset(desk, code)
    with pytest.raises(NotSignedIn):
        await desk.who(old.token)
    assert await desk.logged_in("ada", OTHER_PASSWORD)
    with pytest.raises(InvalidCredentials):
        await desk.logged_in("ada", PASSWORD)


async def test_codes_that_are_made_up_are_refused_before_any_hashing(desk: Desk) -> None:
    await desk.signed_up()
    work = desk.hasher.work
    for made_up in (None, OneTimeCode("x" * 43)):
        with pytest.raises(InvalidCode):
            await reset(desk, made_up)
    assert desk.hasher.work == work, "nothing is hashed for them"


async def test_a_code_for_something_else_does_nothing(desk: Desk) -> None:
    code, work = await desk.use_cases.offer_set_up(), desk.hasher.work
    with pytest.raises(InvalidCode):
        await reset(desk, code)
    assert desk.hasher.work == work, "nothing is hashed for it"
    assert await become(desk, code), "it is still good for what it was made for"


async def test_a_code_is_void_after_a_day(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    code = await code_for(desk, by, (await desk.signed_up()).user)
    desk.clock.advance(timedelta(days=1))
    with pytest.raises(InvalidCode):
        await reset(desk, code)
    assert await desk.logged_in("ada", PASSWORD)


async def test_a_code_for_an_account_that_is_disabled_does_nothing(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    ada = (await desk.signed_up()).user
    await desk.use_cases.disable_user(user=ada.id, caller=LAPTOP)
    code = await code_for(desk, by, ada)
    before = desk.happened()
    with pytest.raises(InvalidCode):
        await reset(desk, code)
    assert desk.happened() == before


async def test_a_browser_that_used_a_reset_code_is_known(desk: Desk) -> None:
    desk.throttle = MemoryThrottle(desk.clock)
    ada = await desk.signed_up("ada")
    by = await at_work(desk, await became_operator(desk))
    code = (await desk.use_cases.set_reset_code(by=by, user=ada.user.id, caller=LAPTOP)).code
    admission = await desk.use_cases.reset_password(
        code=code, password=OTHER_PASSWORD, caller=PHONE, presented=None
    )
    await guess(desk, 10)
    assert await log_in(desk, password=OTHER_PASSWORD, device=admission.device)


async def test_a_bad_password_leaves_the_code_as_it_was(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    code = await code_for(desk, by, (await desk.signed_up()).user)
    with pytest.raises(InvalidPassword):
        await reset(desk, code, "")
    assert await reset(desk, code)


async def test_it_signs_in_and_is_on_record(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    ada = (await desk.signed_up()).user
    code = await code_for(desk, by, ada)
    before = len(desk.happened())
    admission = await reset(desk, code)
    assert (await desk.who(admission.token)).user.id == ada.id
    details: Details = {"count": 1, "why": Ending.PASSWORD_CHANGED}
    assert desk.happened()[before:] == [
        Event(EventKind.PASSWORD_RESET, NOON, ada.id, PHONE),
        Event(EventKind.SESSIONS_ENDED, NOON, ada.id, PHONE, details),
    ]


async def test_access_keys_end_too(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    token = await became_operator(desk, "other")
    key, _ = await key_of(desk, token, Scope.DATA_VIEW)
    await reset(desk, await code_for(desk, by, (await desk.who(token)).user))
    with pytest.raises(NotSignedIn):
        await with_key(desk, key)


async def test_a_code_made_with_a_key_ends_when_the_key_expires(desk: Desk) -> None:
    key, _ = await key_of(desk, await became_operator(desk), Scope.DATA_VIEW)
    ada = (await desk.signed_up()).user
    desk.clock.advance(DAY / 2)
    code = await code_for(desk, await with_key(desk, key), ada)
    desk.clock.advance(DAY / 2)
    with pytest.raises(InvalidCode):
        await reset(desk, code)


async def test_a_code_made_with_a_key_has_no_power_over_who_is_an_operator_by_now(
    desk: Desk,
) -> None:
    key, _ = await key_of(desk, await became_operator(desk), Scope.DATA_VIEW)
    ada = (await desk.signed_up()).user
    code = await code_for(desk, await with_key(desk, key), ada)
    async with desk.store.begin() as work:
        await work.users.save(replace(ada, is_operator=True))
    with pytest.raises(InvalidCode):
        await reset(desk, code)
