"""As long as there is no operator, a code is offered to become one."""

import pytest

from domain.errors import InvalidCode
from domain.operator import Purpose, StoredCode
from tests.examples import MINUTE, NOON
from tests.unit.codes import become
from tests.unit.conftest import Desk
from tests.unit.operators import became_operator


async def test_the_code_makes_an_operator(desk: Desk) -> None:
    code = await desk.use_cases.offer_set_up()
    assert (await become(desk, code)).user.is_operator


async def test_the_code_is_void_after_half_an_hour(desk: Desk) -> None:
    code = await desk.use_cases.offer_set_up()
    desk.clock.advance(30 * MINUTE)
    with pytest.raises(InvalidCode):
        await become(desk, code)


async def test_the_code_is_valid_until_then(desk: Desk) -> None:
    code = await desk.use_cases.offer_set_up()
    desk.clock.advance(29 * MINUTE)
    assert await become(desk, code)


async def test_an_earlier_code_is_no_longer_valid(desk: Desk) -> None:
    older, newer = await desk.use_cases.offer_set_up(), await desk.use_cases.offer_set_up()
    with pytest.raises(InvalidCode):
        await become(desk, older)
    assert await become(desk, newer)


async def test_ordinary_users_are_no_reason_to_offer_none(desk: Desk) -> None:
    await desk.signed_up()
    assert await desk.use_cases.offer_set_up()


async def test_where_there_is_an_operator_no_code_is_made(desk: Desk) -> None:
    await became_operator(desk)
    assert await desk.use_cases.offer_set_up() is None
    assert desk.store.state.stored_codes == {}


async def test_only_a_digest_is_kept_and_nothing_is_on_record(desk: Desk) -> None:
    code = await desk.use_cases.offer_set_up()
    assert code
    stored = StoredCode(Purpose.SET_UP, None, NOON + 30 * MINUTE)
    assert desk.store.state.stored_codes == {code.digest: stored}
    assert desk.happened() == []
