"""Find out whether somebody may sign up, before anything slow."""

from dataclasses import dataclass

from domain.errors import SignUpClosed
from domain.invitation import Invitation, SignUpMode
from domain.ports import Clock, Lookup
from domain.secrets import InvitationCode


@dataclass(frozen=True, slots=True)
class CheckInvitation:
    """Say which invitation is to be used, if one is given; `code` is `None` for what cannot be one.

    One that was never made, is used up, expired or revoked is refused in one way, also where
    everybody may sign up: it may have brought roles. Raises `SignUpClosed`, `Unavailable`.
    """

    lookup: Lookup
    clock: Clock
    mode: SignUpMode

    async def __call__(self, code: InvitationCode | None, *, is_given: bool) -> Invitation | None:
        if self.mode is SignUpMode.CLOSED:
            raise SignUpClosed("Nobody can sign up here; ask an operator for an account.")
        if self.mode is SignUpMode.OPEN and not is_given:
            return None
        found = await self.lookup.invitation(code.digest) if code else None
        if found is None or not found.is_open(self.clock.now()):
            raise SignUpClosed
        return found
