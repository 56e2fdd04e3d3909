"""Invitations, made and used."""

from domain.invitation import IssuedInvitation, IssuedOperatorInvitation
from domain.operator import Operator
from tests.examples import DAY, LAPTOP
from tests.unit.conftest import Desk


async def invited(
    desk: Desk, by: Operator | None = None, *roles: str, uses: int = 1, note: str = ""
) -> IssuedInvitation:
    return await desk.use_cases.create_invitation(
        by=by, note=note, roles=roles, uses=uses, lifetime=7 * DAY, caller=LAPTOP
    )


async def operator_invited(
    desk: Desk, by: Operator | None = None, *, note: str = ""
) -> IssuedOperatorInvitation:
    return await desk.use_cases.invite_operator(by=by, note=note, caller=LAPTOP)
