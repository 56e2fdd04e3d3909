"""Do the same to many accounts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from application.steps.let_back_in import LetBackIn
from application.steps.open_account import OpenAccount, OpenedAccount
from application.steps.shut_out import ShutOut
from domain.batch import Change, ChangeRoles, Disable, Enable, EndSessions, Outcome
from domain.errors import (
    FreshLoginRequired,
    InvalidRoles,
    NoSuchUser,
    NotAnOperator,
    NotSignedIn,
    OperatorProtected,
    PersonRequired,
    Unavailable,
)
from domain.events import Details, Ending, Event, EventKind, sessions_ended
from domain.labels import parse_roles
from domain.operator import Operator, parse_reason
from domain.ports import Clock
from domain.session import Caller

_OF_ONE = (NoSuchUser, OperatorProtected, PersonRequired, FreshLoginRequired, InvalidRoles)


@dataclass(frozen=True, slots=True)
class ChangeUsers:
    """Change these accounts one after the other, each in a unit of work of its own, with an event
    for each, and say how each went. Operators, and so whoever asks, are left as they are. When the
    database does not answer, or whoever asks may do nothing any more, the rest is not tried.

    Raises `ScopeMissing`, `InvalidReason`, `InvalidRoles`; and `NotSignedIn`, `NotAnOperator`,
    `Unavailable`, if nothing was changed before. `NoSuchUser`, `OperatorProtected`,
    `PersonRequired`, `FreshLoginRequired`, and `InvalidRoles` for too many, are told of each.
    """

    open_account: OpenAccount
    shut_out: ShutOut
    let_back_in: LetBackIn
    clock: Clock

    async def __call__(
        self, *, by: Operator, user_ids: Sequence[int], change: Change, caller: Caller
    ) -> list[Outcome]:
        by.demand(change.scope)
        parsed, outcomes = _parsed(change), list[Outcome]()
        wanted = list(dict.fromkeys(user_ids))
        for number, user_id in enumerate(wanted):
            try:
                outcomes.append(await self._change(by, user_id, parsed, caller))
            except _OF_ONE as error:
                outcomes.append(Outcome(user_id, is_changed=False, error=error))
            except (NotSignedIn, NotAnOperator, Unavailable) as error:
                if not any(each.is_changed for each in outcomes):
                    raise
                rest = wanted[number:]
                return [*outcomes, *(Outcome(each, is_changed=False, error=error) for each in rest)]
        return outcomes

    async def _change(self, by: Operator, user_id: int, change: Change, caller: Caller) -> Outcome:
        async with self.open_account(by, user_id) as opened:
            if opened.user.is_operator:
                raise OperatorProtected
            match change:
                case Disable(reason):
                    is_changed = await self._disable(opened, caller, reason)
                case Enable():
                    is_changed = await self._enable(opened, caller)
                case EndSessions():
                    is_changed = await self._end_sessions(opened, caller)
                case ChangeRoles(add, remove):
                    is_changed = await self._change_roles(opened, caller, add, remove)
        return Outcome(user_id, is_changed)

    async def _disable(self, opened: OpenedAccount, caller: Caller, reason: str) -> bool:
        if opened.user.is_disabled:
            return False
        await self.shut_out(
            opened.work, opened.user, caller=caller, actor_id=opened.actor_id, reason=reason
        )
        return True

    async def _enable(self, opened: OpenedAccount, caller: Caller) -> bool:
        if not opened.user.is_disabled:
            return False
        await self.let_back_in(opened.work, opened.user, caller=caller, actor_id=opened.actor_id)
        return True

    async def _end_sessions(self, opened: OpenedAccount, caller: Caller) -> bool:
        now, user_id = self.clock.now(), opened.user.id
        ended = await opened.work.sessions.end_all(user_id)
        await opened.work.events.append(
            *sessions_ended(
                now, user_id, caller, count=ended, why=Ending.REVOKED, actor_id=opened.actor_id
            )
        )
        return bool(ended)

    async def _change_roles(
        self, opened: OpenedAccount, caller: Caller, add: Sequence[str], remove: Sequence[str]
    ) -> bool:
        user = opened.user
        roles = parse_roles((set(user.roles) | set(add)) - set(remove))
        if roles == user.roles:
            return False
        await opened.work.users.save(replace(user, roles=roles))
        now, actor, kind = self.clock.now(), opened.actor_id, EventKind.ROLES_CHANGED
        details: Details = {"from": ",".join(user.roles), "to": ",".join(roles)}
        await opened.work.events.append(Event(kind, now, user.id, caller, details, actor))
        return True


def _parsed(change: Change) -> Change:
    match change:
        case Disable(reason):
            return Disable(parse_reason(reason))
        case ChangeRoles(add, remove):
            return ChangeRoles(parse_roles(add), parse_roles(remove))
        case _:
            return change
