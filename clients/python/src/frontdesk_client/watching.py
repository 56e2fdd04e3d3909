"""What operators see of requests and of the service itself."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from frontdesk_client.calls import Call, given
from frontdesk_client.models import Count, Forgotten, Page, Tail

_LOGS = "/api/ops/logs"
Facts = dict[str, Any]


def requests(
    *,
    filters: Sequence[str] = (),
    columns: str | None = None,
    sort: str | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Call[Page]:
    """A page of the request log, newest first; a filter is as "status:ge:500"."""
    query = given(columns=columns, sort=sort, after=after, limit=limit) | {"filter": list(filters)}
    return Call("GET", _LOGS, Page, query=query)


def request_record(record_id: int) -> Call[Facts]:
    """All of one record."""
    return Call("GET", f"{_LOGS}/{record_id}", Facts)


def tail_requests(
    *,
    filters: Sequence[str] = (),
    after: str | None = None,
    limit: int = 100,
    wait: float | None = None,
) -> Call[Tail]:
    """Records since the `next` of the answer before."""
    query = given(after=after, limit=limit, wait=wait) | {"filter": list(filters)}
    return Call("GET", f"{_LOGS}/tail", Tail, query=query)


def count_requests(*, filters: Sequence[str] = ()) -> Call[Count]:
    """How many records fit."""
    return Call("GET", f"{_LOGS}/count", Count, query={"filter": list(filters)})


def request_values(
    column: str, *, filters: Sequence[str] = (), limit: int | None = None
) -> Call[list[Facts]]:
    """The most frequent values of a column of the records."""
    query = given(limit=limit) | {"filter": list(filters)}
    return Call("GET", f"{_LOGS}/values/{quote(column, safe='')}", list[Facts], query=query)


def endpoints(*, filters: Sequence[str] = (), limit: int | None = None) -> Call[list[Facts]]:
    """How each endpoint went: counts, shares and durations."""
    query = given(limit=limit) | {"filter": list(filters)}
    return Call("GET", f"{_LOGS}/endpoints", list[Facts], query=query)


def histogram(
    *, since: str, until: str, step: int, filters: Sequence[str] = ()
) -> Call[list[Facts]]:
    """How many requests in each step of so many seconds."""
    query = {"since": since, "until": until, "step": step, "filter": list(filters)}
    return Call("GET", f"{_LOGS}/histogram", list[Facts], query=query)


def forget_requests(filters: Sequence[str]) -> Call[Forgotten]:
    """Remove the records that fit."""
    return Call("DELETE", _LOGS, Forgotten, query={"filter": list(filters)})


def metrics(*, node: str | None = None) -> Call[Facts]:
    """The figures of the last minutes."""
    return Call("GET", "/api/ops/metrics", Facts, query=given(node=node))


def metrics_history(
    *, step: str, since: str, until: str, node: str | None = None
) -> Call[list[Facts]]:
    """The figures of a span of time."""
    query = given(step=step, since=since, until=until, node=node)
    return Call("GET", "/api/ops/metrics/history", list[Facts], query=query)


def nodes() -> Call[list[Facts]]:
    """Which nodes there are, and how they are."""
    return Call("GET", "/api/ops/nodes", list[Facts])
