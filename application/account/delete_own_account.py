"""Leave for good."""

from dataclasses import dataclass

from application.steps.confirm_owner import ConfirmOwner
from application.steps.erase_account import EraseAccount
from domain.account import Receipt
from domain.errors import NotSignedIn
from domain.ports import UnitOfWorkFactory
from domain.secrets import SessionToken
from domain.session import Caller, SignedIn


@dataclass(frozen=True, slots=True)
class DeleteOwnAccount:
    """Delete the caller's account, sessions, and personal data in events.

    Raises `InvalidCredentials`, `FreshLoginRequired`, `TooManyAttempts`, `NotSignedIn`,
    `LastOperator`, `Unavailable`.
    """

    begin: UnitOfWorkFactory
    confirm_owner: ConfirmOwner
    erase_account: EraseAccount

    async def __call__(
        self,
        *,
        signed_in: SignedIn,
        presented: SessionToken,
        caller: Caller,
        current_password: str | None,
    ) -> Receipt:
        await self.confirm_owner(signed_in, current_password, caller=caller)
        async with self.begin(caller.client(user_id=signed_in.user.id)) as work:
            current = await work.sessions.find(presented.digest)
            if current is None:
                raise NotSignedIn
            return await self.erase_account(work, current.user, caller=caller)
