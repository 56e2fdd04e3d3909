"""Codes answer for who issued them."""

from application.steps.check_issuer import CheckIssuer
from domain.operator import Issuer, Scope
from domain.user import Username
from tests.examples import DAY, LAPTOP
from tests.unit.conftest import Desk
from tests.unit.operators import at_work, became_operator, key_of

NOBODY = 4711


async def could_issue(desk: Desk, issuer: Issuer) -> bool:
    async with desk.store.begin() as work:
        return await CheckIssuer(desk.clock)(work, issuer)


async def test_an_operator_could_and_nobody_else(desk: Desk) -> None:
    root = (await at_work(desk, await became_operator(desk))).issuer
    ada = (await desk.signed_up("ada")).user
    assert await could_issue(desk, root)
    assert not await could_issue(desk, Issuer(root.user_id, root.auth_version + 1))
    assert not await could_issue(desk, Issuer(ada.id, ada.auth_version))
    assert not await could_issue(desk, Issuer(NOBODY, 1))


async def test_who_was_disabled_could_not(desk: Desk) -> None:
    root = (await at_work(desk, await became_operator(desk))).issuer
    await became_operator(desk, "second")
    await desk.use_cases.disable_user(user=Username("root"), caller=LAPTOP)
    assert not await could_issue(desk, root)


async def test_a_program_could_until_its_key_expires(desk: Desk) -> None:
    token = await became_operator(desk)
    _, key_id = await key_of(desk, token, Scope.DATA_CREATE)
    root = (await at_work(desk, token)).issuer
    program = Issuer(root.user_id, root.auth_version, key_id)
    assert await could_issue(desk, program)
    assert not await could_issue(desk, Issuer(root.user_id, root.auth_version, NOBODY))
    desk.clock.advance(DAY)
    assert not await could_issue(desk, program)
