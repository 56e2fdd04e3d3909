"""The tables, as they are after the last migration.

Instants are whole microseconds since 1970 in UTC: exact, sortable, and the same in every database.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

BigInt = BigInteger().with_variant(Integer, "sqlite")

# What an operator who looks at the tables has to know of a column. No query reaches secret ones.
SECRET = {"secret": True}
INSTANT = {"kind": "instant"}
FLAG = {"kind": "boolean"}
JSON = {"kind": "json"}

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

users = Table(
    "users",
    metadata,
    Column("id", BigInt, primary_key=True),
    Column("username", Text, nullable=False, info={"writable": True, "found_by": "username_key"}),
    Column("username_key", Text, nullable=False),
    Column("password_hash", Text, nullable=False, info=SECRET),
    Column("signup_time", BigInt, nullable=False, info=INSTANT),
    Column("auth_version", BigInt, nullable=False),
    Column("disabled_at", BigInt, info=INSTANT),
    Column("is_operator", BigInt, nullable=False, server_default="0", info=FLAG),
    Column("version", BigInt, nullable=False, server_default="1"),
    UniqueConstraint("username_key"),
    Index(None, "is_operator", sqlite_where=text("is_operator = 1")),
    sqlite_autoincrement=True,
    sqlite_strict=True,
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", BigInt, primary_key=True),
    Column("token_digest", LargeBinary, nullable=False, info=SECRET),
    Column(
        "user_id", BigInt, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    Column("auth_version", BigInt, nullable=False),
    Column("created_at", BigInt, nullable=False, info=INSTANT),
    Column("last_seen_at", BigInt, nullable=False, info=INSTANT),
    Column("expires_at", BigInt, nullable=False, index=True, info=INSTANT),
    Column("address", Text, nullable=False),
    Column("user_agent", Text, nullable=False),
    UniqueConstraint("token_digest"),
    sqlite_autoincrement=True,
    sqlite_strict=True,
)

events = Table(
    "events",
    metadata,
    Column("position", BigInt, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("at", BigInt, nullable=False, index=True, info=INSTANT),
    Column("user_id", BigInt),
    Column("address", Text, nullable=False),
    Column("user_agent", Text, nullable=False),
    Column("details", Text, nullable=False, info=JSON),
    Column("actor_id", BigInt),
    Index(None, "user_id", "position"),
    sqlite_autoincrement=True,
    sqlite_strict=True,
)

access_tokens = Table(
    "access_tokens",
    metadata,
    Column("id", BigInt, primary_key=True),
    Column("digest", LargeBinary, nullable=False, info=SECRET),
    Column(
        "user_id", BigInt, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    Column("name", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("created_at", BigInt, nullable=False, info=INSTANT),
    Column("expires_at", BigInt, nullable=False, info=INSTANT),
    Column("last_used_at", BigInt, info=INSTANT),
    UniqueConstraint("digest"),
    sqlite_autoincrement=True,
    sqlite_strict=True,
)

one_time_codes = Table(
    "one_time_codes",
    metadata,
    Column("id", BigInt, primary_key=True),
    Column("digest", LargeBinary, nullable=False, info=SECRET),
    Column("purpose", Text, nullable=False),
    Column("user_id", BigInt, ForeignKey("users.id", ondelete="CASCADE"), index=True),
    Column("expires_at", BigInt, nullable=False, info=INSTANT),
    UniqueConstraint("digest"),
    sqlite_autoincrement=True,
    sqlite_strict=True,
)

throttle_buckets = Table(
    "throttle_buckets",
    metadata,
    Column("key", Text, primary_key=True),
    Column("began", BigInt, nullable=False, info=INSTANT),
    Column("attempts", BigInt, nullable=False),
    Column("waits", BigInt, nullable=False),
    Column("waits_until", BigInt, info=INSTANT),
    Column("forget_at", BigInt, nullable=False, index=True, info=INSTANT),
    sqlite_strict=True,
)

readiness = Table(
    "readiness",
    metadata,
    Column("id", BigInt, primary_key=True, autoincrement=False),
    Column("checked_at", BigInt, nullable=False, info=INSTANT),
    sqlite_strict=True,
)
