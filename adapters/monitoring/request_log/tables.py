"""The table of the file, and what keeps count of it."""

from typing import Any, NamedTuple

from sqlalchemy import REAL, Column, Computed, Index, Integer, MetaData, Table, Text

metadata = MetaData()


def _number(name: str, *, nullable: bool = False, **info: Any) -> Column[int]:
    return Column(name, Integer, nullable=nullable, info=info)


def _text(name: str, *, nullable: bool = False, **info: Any) -> Column[str]:
    return Column(name, Text, nullable=nullable, info=info)


def _milliseconds(name: str) -> Column[float]:
    return Column(name, REAL, nullable=False)


requests = Table(
    "requests",
    metadata,
    Column("id", Integer, primary_key=True),
    _number("time", kind="instant"),
    _text("level"),
    _text("method"),
    _text("route"),
    _text("path"),
    _text("query"),
    _number("status"),
    _milliseconds("duration_ms"),
    _number("user_id", nullable=True),
    _text("address"),
    _text("user_agent"),
    _text("request_id"),
    _number("request_bytes"),
    _number("response_bytes"),
    _number("statements"),
    _milliseconds("statements_ms"),
    _text("request_headers", kind="json"),
    _text("response_headers", kind="json"),
    _text("request_body", nullable=True, kind="json"),
    _text("error", nullable=True),
    Column(
        "of_accounts",
        Integer,
        Computed("status IN (401, 403, 429) AND route GLOB '/api/user*'"),
    ),
    Column(
        "bytes",
        Integer,
        Computed(
            "300 + length(path) + length(query) + length(user_agent)"
            " + length(request_headers) + length(response_headers)"
        ),
    ),
    Index("ix_requests_level_time", "level", "time"),
    Index("ix_requests_user_id", "user_id"),
    Index("ix_requests_request_id", "request_id"),
    sqlite_autoincrement=True,
    sqlite_strict=True,
)
"""`Column.info` says what operators have to know of a column, as in `adapters/sql/tables.py`."""

UPKEEP = (
    "CREATE INDEX ix_requests_of_accounts ON requests (of_accounts, id)",
    "CREATE TABLE held (of_accounts INTEGER NOT NULL) STRICT",
    "INSERT INTO held VALUES (0)",
    """CREATE TRIGGER added AFTER INSERT ON requests WHEN NEW.of_accounts BEGIN
        UPDATE held SET of_accounts = of_accounts + NEW.bytes; END""",
    """CREATE TRIGGER removed AFTER DELETE ON requests WHEN OLD.of_accounts BEGIN
        UPDATE held SET of_accounts = of_accounts - OLD.bytes; END""",
    """CREATE TRIGGER blanked AFTER UPDATE ON requests WHEN OLD.of_accounts BEGIN
        UPDATE held SET of_accounts = of_accounts - OLD.bytes + NEW.bytes; END""",
)
"""`of_accounts` is what account routes refused, as perhaps in an attack: when the file is full, it
is kept longer than others, up to a part of the file.
"""


class RequestRow(NamedTuple):
    """What is inserted of a request: the columns by name, but for the id and those that SQLite
    computes.
    """

    time: int
    level: str
    method: str
    route: str
    path: str
    query: str
    status: int
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


INSERT = f"INSERT INTO requests ({', '.join(RequestRow._fields)}) VALUES "
VALUES = f"({', '.join('?' * len(RequestRow._fields))})"
