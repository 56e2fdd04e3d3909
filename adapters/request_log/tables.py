"""The one table of the file."""

from sqlalchemy import REAL, BigInteger, Column, Index, Integer, MetaData, Table, Text

metadata = MetaData()

_BigInt = BigInteger().with_variant(Integer, "sqlite")

requests = Table(
    "requests",
    metadata,
    Column("id", _BigInt, primary_key=True),
    Column("time", _BigInt, nullable=False, info={"kind": "instant"}),
    Column("level", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("route", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("query", Text, nullable=False),
    Column("status", _BigInt, nullable=False),
    Column("duration_ms", REAL, nullable=False),
    Column("user_id", _BigInt),
    Column("address", Text, nullable=False),
    Column("user_agent", Text, nullable=False),
    Column("request_id", Text, nullable=False),
    Column("request_bytes", _BigInt, nullable=False),
    Column("response_bytes", _BigInt, nullable=False),
    Column("statements", _BigInt, nullable=False),
    Column("statements_ms", REAL, nullable=False),
    Column("request_headers", Text, nullable=False, info={"kind": "json"}),
    Column("response_headers", Text, nullable=False, info={"kind": "json"}),
    Column("request_body", Text, info={"kind": "json"}),
    Column("error", Text),
    Index("ix_requests_level_time", "level", "time"),
    Index("ix_requests_user_id", "user_id"),
    Index("ix_requests_request_id", "request_id"),
    sqlite_autoincrement=True,
    sqlite_strict=True,
)
