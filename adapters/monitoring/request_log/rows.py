"""From requests to rows."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from adapters.monitoring.request_log.tables import RequestRow
from adapters.monitoring.request_log.text import text_of
from application.operations.nodes import WorkerName
from application.operations.requests import Fields, RequestEntry

_MICROS = 1_000_000
_HIDDEN = "***"
_REFUSALS, _ACCOUNTS = frozenset({401, 403, 429}), "/api/user"
_PLAIN_ID = 16  # characters of the ids that we make ourselves


class Masks(Protocol):
    """Takes the secrets out of what is kept of a request."""

    def path(self, raw: str) -> str:
        """A path as it came, percent-encoded."""

    def query(self, raw: bytes) -> str:
        """A query string as it came."""

    def fields(self, fields: Fields) -> str:
        """Header fields, as JSON."""

    def text(self, text: str) -> str:
        """Any other value."""

    def body(self, raw: bytes, *, refused: bool) -> str | None:
        """A body; `None` if nothing of it is kept."""

    def error(self, error: BaseException) -> str:
        """Where it came from."""


@dataclass(frozen=True, slots=True)
class RetentionPolicy:
    """How long requests are kept: `ordinary` if they succeeded quickly, `notable` if they failed or
    took `slow_ms` or more. `excluded` routes are not logged; addresses and user ids can be left
    out.
    """

    ordinary: timedelta = timedelta(days=7)
    notable: timedelta = timedelta(days=90)
    slow_ms: float = 1_000
    addresses: bool = True
    users: bool = True
    excluded: Collection[str] = ()


def is_account_refusal(status: int, route: str) -> bool:
    """Say whether it tells of an attack on accounts, perhaps."""
    return status in _REFUSALS and route.startswith(_ACCOUNTS)


def kept_as(record: RequestEntry, retention: RetentionPolicy) -> str:
    """Which kind of row it is, as `RequestRow` says."""
    if is_account_refusal(record.status, record.route):
        return "refusal"
    is_ordinary = record.level == "info" and record.duration_ms < retention.slow_ms
    return "ordinary" if is_ordinary else "notable"


def row_of(
    record: RequestEntry, masking: Masks, retention: RetentionPolicy, name: WorkerName
) -> RequestRow:
    """What is stored of a request: masked, and without what is not to be kept."""
    user_agent = next((v for name, v in record.request_fields if name == b"user-agent"), b"")
    body, id_ = record.request_body, record.request_id
    path = masking.path(record.path)
    # Where a path is hidden up to its end, the query may be the rest of the secret.
    is_cut = path != record.path and path.endswith(_HIDDEN)
    return RequestRow(
        node=name.node,
        worker=name.worker,
        kept_as=kept_as(record, retention),
        time=int(record.time * _MICROS),
        level=record.level,
        method=record.method,
        route=record.route,
        path=path,
        query=_HIDDEN if is_cut and record.query else masking.query(record.query),
        status=record.status,
        problem=record.problem,
        duration_ms=record.duration_ms,
        user_id=record.user_id if retention.users else None,
        address=record.address if retention.addresses else "",
        user_agent=masking.text(text_of(user_agent)),
        request_id=id_ if len(id_) == _PLAIN_ID else masking.text(id_),
        request_bytes=record.request_bytes,
        response_bytes=record.response_bytes,
        statements=record.tally.statements,
        statements_ms=round(record.tally.seconds * 1000, 3),
        request_headers=masking.fields(record.request_fields),
        response_headers=masking.fields(record.response_fields),
        request_body=masking.body(body, refused=record.level != "info") if body else None,
        error=masking.error(record.error) if record.error else None,
        trace_id=record.trace_id,
    )
