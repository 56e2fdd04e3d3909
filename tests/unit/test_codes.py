"""Codes that work once: for a new password, and to become the first operator."""

from datetime import timedelta

import pytest

from domain.errors import (
    InvalidCode,
    InvalidCredentials,
    NotSignedIn,
    UsernameTaken,
)
from domain.operator import Code, Grant, Purpose
from tests.examples import DAY, LAPTOP, MINUTE, OTHER_PASSWORD, PASSWORD, PHONE
from tests.unit.conftest import Desk
from tests.unit.operators import at_work, became_operator, set_password


async def reset(desk: Desk, code: Code | None) -> object:
    return await desk.reset_password(
        code=code, password=OTHER_PASSWORD, origin=PHONE, presented=None
    )


async def test_a_reset_code_sets_a_password_once(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    old = await desk.signed_up()
    code, grant = await desk.set_reset_code(by=by, user_id=old.user.id, origin=LAPTOP)
    assert grant.expires_at == desk.clock.now() + DAY
    await reset(desk, code)
    with pytest.raises(InvalidCode):
        await reset(desk, code)
    with pytest.raises(NotSignedIn):
        await desk.who(old.token)
    assert await desk.logged_in("ada", OTHER_PASSWORD)
    with pytest.raises(InvalidCredentials):
        await desk.logged_in("ada", PASSWORD)


async def test_codes_that_are_old_made_up_or_for_something_else_do_nothing(desk: Desk) -> None:
    set_up = await desk.offer_set_up()
    by = await at_work(desk, await became_operator(desk))
    ada = (await desk.signed_up()).user
    code, _ = await desk.set_reset_code(by=by, user_id=ada.id, origin=LAPTOP)
    work = desk.hasher.work
    for made_up in (None, Code("x" * 43)):
        with pytest.raises(InvalidCode):
            await reset(desk, made_up)
    assert desk.hasher.work == work, "nothing is hashed for them"
    with pytest.raises(InvalidCode):
        await reset(desk, set_up)
    await desk.disable_user(user=ada.id, origin=LAPTOP)
    with pytest.raises(InvalidCode):
        await reset(desk, code)
    await desk.disable_user(user=ada.id, origin=LAPTOP, disabled=False)
    desk.clock.advance(timedelta(days=1))
    with pytest.raises(InvalidCode):
        await reset(desk, code)
    assert await desk.logged_in("ada", PASSWORD)


async def test_a_reset_code_makes_no_operator_and_nothing_is_hashed_for_what_is_void(
    desk: Desk,
) -> None:
    ada = (await desk.signed_up()).user
    code = Code("r" * 43)
    async with desk.store.begin() as work:
        await work.codes.put(code.digest, Grant(Purpose.RESET, ada.id, desk.clock.now() + DAY))
    before = desk.hasher.work
    for void in (code, Code("x" * 43), None):
        with pytest.raises(InvalidCode):
            await become(desk, void)
    assert desk.hasher.work == before


async def become(desk: Desk, code: Code | None, name: str = "first") -> object:
    return await desk.set_up(
        code=code, username=name, password=PASSWORD, origin=LAPTOP, presented=None
    )


async def test_the_link_makes_the_first_operator_and_no_second(desk: Desk) -> None:
    older, newer = await desk.offer_set_up(), await desk.offer_set_up()
    await desk.signed_up("taken")
    with pytest.raises(InvalidCode):
        await become(desk, older)
    with pytest.raises(UsernameTaken):
        await become(desk, newer, "taken")
    await become(desk, newer)
    assert (await at_work(desk, (await desk.logged_in("first")).token)).user.is_operator
    with pytest.raises(InvalidCode):
        await become(desk, newer, "second")
    assert await desk.offer_set_up() is None


async def test_the_link_is_void_after_half_an_hour_or_when_there_is_an_operator(desk: Desk) -> None:
    code = await desk.offer_set_up()
    desk.clock.advance(30 * MINUTE)
    with pytest.raises(InvalidCode):
        await become(desk, code)
    code = await desk.offer_set_up()
    await became_operator(desk)
    with pytest.raises(InvalidCode):
        await become(desk, code)


async def test_a_new_password_or_a_shut_account_voids_the_code(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    for number in range(3):
        admission = await desk.signed_up(f"user{number}")
        user = admission.user
        code, _ = await desk.set_reset_code(by=by, user_id=user.id, origin=LAPTOP)
        if number == 0:
            await set_password(desk, by, user)
        elif number == 1:
            await desk.updated(admission.token, password=OTHER_PASSWORD)
        else:
            await desk.disable_user(user=user.id, origin=LAPTOP)
            await desk.disable_user(user=user.id, origin=LAPTOP, disabled=False)
        with pytest.raises(InvalidCode):
            await reset(desk, code)
