"""What was asked of the service, and how it answered."""

from functools import partial
from typing import Annotated

from litestar import Controller, Response, delete, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter, SkipValidation
from msgspec import Struct

from adapters.http.authentication import DemandSession
from adapters.http.operations.access import OperatorRequest, answers_operators, operators
from adapters.http.operations.csv_rows import CSV, encoded_csv
from adapters.http.operations.following import Wait, wait_for
from adapters.http.operations.queries import (
    After,
    Columns,
    CountView,
    Filters,
    Limit,
    Sort,
    ValueView,
    parse_columns,
    parse_filters,
)
from adapters.http.pipeline.client_address import caller_of
from adapters.http.problems import INVALID
from adapters.http.streaming import Streamed
from application.operations.export_rows import ExportRows
from application.operations.follow_requests import FollowRequests
from application.operations.forget_requests import ForgetRequests
from application.operations.queries import Page, Tables, Tail
from application.operations.requests import RequestLog
from domain.errors import (
    Busy,
    FreshLoginRequired,
    InvalidQuery,
    NoSuchRow,
    QueryTooSlow,
    StorageFull,
)
from domain.operator import Scope

_TABLE = "requests"
_BRIEF = (
    "id",
    "node",
    "worker",
    "time",
    "level",
    "method",
    "route",
    "path",
    "query",
    "status",
    "problem",
    "duration_ms",
    "user_id",
    "address",
    "user_agent",
    "request_id",
    "trace_id",
    "request_bytes",
    "response_bytes",
    "statements",
    "statements_ms",
)
_QUERY = (InvalidQuery, QueryTooSlow, Busy)

Seen = Annotated[
    str | None, QueryParameter(max_length=6_000, description="The `next` of the answer before.")
]


class RequestsView(Struct, frozen=True):
    """Some records. `next` asks for the page after, as `after`; it is `null` on the last. `lost` is
    how many this process could not keep.
    """

    rows: list[dict[str, object]]
    next: str | None
    lost: int

    @classmethod
    def of(cls, page: Page, lost: int) -> "RequestsView":
        """As the API shows it."""
        return cls([dict(row) for row in page.rows], page.following, lost)


class TailView(Struct, frozen=True):
    """Records since the last look, oldest first. Ask for those after `next`."""

    rows: list[dict[str, object]]
    next: str

    @classmethod
    def of(cls, tail: Tail) -> "TailView":
        """As the API shows it."""
        return cls([dict(row) for row in tail.rows], tail.next)


class Forgotten(Struct, frozen=True):
    """How many records were removed."""

    forgotten: int


