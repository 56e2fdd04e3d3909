"""Remove records of requests."""

from collections.abc import Sequence
from dataclasses import dataclass

from application.operations.queries import Comparison, Condition, Tables
from application.operations.requests import RequestLog
from application.steps.operator_transactions import OperatorTransactions
from domain.events import Details, Event, EventKind
from domain.operator import Operator
from domain.ports import Clock
from domain.secrets import hide_secrets
from domain.session import Caller

_TABLE = "requests"
_BATCH = 500


@dataclass(frozen=True, slots=True)
class ForgetRequests:
    """Remove the records that fulfil the conditions, as far as they are there when it begins, and
    say how many. That it was done is on record before it is done.

    Raises `FreshLoginRequired`, `NotSignedIn`, `NotAnOperator`, `InvalidQuery`, `QueryTooSlow`,
    `Unavailable`.
    """

    transactions: OperatorTransactions
    clock: Clock
    records: Tables
    log: RequestLog

    async def __call__(
        self, *, by: Operator, conditions: Sequence[Condition], caller: Caller
    ) -> int:
        by.demand_fresh()
        newest = await self.records.page(_TABLE, conditions, columns=["id"], sort="-id", limit=1)
        if not newest.rows:
            return 0
        filter_ = " ".join(f"{each.column}:{each.comparison}:{each.value}" for each in conditions)
        details: Details = {"filter": hide_secrets(filter_)}
        now, actor = self.clock.now(), by.user.id
        async with self.transactions(by) as work:
            await work.events.append(
                Event(EventKind.REQUESTS_FORGOTTEN, now, None, caller, details, actor)
            )
        last = Condition("id", Comparison.LE, str(newest.rows[0]["id"]))
        forgotten = 0
        while True:
            page = await self.records.page(
                _TABLE, [*conditions, last], columns=["id"], sort="id", limit=_BATCH
            )
            if not page.rows:
                return forgotten
            forgotten += await self.log.forget([int(str(row["id"])) for row in page.rows])
