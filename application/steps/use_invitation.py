"""Use an invitation within a unit of work."""

from dataclasses import dataclass

from application.steps.check_issuer import CheckIssuer
from domain.errors import SignUpClosed
from domain.invitation import Invitation
from domain.ports import Clock, UnitOfWork
from domain.secrets import InvitationCode, OperatorCode


@dataclass(frozen=True, slots=True)
class UseInvitation:
    """Count one use of an invitation that is open, and say what it gives. Who made it must be able
    to make it still. Those for operators are for nobody else. Raises `SignUpClosed`, `Unavailable`.
    """

    clock: Clock
    check_issuer: CheckIssuer

    async def __call__(
        self, work: UnitOfWork, code: InvitationCode | OperatorCode, *, for_operator: bool = False
    ) -> Invitation:
        used = await work.invitations.use(code.digest, self.clock.now())
        if used is None or used.is_for_operator is not for_operator:
            raise SignUpClosed
        if used.issuer and not await self.check_issuer(work, used.issuer):
            raise SignUpClosed
        return used
