"""Figures from the records of requests."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter, SkipValidation
from msgspec import Meta, Struct

from adapters.http.operations.access import answers_operators, operators
from adapters.http.operations.queries import Filters, Limit, parse_filters
from adapters.http.problem_kinds import INVALID
from application.operations.request_statistics import Bar, Endpoint, RequestStatistics
from domain.errors import Busy, InvalidQuery, QueryTooSlow
from domain.operator import Scope

_QUERY = (InvalidQuery, QueryTooSlow, Busy)

Since = Annotated[datetime, QueryParameter(description="RFC 3339, with a time zone.")]
Until = Annotated[
    datetime | None, QueryParameter(description="RFC 3339, with a time zone; now, if left out.")
]
Step = Annotated[
    int, QueryParameter(ge=1, le=366 * 86_400, description="Seconds from one bar to the next.")
]


class BarView(Struct, frozen=True):
    """How many requests came in a span of time: answered with a status below 400, refused (from
    400), failed (from 500).
    """

    began: Annotated[datetime, Meta(description="Begin of the bar; RFC 3339, in UTC.")]
    answered: Annotated[int, Meta(description="Requests with status below 400.")]
    refused: Annotated[int, Meta(description="Requests with status 400 to 499.")]
    failed: Annotated[int, Meta(description="Requests with status 500 or more.")]

    @classmethod
    def of(cls, bar: Bar) -> "BarView":
        """As the API shows it."""
        return cls(bar.began, bar.answered, bar.refused, bar.failed)


class EndpointView(Struct, frozen=True):
    """How requests to one method and route went. `refused` and `failed` are numbers of requests;
    `route` is empty where there is no such path.
    """

    method: Annotated[str, Meta(description="HTTP method.")]
    route: Annotated[str, Meta(description="Path with names of parameters.")]
    requests: Annotated[int, Meta(description="All requests.")]
    refused: Annotated[int, Meta(description="Requests with status 400 to 499.")]
    failed: Annotated[int, Meta(description="Requests with status 500 or more.")]
    p50_ms: Annotated[float, Meta(description="Median duration in milliseconds.")]
    p99_ms: Annotated[float, Meta(description="99th percentile of the duration in milliseconds.")]
    slowest_ms: Annotated[float, Meta(description="Longest duration in milliseconds.")]

    @classmethod
    def of(cls, endpoint: Endpoint) -> "EndpointView":
        """As the API shows it."""
        return cls(*(getattr(endpoint, name) for name in cls.__struct_fields__))


class RequestStatisticsController(Controller):
    """The records counted, instead of listed."""

    path = "/api/ops/logs"
    tags = ("Operations: logs",)

    @get(
        "/histogram",
        operation_id="countRequestsOverTime",
        summary="Count logged requests over time",
        responses=answers_operators(*_QUERY, also=(INVALID,)),
        **operators(Scope.LOG_VIEW),
    )
    async def histogram(
        self,
        request_statistics: NamedDependency[SkipValidation[RequestStatistics]],
        since: Since,
        until: Until = None,
        step: Step = 60,
        filters: Filters = None,
    ) -> list[BarView]:
        """At most 500 bars, oldest first. A bar begins at a multiple of `step` in UTC. Bars without
        requests are left out.
        """
        bars = await request_statistics.histogram(
            parse_filters(filters),
            since=_aware(since),
            until=_aware(until or datetime.now(UTC)),
            step=timedelta(seconds=step),
        )
        return [BarView.of(bar) for bar in bars]

    @get(
        "/endpoints",
        operation_id="listEndpoints",
        summary="List endpoints with figures",
        responses=answers_operators(*_QUERY, also=(INVALID,)),
        **operators(Scope.LOG_VIEW),
    )
    async def endpoints(
        self,
        request_statistics: NamedDependency[SkipValidation[RequestStatistics]],
        filters: Filters = None,
        limit: Limit = 100,
    ) -> list[EndpointView]:
        """Requests, refusals, failures and durations of each method and route, most frequent first.
        Filter by `time`: the whole log may be too long to count.
        """
        found = await request_statistics.endpoints(parse_filters(filters), limit=limit)
        return [EndpointView.of(each) for each in found]


def _aware(instant: datetime) -> datetime:
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
