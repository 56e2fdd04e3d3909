"""An invitation can be taken back, once."""

import pytest

from domain.errors import NoSuchInvitation, NotSignedIn, SignUpClosed
from tests.examples import DAY, LAPTOP, NOON
from tests.unit.conftest import Desk
from tests.unit.invitations import invited
from tests.unit.operators import NOBODY, at_work, became_operator


async def test_nobody_can_use_it_any_more_and_who_has_stays(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    issued = await invited(desk, by, uses=2)
    ada = await desk.signed_up("ada", invitation=issued.code.text)
    revoke = desk.use_cases.revoke_invitation
    revoked = await revoke(by=by, invitation_id=issued.invitation.id, caller=LAPTOP)
    assert (revoked.used, revoked.revoked_at) == (1, NOON)
    with pytest.raises(SignUpClosed):
        await desk.signed_up("bob", invitation=issued.code.text)
    assert await desk.who(ada.token)
    event = desk.happened()[-1]
    assert (event.kind, event.details) == (
        "invitation_revoked",
        {"invitation": issued.invitation.id},
    )
    desk.clock.advance(DAY / 24)
    again = await revoke(invitation_id=issued.invitation.id, caller=LAPTOP)
    assert again == revoked
    assert desk.happened()[-1] == event, "nothing has happened"


async def test_one_that_is_not_there_cannot_be_taken_back(desk: Desk) -> None:
    with pytest.raises(NoSuchInvitation):
        await desk.use_cases.revoke_invitation(invitation_id=NOBODY, caller=LAPTOP)


async def test_who_is_no_longer_signed_in_takes_none_back(desk: Desk) -> None:
    token = await became_operator(desk)
    by = await at_work(desk, token)
    issued = await invited(desk, by)
    await desk.use_cases.log_out(presented=token, caller=LAPTOP)
    with pytest.raises(NotSignedIn):
        await desk.use_cases.revoke_invitation(
            by=by, invitation_id=issued.invitation.id, caller=LAPTOP
        )
    assert await desk.signed_up("ada", invitation=issued.code.text)
