"""Let somebody try again at once."""

from dataclasses import dataclass

from application.steps.open_account import OpenAccount
from domain.events import Event, EventKind
from domain.operator import Operator
from domain.ports import Clock, Pseudonyms
from domain.session import Caller
from domain.throttle import ThrottlePolicy
from domain.user import Username


@dataclass(frozen=True, slots=True)
class ResetThrottle:
    """Forget what is counted against this account, and say how many counts there were. Limits of
    whole networks stay, so that somebody there may still have to wait.

    It is on record, unless there was nothing to forget. `by` is `None` at the command line. Raises
    `NoSuchUser`, `PersonRequired`, `FreshLoginRequired`, `NotSignedIn`, `NotAnOperator`,
    `Unavailable`.
    """

    open_account: OpenAccount
    clock: Clock
    pseudonyms: Pseudonyms
    throttle_policy: ThrottlePolicy

    async def __call__(
        self, *, user: int | Username, caller: Caller, by: Operator | None = None
    ) -> int:
        async with self.open_account(by, user) as opened:
            work, found = opened.work, opened.user
            pseudonym = self.pseudonyms.of(found.username)
            forgotten = await work.counts.forget(self.throttle_policy.of_account(pseudonym, found))
            if forgotten:
                now, kind = self.clock.now(), EventKind.THROTTLE_RESET
                details = {"waits": forgotten}
                await work.events.append(
                    Event(kind, now, found.id, caller, details, actor_id=opened.actor_id)
                )
        return forgotten
