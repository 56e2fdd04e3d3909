"""Invite somebody to be an operator."""

from dataclasses import dataclass
from datetime import timedelta

from application.steps.operator_transactions import OperatorTransactions
from domain.events import Details, Event, EventKind
from domain.invitation import IssuedOperatorInvitation, parse_note
from domain.operator import Operator
from domain.ports import Clock
from domain.secrets import OperatorCode, Secrets
from domain.session import Caller


@dataclass(frozen=True, slots=True)
class InviteOperator:
    """Make an invitation with which one person can create an operator's account within `lifetime`.
    That takes an operator in person, moments after a login, as promoting does; it counts only while
    this operator could still make it. `by` is `None` at the command line.

    Raises `InvalidNote`, `PersonRequired`, `FreshLoginRequired`, `NotSignedIn`, `NotAnOperator`,
    `Unavailable`.
    """

    transactions: OperatorTransactions
    clock: Clock
    secrets: Secrets
    lifetime: timedelta = timedelta(hours=24)

    async def __call__(
        self, *, note: str, caller: Caller, by: Operator | None = None
    ) -> IssuedOperatorInvitation:
        parsed_note = parse_note(note)
        if by:
            by.demand_person()
        code, now = self.secrets.new(OperatorCode), self.clock.now()
        async with self.transactions(by) as work:
            invitation = await work.invitations.add(
                code.digest,
                note=parsed_note,
                roles=(),
                uses=1,
                at=now,
                expires_at=now + self.lifetime,
                issuer=by.issuer if by else None,
                is_for_operator=True,
            )
            actor = by.user.id if by else None
            details: Details = {"invitation": invitation.id, "uses": 1, "for": "operator"}
            invited = Event(EventKind.INVITATION_CREATED, now, actor, caller, details, actor)
            await work.events.append(invited)
        return IssuedOperatorInvitation(code, invitation)