class LogsController(Controller):
    """Every request that was answered, without its secrets, for some days."""

    path = "/api/ops/logs"
    tags = ("Operations: logs",)

    @get(
        operation_id="listRequests",
        summary="Requests and how they went",
        responses=answers_operators(*_QUERY, also=(INVALID,)),
        **operators(Scope.LOG_VIEW),
    )
    async def list_requests(
        self,
        *,
        requests: NamedDependency[SkipValidation[Tables]],
        request_log: NamedDependency[SkipValidation[RequestLog]],
        filters: Filters = None,
        columns: Columns = None,
        sort: Sort = None,
        after: After = None,
        limit: Limit = 50,
    ) -> RequestsView:
        """Newest first. A status class is two filters, as in `status:ge:400` and `status:lt:500`;
        slow ones are `duration_ms:ge:1000`. Headers, body and error are in the detail.
        """
        page = await requests.page(
            _TABLE,
            parse_filters(filters),
            columns=parse_columns(columns) or _BRIEF,
            sort=sort,
            after=after,
            limit=limit,
        )
        return RequestsView.of(page, request_log.lost)

    @get(
        "/rows.csv",
        operation_id="exportRequests",
        summary="Requests as CSV",
        media_type=CSV,
        responses=answers_operators(*_QUERY, also=(INVALID,)),
        **operators(Scope.LOG_VIEW),
    )
    async def export_requests(
        self,
        *,
        request: OperatorRequest,
        requests: NamedDependency[SkipValidation[Tables]],
        export_rows: NamedDependency[ExportRows],
        demand_session: NamedDependency[SkipValidation[DemandSession]],
        filters: Filters = None,
        columns: Columns = None,
        sort: Sort = None,
    ) -> Response[str]:
        """All of them, with the filters of the list, sent as they are read. What a spreadsheet
        would calculate has an apostrophe before it. If the connection closes before the end, ask
        again.
        """
        names = parse_columns(columns) or list(_BRIEF)
        pages = export_rows(
            requests,
            _TABLE,
            conditions=parse_filters(filters),
            columns=names,
            sort=sort,
            demand=partial(demand_session, request),
        )
        pieces = encoded_csv(pages, names)
        first = await anext(pieces)  # what is refused, is refused here
        return Streamed(first, pieces, filename="requests.csv", kind=CSV)

    @get(
        "/tail",
        operation_id="tailRequests",
        summary="Follow the requests",
        responses=answers_operators(*_QUERY, also=(INVALID,)),
        **operators(Scope.LOG_VIEW),
    )
    async def tail(
        self,
        follow_requests: NamedDependency[FollowRequests],
        filters: Filters = None,
        after: Seen = None,
        limit: Limit = 100,
        wait: Wait = 0,
    ) -> TailView:
        """Those that came since `next` of the answer before; without `after`, none, but where to
        begin. This call itself is not recorded.
        """
        return TailView.of(
            await follow_requests(
                conditions=parse_filters(filters),
                columns=_BRIEF,
                after=after,
                limit=limit,
                wait=partial(wait_for, seconds=wait),
            )
        )

    @get(
        "/count",
        operation_id="countRequests",
        summary="How many requests",
        responses=answers_operators(*_QUERY, also=(INVALID,)),
        **operators(Scope.LOG_VIEW),
    )
    async def count(
        self,
        requests: NamedDependency[SkipValidation[Tables]],
        filters: Filters = None,
    ) -> CountView:
        """Exactly up to 10,000, if there is a filter; about, if there is none."""
        return CountView.of(await requests.count(_TABLE, parse_filters(filters)))

    @get(
        "/values/{column:str}",
        operation_id="countRequestValues",
        summary="Requests by status, route, user, …",
        responses=answers_operators(*_QUERY, also=(INVALID,)),
        **operators(Scope.LOG_VIEW),
    )
    async def values(
        self,
        requests: NamedDependency[SkipValidation[Tables]],
        column: FromPath[str],
        filters: Filters = None,
        limit: Limit = 50,
    ) -> list[ValueView]:
        """The values of a column and how many requests have each, the most frequent first."""
        found = await requests.values(_TABLE, column, parse_filters(filters), limit=limit)
        return ValueView.all_of(found)

    @get(
        "/{id_:int}",
        operation_id="getRequest",
        summary="One request in full",
        responses=answers_operators(*_QUERY, NoSuchRow, also=(INVALID,)),
        **operators(Scope.LOG_VIEW),
    )
    async def get_request(
        self, requests: NamedDependency[SkipValidation[Tables]], id_: FromPath[int]
    ) -> dict[str, object]:
        """With headers and body, secrets masked, and where an error came from."""
        return dict(await requests.row(_TABLE, str(id_)))

    @delete(
        status_code=200,
        operation_id="forgetRequests",
        summary="Remove records",
        responses=answers_operators(*_QUERY, FreshLoginRequired, StorageFull, also=(INVALID,)),
        **operators(Scope.LOG_DELETE),
    )
    async def forget(
        self,
        request: OperatorRequest,
        forget_requests: NamedDependency[ForgetRequests],
        filters: Annotated[
            list[str], QueryParameter(name="filter", description="As in the list; at least one.")
        ],
    ) -> Forgotten:
        """All that fulfil the filters. It needs a fresh login, and is itself on record."""
        forgotten = await forget_requests(
            by=request.user, conditions=parse_filters(filters), caller=caller_of(request)
        )
        return Forgotten(forgotten)
