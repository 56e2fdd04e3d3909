"""Take an invitation back."""

from dataclasses import dataclass, replace

from application.steps.operator_transactions import OperatorTransactions
from domain.errors import NoSuchInvitation
from domain.events import Event, EventKind
from domain.invitation import Invitation
from domain.operator import Operator
from domain.ports import Clock
from domain.session import Caller


@dataclass(frozen=True, slots=True)
class RevokeInvitation:
    """Let nobody sign up with this invitation any more; who has, stays. Whoever made it. Once more
    changes nothing. `by` is `None` at the command line.

    Raises `NoSuchInvitation`, `NotSignedIn`, `NotAnOperator`, `Unavailable`.
    """

    transactions: OperatorTransactions
    clock: Clock

    async def __call__(
        self, *, invitation_id: int, caller: Caller, by: Operator | None = None
    ) -> Invitation:
        async with self.transactions(by) as work:
            now = self.clock.now()
            before = await work.invitations.revoke(invitation_id, now)
            if before is None:
                raise NoSuchInvitation
            if before.revoked_at is not None:
                return before
            actor = by.user.id if by else None
            details = {"invitation": invitation_id}
            revoked = Event(EventKind.INVITATION_REVOKED, now, actor, caller, details, actor)
            await work.events.append(revoked)
            return replace(before, revoked_at=now)
