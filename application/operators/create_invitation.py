"""Let somebody sign up."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from application.steps.operator_transactions import OperatorTransactions
from domain.events import Details, Event, EventKind
from domain.invitation import IssuedInvitation, parse_note
from domain.labels import parse_roles
from domain.operator import Operator, Scope
from domain.ports import Clock
from domain.secrets import InvitationCode, Secrets
from domain.session import Caller


@dataclass(frozen=True, slots=True)
class CreateInvitation:
    """Make an invitation with which as many people as it has `uses` can sign up within `lifetime`,
    and get these roles. It counts only while this operator could still make it. `by` is `None` at
    the command line.

    Raises `InvalidNote`, `InvalidRoles`, `ScopeMissing` for roles that come from a program which
    may not set them, `NotSignedIn`, `NotAnOperator`, `Unavailable`.
    """

    transactions: OperatorTransactions
    clock: Clock
    secrets: Secrets

    async def __call__(
        self,
        *,
        note: str,
        roles: Iterable[str],
        uses: int,
        lifetime: timedelta,
        caller: Caller,
        by: Operator | None = None,
    ) -> IssuedInvitation:
        parsed_note, parsed_roles = parse_note(note), parse_roles(roles)
        if by and parsed_roles:
            by.demand(Scope.DATA_ROLES)
        code, now = self.secrets.new(InvitationCode), self.clock.now()
        async with self.transactions(by) as work:
            invitation = await work.invitations.add(
                code.digest,
                note=parsed_note,
                roles=parsed_roles,
                uses=uses,
                at=now,
                expires_at=now + lifetime,
                issuer=by.issuer if by else None,
            )
            actor = by.user.id if by else None
            details: Details = {
                "invitation": invitation.id,
                "uses": uses,
                **({"roles": ",".join(parsed_roles)} if parsed_roles else {}),
            }
            created = Event(EventKind.INVITATION_CREATED, now, actor, caller, details, actor)
            await work.events.append(created)
        return IssuedInvitation(code, invitation)
