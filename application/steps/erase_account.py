"""Erase an account within a unit of work."""

from dataclasses import dataclass

from domain.account import Receipt
from domain.errors import LastOperator
from domain.events import Event, EventKind
from domain.names import HELD_AT_MOST, NamePolicy
from domain.ports import Clock, UnitOfWork
from domain.session import Caller
from domain.user import User

_NOWHERE = Caller("", "")


@dataclass(frozen=True, slots=True)
class EraseAccount:
    """Remove an account, its sessions, access tokens and codes, and personal data in its events.

    The name is held for some time, the id is never used again. That the account of this id was
    deleted stays on record: by its owner (`actor_id` is `None`) without from where; by an operator
    with it.
    Raises `LastOperator`, `Unavailable`.
    """

    names: NamePolicy
    clock: Clock

    async def __call__(
        self, work: UnitOfWork, user: User, *, caller: Caller, actor_id: int | None = None
    ) -> Receipt:
        if user.is_operator and not await work.users.has_other_operator(user.id):
            raise LastOperator
        now, by_owner = self.clock.now(), actor_id in (None, user.id)
        sessions = await work.sessions.end_all(user.id)
        # First the account: whoever writes an event about it meanwhile is waited for.
        await work.users.delete(user.id)
        # For nobody: its id is not used again.
        until = now + self.names.held_for
        looks = self.names.looks(user.username)
        await work.names.hold(user.id, given_up=looks, until=until, at_most=HELD_AT_MOST)
        events = await work.events.erase_personal(user.id)
        where = _NOWHERE if by_owner else caller
        deleted = Event(EventKind.ACCOUNT_DELETED, now, user.id, where, actor_id=actor_id)
        await work.events.append(deleted)
        return Receipt(now, user, sessions, events)
