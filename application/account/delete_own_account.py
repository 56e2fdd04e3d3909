"""Leave for good."""

from dataclasses import dataclass

from application.steps.confirm_owner import ConfirmOwner
from application.steps.erase_account import EraseAccount
from domain.account import Receipt
from domain.errors import NotSignedIn
from domain.ports import Begin
from domain.secrets import SessionToken
from domain.session import Origin, SignedIn


@dataclass(frozen=True, slots=True)
class DeleteOwnAccount:
    """Delete the caller's account, sessions, and personal data in events.

    Raises `InvalidCredentials`, `FreshLoginRequired`, `TooManyAttempts`, `NotSignedIn`,
    `LastOperator`, `Unavailable`.
    """

    begin: Begin
    confirm_owner: ConfirmOwner
    erase_account: EraseAccount

    async def __call__(
        self,
        *,
        signed_in: SignedIn,
        presented: SessionToken,
        origin: Origin,
        current_password: str | None,
    ) -> Receipt:
        await self.confirm_owner(signed_in, current_password, origin=origin)
        async with self.begin(origin.client(user_id=signed_in.user.id)) as work:
            current = await work.sessions.find(presented.digest)
            if current is None:
                raise NotSignedIn
            return await self.erase_account(work, current.user, origin=origin)
