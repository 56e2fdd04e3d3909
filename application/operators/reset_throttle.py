"""Let somebody try again at once."""

from dataclasses import dataclass

from application.steps.open_account import OpenAccount
from domain.events import Event, EventKind
from domain.operator import Operator
from domain.ports import Clock, Pseudonyms
from domain.session import Caller
from domain.throttle import ThrottlePolicy


@dataclass(frozen=True, slots=True)
class ResetThrottle:
    """Forget what is counted against this account, and say how many counts there were. Limits of
    whole networks stay, so that somebody there may still have to wait.

    It is on record, unless there was nothing to forget. Raises `NoSuchUser`, `PersonRequired`,
    `FreshLoginRequired`, `NotSignedIn`, `NotAnOperator`, `Unavailable`.
    """

    open_account: OpenAccount
    clock: Clock
    pseudonyms: Pseudonyms
    throttle_policy: ThrottlePolicy

    async def __call__(self, *, by: Operator, user_id: int, caller: Caller) -> int:
        async with self.open_account(by, user_id) as opened:
            work, user = opened.work, opened.user
            pseudonym = self.pseudonyms.of(user.username)
            forgotten = await work.counts.forget(self.throttle_policy.of_account(pseudonym, user))
            if forgotten:
                now, kind = self.clock.now(), EventKind.THROTTLE_RESET
                details = {"waits": forgotten}
                await work.events.append(
                    Event(kind, now, user.id, caller, details, actor_id=opened.actor_id)
                )
        return forgotten
