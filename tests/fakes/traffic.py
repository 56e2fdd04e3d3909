"""Records of requests, in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from application.operations.queries import (
    Comparison,
    Condition,
    Count,
    Page,
    Row,
    Table,
    Tail,
    Value,
)
from domain.account import RequestsPage
from domain.errors import InvalidQuery, NoSuchRow
from domain.user import User

COLUMNS = frozenset({"id", "path", "status"})


@dataclass
class FakeTables:
    """Fits `Tables`, as far as a table of requests is asked for, whose values are all their ids.
    `arriving` puts another row there
    with every look, as under traffic.
    """

    ids: list[int] = field(default_factory=list)
    arriving: bool = False

    async def page(
        self,
        table: str,
        conditions: Sequence[Condition] = (),
        *,
        columns: Sequence[str] = (),
        sort: str | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> Page:
        asked = {*columns, *(each.column for each in conditions), (sort or "-id").lstrip("-")}
        if table != "requests" or not asked <= COLUMNS:
            raise InvalidQuery(f"{table} {asked}")
        most = [int(each.value) for each in conditions if each.comparison is Comparison.LE]
        least = [int(each.value) for each in conditions if each.comparison is Comparison.GT]
        found = [each for each in self.ids if all(each <= bound for bound in most)]
        found = [each for each in found if all(each > bound for bound in least)]
        if self.arriving:
            self.ids.append(self.ids[-1] + 1)
        falling = (sort or "-").startswith("-")
        found.sort(reverse=falling)
        if after is not None:
            found = [
                each for each in found if (each < int(after)) == falling and each != int(after)
            ]
        following = str(found[limit - 1]) if len(found) > limit else None
        rows = [dict.fromkeys(columns or COLUMNS, each) for each in found[:limit]]
        return Page(rows, following)

    async def tables(self) -> list[Table]:
        return []

    async def row(self, table: str, key: str) -> Row:
        raise NoSuchRow

    async def count(
        self, table: str, conditions: Sequence[Condition] = (), *, exact: bool = False
    ) -> Count:
        return Count(len(self.ids), exact=True)

    async def values(
        self, table: str, column: str, conditions: Sequence[Condition] = (), *, limit: int = 50
    ) -> list[tuple[Value, int]]:
        return []


@dataclass
class FakeRequestTail:
    """Fits `RequestTail`: these are the ids that there are, and a `next` is the last one seen."""

    ids: list[int] = field(default_factory=list)

    async def begin(self) -> str:
        return str(max([0, *self.ids]))

    async def follow(
        self, after: str, conditions: Sequence[Condition], *, columns: Sequence[str], limit: int
    ) -> Tail:
        newer = [each for each in self.ids if each > int(after)][:limit]
        return Tail([{"id": each} for each in newer], str(max([int(after), *newer])))


@dataclass
class FakeRequestLog:
    """Fits `RequestLog`: the user of each record by its id, and `None` where it is blank. What is
    removed here is no longer in `tables`.
    """

    users: dict[int, int | None] = field(default_factory=dict)
    lost: int = 0
    asked: list[int] = field(default_factory=list)
    tables: FakeTables | None = None

    async def forget(self, ids: Sequence[int]) -> int:
        if self.tables:
            self.tables.ids = [each for each in self.tables.ids if each not in ids]
        return len([self.users.pop(each) for each in ids if each in self.users])

    async def users_on_record(self, *, after: int, at_most: int) -> list[int]:
        found = sorted({each for each in self.users.values() if each and each > after})
        self.asked.append(after)
        return found[:at_most]

    async def blank(self, user_ids: Sequence[int]) -> int:
        doomed = [id_ for id_, user in self.users.items() if user in user_ids]
        self.users |= dict.fromkeys(doomed)
        return len(doomed)


@dataclass
class FakeRequestHistory:
    """Fits `RequestHistory`: these are everybody's, and `following` is how many were given."""

    requests: Sequence[Mapping[str, object]]

    async def page(self, user: User, *, after: str | None, limit: int) -> RequestsPage:
        end = int(after or 0) + limit
        following = str(end) if end < len(self.requests) else None
        return RequestsPage(self.requests[end - limit : end], following)
