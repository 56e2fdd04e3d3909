"""Records of requests, in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class FakeRequestLog:
    """Fits `RequestLog`: the user of each record by its id, and `None` where it is blank."""

    users: dict[int, int | None] = field(default_factory=dict)
    lost: int = 0
    asked: list[int] = field(default_factory=list)

    async def forget(self, ids: Sequence[int]) -> int:
        return len([self.users.pop(each) for each in ids if each in self.users])

    async def users_on_record(self, *, after: int, at_most: int) -> list[int]:
        found = sorted({each for each in self.users.values() if each and each > after})
        self.asked.append(after)
        return found[:at_most]

    async def blank(self, user_ids: Sequence[int]) -> int:
        doomed = [id_ for id_, user in self.users.items() if user in user_ids]
        self.users |= dict.fromkeys(doomed)
        return len(doomed)
