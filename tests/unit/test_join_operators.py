"""Who is invited becomes an operator, once."""

from collections.abc import Awaitable, Callable

import pytest

from domain.account import Usage
from domain.errors import InvalidCode, InvalidPassword, InvalidUsername, UsernameTaken
from domain.events import EventKind
from domain.secrets import OperatorCode
from domain.session import Admission
from domain.user import Username
from tests.examples import DAY, LAPTOP, NOON, PASSWORD, PHONE
from tests.unit.conftest import Desk
from tests.unit.invitations import invited, operator_invited
from tests.unit.operators import at_work, became_operator


async def join(
    desk: Desk, code: OperatorCode | None, username: str = "grace", password: str = PASSWORD
) -> Admission:
    return await desk.use_cases.join_operators(
        code=code, username=username, password=password, caller=PHONE, presented=None
    )


async def test_the_link_makes_one_operator_who_is_logged_in(desk: Desk) -> None:
    root = await at_work(desk, await became_operator(desk))
    issued = await operator_invited(desk, root)
    admission = await join(desk, issued.code, "admin")
    user = admission.user
    assert user.is_operator
    assert (await at_work(desk, admission.token)).user == user
    assert await desk.store.history.usage(user.id) == Usage(PHONE.address, NOON, PHONE.address)
    kinds = [EventKind.SIGNED_UP, EventKind.INVITATION_USED, EventKind.OPERATOR_MADE]
    happened = desk.happened()[-3:]
    assert [(each.kind, each.user_id, each.caller) for each in happened] == [
        (kind, user.id, PHONE) for kind in kinds
    ]
    assert happened[-1].details == {"invitation": issued.invitation.id}
    with pytest.raises(InvalidCode):
        await join(desk, issued.code, "second")


async def test_the_link_of_the_first_operator_ends_with_it(desk: Desk) -> None:
    await desk.use_cases.offer_set_up()
    await join(desk, (await operator_invited(desk)).code)
    assert desk.store.state.stored_codes == {}


async def expire(desk: Desk) -> None:
    desk.clock.advance(DAY)


async def dismiss(desk: Desk) -> None:
    await became_operator(desk, "other")
    await desk.use_cases.demote_operator(user=Username("root"), caller=LAPTOP)


async def revoke(desk: Desk) -> None:
    await desk.use_cases.revoke_invitation(by=None, invitation_id=1, caller=LAPTOP)


@pytest.mark.parametrize("void", [expire, dismiss, revoke])
async def test_a_link_that_does_not_count_any_more(
    desk: Desk, void: Callable[[Desk], Awaitable[None]]
) -> None:
    root = await at_work(desk, await became_operator(desk))
    issued = await operator_invited(desk, root)
    await void(desk)
    with pytest.raises(InvalidCode):
        await join(desk, issued.code)
    assert "grace" not in str(desk.store.state.users)


async def test_nothing_is_hashed_for_what_is_no_such_invitation(desk: Desk) -> None:
    ordinary = (await invited(desk)).code
    before = desk.hasher.work
    for code in (None, OperatorCode("x" * 43), OperatorCode(ordinary.value)):
        with pytest.raises(InvalidCode):
            await join(desk, code)
    assert desk.hasher.work == before
    assert (await desk.signed_up("ada", invitation=ordinary.text)).user, "it is not used"


async def test_bad_input_leaves_the_link_as_it_is(desk: Desk) -> None:
    issued = await operator_invited(desk)
    await desk.signed_up("taken")
    for username, password, refusal in (
        ("", PASSWORD, InvalidUsername),
        ("grace", "short", InvalidPassword),
        ("taken", PASSWORD, UsernameTaken),
    ):
        with pytest.raises(refusal):
            await join(desk, issued.code, username, password)
    assert (await join(desk, issued.code)).user.is_operator
