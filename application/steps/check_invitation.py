"""Find out whether somebody may sign up, before anything slow."""

from dataclasses import dataclass

from application.steps.check_issuer import CheckIssuer
from domain.errors import SignUpClosed
from domain.invitation import Invitation, SignUpMode
from domain.network import Client
from domain.ports import Clock, Lookup, UnitOfWorkFactory
from domain.secrets import InvitationCode


@dataclass(frozen=True, slots=True)
class CheckInvitation:
    """Say which invitation is to be used, if one is given; `code` is `None` for what cannot be one.

    One that was never made, is used up, expired, revoked, or made by somebody who could not make it
    any more, is refused in one way, also where everybody may sign up: it may have brought roles.
    Raises `SignUpClosed`, `Unavailable`.
    """

    begin: UnitOfWorkFactory
    lookup: Lookup
    clock: Clock
    check_issuer: CheckIssuer
    mode: SignUpMode

    async def __call__(
        self, code: InvitationCode | None, *, is_given: bool, client: Client
    ) -> Invitation | None:
        if self.mode is SignUpMode.CLOSED:
            raise SignUpClosed("Nobody can sign up here; ask an operator for an account.")
        if self.mode is SignUpMode.OPEN and not is_given:
            return None
        found = await self.lookup.invitation(code.digest) if code else None
        is_open = found is not None and found.is_open(self.clock.now())
        if found is None or not is_open or found.is_for_operator:
            raise SignUpClosed
        if found.issuer:
            async with self.begin(client, accounts=[found.issuer.user_id]) as work:
                if not await self.check_issuer(work, found.issuer):
                    raise SignUpClosed
        return found
