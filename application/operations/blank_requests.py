"""Keep nothing personal of those who have left."""

from dataclasses import dataclass

from application.operations.requests import RequestLog
from domain.history import AccountHistory


@dataclass(frozen=True, slots=True)
class BlankRequests:
    """Blank what is personal in the records of requests of accounts that are no more, and say in
    how many.

    Records are written some moments after the answer, by any process; so it looks at all that are
    there, not at who was deleted. Raises `Unavailable`.
    """

    history: AccountHistory
    log: RequestLog
    batch: int = 500

    async def __call__(self) -> int:
        blanked = after = 0
        while found := await self.log.users_on_record(after=after, at_most=self.batch):
            there = await self.history.existing(found)
            if gone := [user_id for user_id in found if user_id not in there]:
                blanked += await self.log.blank(gone)
            after = found[-1]
        return blanked
