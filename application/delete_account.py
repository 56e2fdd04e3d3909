"""Leave for good."""

from dataclasses import dataclass

from domain.account import Receipt
from domain.errors import LastOperator, NotSignedIn
from domain.events import Event, EventKind
from domain.ports import Begin, Clock
from domain.session import Origin, SessionToken, SignedIn
from domain.steps import ConfirmOwner

_NOWHERE = Origin("", "")


@dataclass(frozen=True, slots=True)
class DeleteAccount:
    """Delete the caller's account, sessions, and personal data in events.

    The name can be taken again, the id never. That an account was deleted stays on record, without
    a word about whose. Raises `InvalidCredentials`, `FreshLoginRequired`, `NotSignedIn`,
    `LastOperator`, `Unavailable`.
    """

    begin: Begin
    confirm_owner: ConfirmOwner
    clock: Clock

    async def __call__(
        self,
        *,
        signed_in: SignedIn,
        presented: SessionToken,
        origin: Origin,
        current_password: str | None,
    ) -> Receipt:
        await self.confirm_owner(signed_in, current_password, origin=origin)
        now, client = self.clock.now(), origin.client(user_id=signed_in.user.id)
        async with self.begin(client) as work:
            current = await work.sessions.find(presented.digest)
            if current is None:
                raise NotSignedIn
            user = current.user
            if user.is_operator and not await work.users.has_other_operator(user.id):
                raise LastOperator
            sessions = await work.sessions.end_all(user.id)
            events = await work.events.erase_personal(user.id)
            await work.users.delete(user.id)
            await work.events.append(Event(EventKind.ACCOUNT_DELETED, now, user.id, _NOWHERE))
        return Receipt(now, user, sessions, events)
