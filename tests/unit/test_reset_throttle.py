"""An operator lets a user try again at once."""

import pytest

from domain.errors import FreshLoginRequired, NoSuchUser, PersonRequired
from domain.events import Event, EventKind
from domain.operator import Operator, Scope
from domain.throttle import Waits
from tests.examples import NOON, PHONE
from tests.fakes.throttle import MemoryThrottle
from tests.unit.conftest import Desk
from tests.unit.guessing import WAIT, WRONG, guess, log_in
from tests.unit.operators import HOUR, NOBODY, at_work, became_operator, key_of, with_key


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.throttle = MemoryThrottle(desk.clock, store=desk.store)
    return desk


async def reset(desk: Desk, by: Operator, user_id: int) -> int:
    return await desk.use_cases.reset_throttle(by=by, user=user_id, caller=PHONE)


async def test_the_right_password_gets_in_at_once(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    ada = (await desk.signed_up("ada")).user
    assert await guess(desk, 11) == [WRONG] * 10 + [WAIT]
    assert await reset(desk, by, ada.id) == 3
    assert await desk.use_cases.show_throttle(user_id=ada.id) == Waits()
    assert await log_in(desk)


async def test_so_it_does_from_a_browser_that_is_known(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    ada = await desk.signed_up("ada")
    assert await guess(desk, 11, device=str(ada.device)) == [WRONG] * 10 + [WAIT]
    assert await reset(desk, by, ada.user.id) == 1
    assert await log_in(desk, device=ada.device)


async def test_the_command_line_needs_no_operator(desk: Desk) -> None:
    ada = (await desk.signed_up("ada")).user
    assert await guess(desk, 11) == [WRONG] * 10 + [WAIT]
    reset = desk.use_cases.reset_throttle
    assert await reset(user=ada.username, caller=PHONE) == 3
    assert desk.happened()[-1].actor_id is None
    assert await log_in(desk)


async def test_others_wait_on(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    ada, _ = await desk.signed_up("ada"), await desk.signed_up("bob")
    await guess(desk, 10)
    await guess(desk, 10, name="bob")
    await reset(desk, by, ada.user.id)
    assert await guess(desk, 1, name="bob") == [WAIT]


async def test_a_network_that_has_to_wait_waits_on(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    ada = (await desk.signed_up("ada")).user
    for number in range(100):
        await guess(desk, 1, name=f"user{number}")
    await reset(desk, by, ada.id)
    assert await guess(desk, 1) == [WAIT]


async def test_it_is_on_record_who_did_it(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    ada = (await desk.signed_up("ada")).user
    await guess(desk, 10)
    await reset(desk, by, ada.id)
    assert desk.happened()[-1] == Event(
        EventKind.THROTTLE_RESET, NOON, ada.id, PHONE, {"waits": 3}, actor_id=by.user.id
    )


async def test_nothing_happens_where_nothing_is_counted(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    ada = (await desk.signed_up("ada")).user
    before = desk.happened()
    assert await reset(desk, by, ada.id) == 0
    assert desk.happened() == before


async def test_a_program_helps_users_but_not_operators(desk: Desk) -> None:
    token = await became_operator(desk)
    key, _ = await key_of(desk, token, Scope.DATA_UPDATE)
    program = await with_key(desk, key, Scope.DATA_UPDATE)
    ada, root = (await desk.signed_up("ada")).user, (await desk.who(token)).user
    for name in ("ada", "root"):
        await guess(desk, 10, name=name)
    assert await reset(desk, program, ada.id)
    with pytest.raises(PersonRequired):
        await reset(desk, program, root.id)
    assert await guess(desk, 1, name="root") == [WAIT]


async def test_an_operator_is_helped_by_who_has_just_logged_in(desk: Desk) -> None:
    token = await became_operator(desk)
    root = (await desk.who(token)).user
    desk.clock.advance(HOUR / 2)
    await guess(desk, 10, name="root")
    with pytest.raises(FreshLoginRequired):
        await reset(desk, await at_work(desk, token), root.id)
    assert await guess(desk, 1, name="root") == [WAIT]


async def test_nobody_cannot_be_helped(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    with pytest.raises(NoSuchUser):
        await reset(desk, by, NOBODY)
