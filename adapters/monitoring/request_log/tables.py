"""The table of requests, and how each engine lays it out."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import (
    REAL,
    BigInteger,
    Column,
    Double,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Sequence,
    Table,
    Text,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeEngine

_TEXT = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
_NUMBER = BigInteger().with_variant(Integer, "sqlite")
_FRACTION: TypeEngine[float] = Double().with_variant(REAL(), "sqlite")


def _number(name: str, *, nullable: bool = False, **info: Any) -> Column[int]:
    return Column(name, _NUMBER, nullable=nullable, info=info)


def _text(name: str, *, nullable: bool = False, **info: Any) -> Column[str]:
    return Column(name, _TEXT, nullable=nullable, info=info)


def _milliseconds(name: str) -> Column[float]:
    return Column(name, _FRACTION, nullable=False)


def _columns() -> Iterator[Column[Any]]:
    """All but the id. `Column.info` says what operators have to know of one, as in
    `adapters/sql/tables.py`.
    """
    yield _text("node")
    yield _text("worker")
    yield _text("kept_as")
    yield _number("time", kind="instant")
    yield _text("level")
    yield _text("method")
    yield _text("route")
    yield _text("path")
    yield _text("query")
    yield _number("status")
    yield _text("problem")
    yield _milliseconds("duration_ms")
    yield _number("user_id", nullable=True)
    yield _text("address")
    yield _text("user_agent")
    yield _text("request_id")
    yield _number("request_bytes")
    yield _number("response_bytes")
    yield _number("statements")
    yield _milliseconds("statements_ms")
    yield _text("request_headers", kind="json")
    yield _text("response_headers", kind="json")
    yield _text("request_body", nullable=True, kind="json")
    yield _text("error", nullable=True)
    yield _text("trace_id")


def _indexes() -> Iterator[Index]:
    yield Index("ix_requests_level_time", "level", "time")
    yield Index("ix_requests_user_id", "user_id")
    yield Index("ix_requests_request_id", "request_id")
    yield Index("ix_requests_trace_id", "trace_id")
    # What is counted over time is answered from it alone; rows come by time, so that it only grows
    # at its end.
    yield Index("ix_requests_time", "time", "status", "method", "route", "duration_ms")


metadata = MetaData()
requests = Table(
    "requests",
    metadata,
    Column("id", _NUMBER, primary_key=True),
    *_columns(),
    *_indexes(),
    sqlite_autoincrement=True,
    sqlite_strict=True,
)
"""As it is asked on every engine, and made on SQLite."""

_SIZE = (
    "300 + length({0}.path) + length({0}.query) + length({0}.user_agent)"
    " + length({0}.request_headers) + length({0}.response_headers)"
)
_NEW, _OLD = _SIZE.format("NEW"), _SIZE.format("OLD")
UPKEEP = (
    "CREATE INDEX ix_requests_kept_as_time ON requests (kept_as, time)",
    "CREATE TABLE held (refusals INTEGER NOT NULL) STRICT",
    "INSERT INTO held VALUES (0)",
    f"""CREATE TRIGGER added AFTER INSERT ON requests WHEN NEW.kept_as = 'refusal' BEGIN
        UPDATE held SET refusals = refusals + {_NEW}; END""",
    f"""CREATE TRIGGER removed AFTER DELETE ON requests WHEN OLD.kept_as = 'refusal' BEGIN
        UPDATE held SET refusals = refusals - ({_OLD}); END""",
    f"""CREATE TRIGGER blanked AFTER UPDATE ON requests WHEN OLD.kept_as = 'refusal' BEGIN
        UPDATE held SET refusals = refusals - ({_OLD}) + {_NEW}; END""",
)
"""SQLite counts about how many bytes the refusals of account routes take."""

ids = Sequence("requests_id")
partitioned = Table(
    "requests",
    MetaData(),
    Column("id", BigInteger, server_default=ids.next_value()),
    *_columns(),
    # The columns of partitions must be part of it; the id alone is unique.
    PrimaryKeyConstraint("id", "kept_as", "time"),
    *_indexes(),
    Index("ix_requests_node_worker_id", "node", "worker", "id"),
    postgresql_partition_by="LIST (kept_as)",
)
"""As it is made on PostgreSQL: by how long rows are kept, and then by day."""


class RequestRow(NamedTuple):
    """What is inserted of a request: the columns by name, but for the id.

    `kept_as` is "refusal" for what account routes refused, as perhaps in an attack; "notable" for
    what else failed or was slow; "ordinary" for the rest.
    """

    node: str
    worker: str
    kept_as: str
    time: int
    level: str
    method: str
    route: str
    path: str
    query: str
    status: int
    problem: str
    duration_ms: float
    user_id: int | None
    address: str
    user_agent: str
    request_id: str
    request_bytes: int
    response_bytes: int
    statements: int
    statements_ms: float
    request_headers: str
    response_headers: str
    request_body: str | None
    error: str | None
    trace_id: str = ""


INSERT = f"INSERT INTO requests ({', '.join(RequestRow._fields)}) VALUES "
VALUES = f"({', '.join('?' * len(RequestRow._fields))})"
