"""What is on record of one user's requests."""

from dataclasses import dataclass

from application.operations.queries import Comparison, Condition, Row, Tables
from domain.account import RequestsPage
from domain.user import User

_TABLE = "requests"
_LOG_IN = "/api/user/login"
_NOTHING_SENT: Row = {
    "path": _LOG_IN,
    "query": "",
    "user_agent": "",
    "request_id": "",
    "trace_id": "",
    "request_headers": {},
    "request_body": None,
    "response_headers": {},
}
_COLUMNS = (
    "time",
    "request_id",
    "trace_id",
    "method",
    "route",
    "path",
    "query",
    "status",
    "problem",
    "duration_ms",
    "address",
    "user_agent",
    "request_headers",
    "request_body",
    "response_headers",
)


@dataclass(frozen=True, slots=True)
class RecordedRequests:
    """Fits `domain.account.RequestHistory`."""

    tables: Tables

    async def page(self, user: User, *, after: str | None, limit: int) -> RequestsPage:
        # The records may be older than the accounts, if a backup was restored, and ids come again.
        own = [
            Condition("user_id", Comparison.EQ, str(user.id)),
            Condition("time", Comparison.GE, user.signup_time.isoformat()),
        ]
        page = await self.tables.page(_TABLE, own, columns=_COLUMNS, after=after, limit=limit)
        return RequestsPage([_own(row) for row in page.rows], page.following)


def _own(row: Row) -> Row:
    """A refused login was perhaps a stranger's: what they sent is not the owner's to see, beyond
    the address, which the event of it tells.
    """
    is_refused_login = row["route"] == _LOG_IN and row["problem"] != ""
    return {**row, **_NOTHING_SENT} if is_refused_login else row
