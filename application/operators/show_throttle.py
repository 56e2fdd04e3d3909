"""Show what holds somebody back."""

from dataclasses import dataclass

from domain.errors import NoSuchUser
from domain.history import AccountHistory
from domain.ports import Pseudonyms
from domain.throttle import Throttle, ThrottlePolicy, Waits

_AT_MOST = 100


@dataclass(frozen=True, slots=True)
class ShowThrottle:
    """What counts against this account now, and until when it has to wait: a hundred waits, the
    longest first, and how many more there are. Limits of whole networks are not in it. Nobody is
    told who asked. Raises `NoSuchUser`, `Unavailable`.
    """

    history: AccountHistory
    pseudonyms: Pseudonyms
    throttle: Throttle
    throttle_policy: ThrottlePolicy

    async def __call__(self, *, user_id: int) -> Waits:
        user = await self.history.user(user_id)
        if user is None:
            raise NoSuchUser
        counted = self.throttle_policy.of_account(self.pseudonyms.of(user.username), user)
        return await self.throttle.look(counted, at_most=_AT_MOST)
