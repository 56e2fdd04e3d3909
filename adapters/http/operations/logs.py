"""What was asked of the service, and how it answered."""

from functools import partial
from typing import Annotated

from litestar import Controller, Response, delete, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter, SkipValidation

from adapters.http.authentication import DemandSession
from adapters.http.operations.access import OperatorRequest, answers_operators, operators
from adapters.http.operations.csv_rows import CSV, encoded_csv
from adapters.http.operations.following import Wait, wait_for
from adapters.http.operations.log_views import Forgotten, LoggedRequest, RequestsView, TailView
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
from adapters.http.path_parameters import ColumnName, RequestId
from adapters.http.pipeline.client_address import caller_of
from adapters.http.problem_kinds import INVALID
from adapters.http.streaming import Streamed
from application.operations.export_rows import ExportRows
from application.operations.follow_requests import FollowRequests
from application.operations.forget_requests import ForgetRequests
from application.operations.queries import Tables
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


class LogsController(Controller):
    """Every request that was answered, without its secrets, for some days."""

    path = "/api/ops/logs"
    tags = ("Operations: logs",)

    @get(
        operation_id="listRequests",
        summary="List logged requests",
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
        """Newest first. Columns: `id`, `time`, `node`, `worker`, `level`, `method`, `route`,
        `path`, `query`, `status`, `problem`, `duration_ms`, `user_id`, `address`, `user_agent`,
        `request_id`, `trace_id`, `request_bytes`, `response_bytes`, `statements`, `statements_ms`.
        Filter a status class with `status:ge:400` and `status:lt:500`, slow requests with
        `duration_ms:ge:1000`. Headers, body and error are in the detail.
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
        summary="Export logged requests as CSV",
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
        """All requests that match the filters, streamed. Cells that a spreadsheet would evaluate
        begin with an apostrophe. If the connection closes before the end, ask again.
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
        summary="Follow logged requests",
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
        """Those since `next` of the answer before. Without `after` it returns none, and a `next` to
        begin from. This call itself is not logged.
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
        summary="Count logged requests",
        responses=answers_operators(*_QUERY, also=(INVALID,)),
        **operators(Scope.LOG_VIEW),
    )
    async def count(
        self,
        requests: NamedDependency[SkipValidation[Tables]],
        filters: Filters = None,
    ) -> CountView:
        """Exact up to 10,000 with a filter; an estimate without one."""
        return CountView.of(await requests.count(_TABLE, parse_filters(filters)))

    @get(
        "/values/{column:str}",
        operation_id="countRequestValues",
        summary="Count logged requests by a column",
        responses=answers_operators(*_QUERY, also=(INVALID,)),
        **operators(Scope.LOG_VIEW),
    )
    async def values(
        self,
        requests: NamedDependency[SkipValidation[Tables]],
        column: ColumnName,
        filters: Filters = None,
        limit: Limit = 50,
    ) -> list[ValueView]:
        """The values of the column with the number of requests of each, most frequent first."""
        found = await requests.values(_TABLE, column, parse_filters(filters), limit=limit)
        return ValueView.all_of(found)

    @get(
        "/{id_:int}",
        operation_id="getRequest",
        summary="Get a logged request",
        responses=answers_operators(*_QUERY, NoSuchRow, also=(INVALID,)),
        **operators(Scope.LOG_VIEW),
    )
    async def get_request(
        self, requests: NamedDependency[SkipValidation[Tables]], id_: RequestId
    ) -> LoggedRequest:
        """With headers and body, secrets masked, and the stack of an error."""
        return LoggedRequest.of(await requests.row(_TABLE, str(id_)))

    @delete(
        status_code=200,
        operation_id="forgetRequests",
        summary="Remove logged requests",
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
        """All that match the filters. A session needs a fresh login. The removal is itself an
        event.
        """
        forgotten = await forget_requests(
            by=request.user, conditions=parse_filters(filters), caller=caller_of(request)
        )
        return Forgotten(forgotten)
