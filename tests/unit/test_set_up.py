"""The first operator comes from the code on the console."""

from dataclasses import replace

import pytest

from domain.errors import InvalidCode, InvalidPassword, InvalidUsername, NotSignedIn, UsernameTaken
from domain.events import Event, EventKind
from domain.operator import Purpose, StoredCode
from domain.secrets import OneTimeCode
from tests.examples import DAY, LAPTOP, NOON, PASSWORD
from tests.unit.codes import become
from tests.unit.conftest import Desk
from tests.unit.operators import at_work, became_operator


async def test_a_reset_code_makes_no_operator_and_nothing_is_hashed_for_what_is_void(
    desk: Desk,
) -> None:
    ada = (await desk.signed_up()).user
    code = OneTimeCode("r" * 43)
    async with desk.store.begin() as work:
        await work.codes.put(code.digest, StoredCode(Purpose.RESET, ada.id, desk.clock.now() + DAY))
    before = desk.hasher.work
    for void in (code, OneTimeCode("x" * 43), None):
        with pytest.raises(InvalidCode):
            await become(desk, void)
    assert desk.hasher.work == before


async def test_the_link_makes_the_first_operator_and_no_second(desk: Desk) -> None:
    older, newer = await desk.use_cases.offer_set_up(), await desk.use_cases.offer_set_up()
    await desk.signed_up("taken")
    with pytest.raises(InvalidCode):
        await become(desk, older)
    with pytest.raises(UsernameTaken):
        await become(desk, newer, "taken")
    await become(desk, newer)
    assert (await at_work(desk, (await desk.logged_in("first")).token)).user.is_operator
    with pytest.raises(InvalidCode):
        await become(desk, newer, "second")
    assert await desk.use_cases.offer_set_up() is None


async def test_the_link_is_void_when_there_is_an_operator(desk: Desk) -> None:
    code = await desk.use_cases.offer_set_up()
    await became_operator(desk)
    with pytest.raises(InvalidCode):
        await become(desk, code)


async def test_a_code_that_is_left_over_makes_no_second_operator(desk: Desk) -> None:
    code = await desk.use_cases.offer_set_up()
    ada = (await desk.signed_up()).user
    async with desk.store.begin() as work:
        await work.users.save(replace(ada, is_operator=True))
    before = desk.happened()
    with pytest.raises(InvalidCode):
        await become(desk, code)
    assert desk.happened() == before


async def test_the_new_operator_is_signed_in_and_it_is_on_record(desk: Desk) -> None:
    admission = await become(desk, await desk.use_cases.offer_set_up())
    assert (await at_work(desk, admission.token)).user == admission.user
    set_up = Event(EventKind.OPERATOR_SET_UP, NOON, admission.user.id, LAPTOP)
    assert desk.happened() == [set_up]


async def test_it_replaces_the_session_presented(desk: Desk) -> None:
    ada = await desk.signed_up()
    await desk.use_cases.set_up(
        code=await desk.use_cases.offer_set_up(),
        username="first",
        password=PASSWORD,
        caller=LAPTOP,
        presented=ada.token,
    )
    with pytest.raises(NotSignedIn):
        await desk.who(ada.token)


async def test_bad_input_leaves_the_code_as_it_was(desk: Desk) -> None:
    code = await desk.use_cases.offer_set_up()
    with pytest.raises(InvalidUsername):
        await become(desk, code, "")
    with pytest.raises(InvalidPassword):
        await desk.use_cases.set_up(
            code=code, username="first", password="", caller=LAPTOP, presented=None
        )
    assert await become(desk, code)
