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
)

BigInt = BigInteger().with_variant(Integer, "sqlite")

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
    Column("username", Text, nullable=False),
    Column("username_key", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("signup_time", BigInt, nullable=False),
    Column("auth_version", BigInt, nullable=False),
    Column("disabled_at", BigInt),
    UniqueConstraint("username_key"),
    sqlite_autoincrement=True,
    sqlite_strict=True,
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", BigInt, primary_key=True),
    Column("token_digest", LargeBinary, nullable=False),
    Column(
        "user_id", BigInt, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    Column("auth_version", BigInt, nullable=False),
    Column("created_at", BigInt, nullable=False),
    Column("last_seen_at", BigInt, nullable=False),
    Column("expires_at", BigInt, nullable=False, index=True),
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
    Column("at", BigInt, nullable=False, index=True),
    Column("user_id", BigInt),
    Column("address", Text, nullable=False),
    Column("user_agent", Text, nullable=False),
    Column("details", Text, nullable=False),
    Index(None, "user_id", "position"),
    sqlite_autoincrement=True,
    sqlite_strict=True,
)

throttle_buckets = Table(
    "throttle_buckets",
    metadata,
    Column("key", Text, primary_key=True),
    Column("began", BigInt, nullable=False),
    Column("attempts", BigInt, nullable=False),
    Column("waits", BigInt, nullable=False),
    Column("waits_until", BigInt),
    Column("forget_at", BigInt, nullable=False, index=True),
    sqlite_strict=True,
)

readiness = Table(
    "readiness",
    metadata,
    Column("id", BigInt, primary_key=True, autoincrement=False),
    Column("checked_at", BigInt, nullable=False),
    sqlite_strict=True,
)
