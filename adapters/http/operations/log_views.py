"""How logged requests are shown."""

from datetime import datetime
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType, convert

from application.operations.queries import Page, Row, Tail


class LoggedRequest(Struct, frozen=True, omit_defaults=True):
    """A logged request, with the columns that were asked for. The last five are there if they are
    named in `columns`, and in the detail. Secrets are masked everywhere.
    """

    id: Annotated[int | UnsetType, Meta(description="Of the record.")] = UNSET
    time: Annotated[
        datetime | UnsetType, Meta(description="When it arrived; RFC 3339, in UTC.")
    ] = UNSET
    node: Annotated[str | UnsetType, Meta(description="Node that answered.")] = UNSET
    worker: Annotated[str | UnsetType, Meta(description="Process that answered.")] = UNSET
    level: Annotated[
        str | UnsetType,
        Meta(
            description="`info` (status up to 399), `warning` (400 to 499) or `error` (from 500)."
        ),
    ] = UNSET
    method: Annotated[str | UnsetType, Meta(description="HTTP method.", examples=["GET"])] = UNSET
    route: Annotated[
        str | UnsetType,
        Meta(
            description="Path of the operation, with its parameters by name; empty if there is"
            " none.",
            examples=["/api/ops/users/{user_id}"],
        ),
    ] = UNSET
    path: Annotated[str | UnsetType, Meta(description="Path as it came, percent-encoded.")] = UNSET
    query: Annotated[str | UnsetType, Meta(description="Query string.")] = UNSET
    status: Annotated[int | UnsetType, Meta(description="HTTP status.", examples=[200])] = UNSET
    problem: Annotated[
        str | UnsetType,
        Meta(description="Code of the problem document that refused it; else empty."),
    ] = UNSET
    duration_ms: Annotated[float | UnsetType, Meta(description="Milliseconds it took.")] = UNSET
    user_id: Annotated[
        int | UnsetType | None,
        Meta(description="Who was signed in, or whose login was refused; null if nobody."),
    ] = UNSET
    address: Annotated[
        str | UnsetType, Meta(description="Address of the client.", examples=["192.0.2.1"])
    ] = UNSET
    user_agent: Annotated[str | UnsetType, Meta(description="Its `User-Agent`.")] = UNSET
    request_id: Annotated[str | UnsetType, Meta(description="Its `X-Request-ID`.")] = UNSET
    trace_id: Annotated[
        str | UnsetType, Meta(description="Trace id of its `traceparent`; else empty.")
    ] = UNSET
    request_bytes: Annotated[int | UnsetType, Meta(description="Bytes of its body.")] = UNSET
    response_bytes: Annotated[int | UnsetType, Meta(description="Bytes of the answer.")] = UNSET
    statements: Annotated[
        int | UnsetType, Meta(description="Statements of the database that it waited for.")
    ] = UNSET
    statements_ms: Annotated[
        float | UnsetType, Meta(description="Milliseconds that those took.")
    ] = UNSET
    kept_as: Annotated[
        str | UnsetType,
        Meta(
            description="How long it is kept: `ordinary`, `notable` (failed or slow), or `refusal`"
            " (refused by the account API)."
        ),
    ] = UNSET
    request_headers: Annotated[Any, Meta(description="Its header fields, by name, masked.")] = UNSET
    response_headers: Annotated[Any, Meta(description="Header fields of the answer, masked.")] = (
        UNSET
    )
    request_body: Annotated[
        Any, Meta(description="Shape of its JSON body, with the values that are shown; or null.")
    ] = UNSET
    error: Annotated[
        str | UnsetType | None, Meta(description="Stack of an error of the service; or null.")
    ] = UNSET

    @classmethod
    def of(cls, row: Row) -> "LoggedRequest":
        """As the API shows it."""
        return convert(row, cls)


class RequestsView(Struct, frozen=True):
    """Some records. `next` asks for the page after, as `after`; it is `null` on the last. `lost` is
    how many this process could not keep.
    """

    rows: Annotated[list[LoggedRequest], Meta(description="Logged requests.")]
    next: Annotated[
        str | None, Meta(description="Pass it as `after` for the next page; null on the last.")
    ]
    lost: Annotated[
        int,
        Meta(
            description="Requests that this process dropped since its start, because they were"
            " too many or could not be written."
        ),
    ]

    @classmethod
    def of(cls, page: Page, lost: int) -> "RequestsView":
        """As the API shows it."""
        return cls([LoggedRequest.of(row) for row in page.rows], page.following, lost)


class TailView(Struct, frozen=True):
    """Records since the last look, oldest first. Ask for those after `next`."""

    rows: Annotated[list[LoggedRequest], Meta(description="Logged requests, oldest first.")]
    next: Annotated[str, Meta(description="Pass it as `after` with the next call.")]

    @classmethod
    def of(cls, tail: Tail) -> "TailView":
        """As the API shows it."""
        return cls([LoggedRequest.of(row) for row in tail.rows], tail.next)


class Forgotten(Struct, frozen=True):
    """How many records were removed."""

    forgotten: Annotated[int, Meta(description="Requests that were removed.")]
