"""Who may not sign up is told so before anything is looked up or hashed."""

import pytest

from domain.errors import SignUpClosed
from domain.invitation import SignUpMode
from domain.operator import Scope
from domain.secrets import InvitationCode
from tests.examples import DAY, LAPTOP
from tests.unit.conftest import Desk
from tests.unit.invitations import invited
from tests.unit.operators import became_operator, key_of, with_key

MADE_UP = InvitationCode("x" * 43).text


async def test_where_sign_up_is_open_no_invitation_is_needed(desk: Desk) -> None:
    assert await desk.signed_up("ada")


async def test_where_it_is_closed_nobody_signs_up(desk: Desk) -> None:
    desk.sign_up = SignUpMode.CLOSED
    issued = await invited(desk)
    for invitation in (None, issued.code.text):
        with pytest.raises(SignUpClosed, match="Nobody"):
            await desk.signed_up("ada", invitation=invitation)
    assert desk.hasher.work == 0
    assert desk.store.begun == 1, "for the invitation"


@pytest.mark.parametrize("name", ["taken", "free", "", "admin"])
async def test_a_name_is_not_looked_at_without_an_invitation(desk: Desk, name: str) -> None:
    await desk.signed_up("taken")
    desk.sign_up, work = SignUpMode.INVITED, desk.hasher.work
    with pytest.raises(SignUpClosed, match="You need a valid invitation"):
        await desk.signed_up(name)
    assert desk.hasher.work == work


@pytest.mark.parametrize("name", ["admin", "", "free"])
async def test_one_of_a_key_that_has_expired_is_refused_before_the_name_is_looked_at(
    desk: Desk, name: str
) -> None:
    key, _ = await key_of(desk, await became_operator(desk), Scope.DATA_CREATE)
    issued = await invited(desk, await with_key(desk, key, Scope.DATA_CREATE))
    desk.clock.advance(DAY)
    work = desk.hasher.work
    with pytest.raises(SignUpClosed):
        await desk.signed_up(name, invitation=issued.code.text)
    assert desk.hasher.work == work


@pytest.mark.parametrize("mode", [SignUpMode.INVITED, SignUpMode.OPEN])
async def test_whatever_is_wrong_with_an_invitation_the_answer_is_the_same(
    desk: Desk, mode: SignUpMode
) -> None:
    used, revoked, expired = [await invited(desk) for _ in range(3)]
    await desk.signed_up("first", invitation=used.code.text)
    await desk.use_cases.revoke_invitation(invitation_id=revoked.invitation.id, caller=LAPTOP)
    desk.clock.advance(7 * DAY)
    desk.sign_up, work = mode, desk.hasher.work
    told = set()
    for code in (
        used.code.text,
        revoked.code.text,
        expired.code.text,
        MADE_UP,
        "",
        "no code",
        used.code.value,
    ):
        with pytest.raises(SignUpClosed) as refused:
            await desk.signed_up("second", invitation=code)
        told.add(str(refused.value))
    assert len(told) == 1
    assert desk.hasher.work == work
