"""The one schema: migrations, repositories and the operators' table reader come from it.

Every engine holds the same plain values: whole numbers (ids, flags, and instants as microseconds
since 1970 in UTC), text, and bytes. `Column.info` says what operators may see of a column:

* `kind`, where it is not that of the type: "instant", "boolean" or "json";
* `secret`: no query reaches it. Bytes are secret unless they say otherwise;
* `writable`: operators change it, through the use cases;
* `found_by`: the column in which its values are looked for.
"""

from typing import Any

from advanced_alchemy.base import convention
from advanced_alchemy.types import BigIntIdentity
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    event,
    text,
)
from sqlalchemy.dialects import postgresql

metadata = MetaData(naming_convention=convention)

# By code points on every engine, for pages go on from where the last one ended.
_TEXT = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
# An id is never given twice, not even after the newest row was deleted.
_WITH_IDS: dict[str, Any] = {"sqlite_strict": True, "sqlite_autoincrement": True}
_WITHOUT_IDS: dict[str, Any] = {"sqlite_strict": True}


def _id(name: str = "id") -> Column[int]:
    return Column(name, BigIntIdentity, primary_key=True)


def _number(name: str, *, nullable: bool = False, **more: Any) -> Column[int]:
    return Column(name, BigIntIdentity, nullable=nullable, **more)


def _instant(name: str, *, nullable: bool = False) -> Column[int]:
    return _number(name, nullable=nullable, info={"kind": "instant"})


def _text(
    name: str, *, nullable: bool = False, server_default: str | None = None, **info: Any
) -> Column[str]:
    return Column(name, _TEXT, nullable=nullable, server_default=server_default, info=info)


def _digest(name: str = "digest") -> Column[bytes]:
    return Column(name, LargeBinary, nullable=False, info={"secret": True})


def _belongs_to(table: str, column: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint([column], [f"{table}.id"], ondelete="CASCADE")


def _index_where(name: str | None, *columns: Column[Any], where: ColumnElement[bool]) -> None:
    Index(name, *columns, sqlite_where=where, postgresql_where=where)


users = Table(
    "users",
    metadata,
    _id(),
    _text("username", writable=True, found_by="username_key"),
    _text("username_key"),
    _text("password_hash", secret=True),
    _instant("signup_time"),
    _number("auth_version"),
    _instant("disabled_at", nullable=True),
    _number("is_operator", server_default="0", info={"kind": "boolean"}),
    _number("version", server_default="1"),
    _text("roles", server_default="", writable=True),
    _text("metadata", server_default="{}", kind="json", writable=True),
    _text("looks_of", server_default="", secret=True),
    _text("signup_address", nullable=True),
    _instant("last_used_at", nullable=True),
    _text("last_address", nullable=True),
    UniqueConstraint("username_key"),
    Index(None, "signup_time"),
    Index(None, "signup_address"),
    Index(None, "last_used_at"),
    **_WITH_IDS,
)
_index_where(None, users.c.is_operator, where=users.c.is_operator == 1)
_index_where("ix_users_looks_missing", users.c.id, where=users.c.looks_of != users.c.username)

names = Table(
    "names",
    metadata,
    _text("look"),
    _number("user_id", index=True),
    _instant("held_until", nullable=True),
    PrimaryKeyConstraint("look"),
    **_WITHOUT_IDS,
)
"""What each name looks like, as a digest, and whose it is; or until when it is held for whom it
belonged to, also if the account is gone. Of which name the looks are all here, `users.looks_of`
says: code of before changes names without them.
"""
_index_where(None, names.c.held_until, where=names.c.held_until.is_not(None))

sessions = Table(
    "sessions",
    metadata,
    _id(),
    _digest("token_digest"),
    _number("user_id", index=True),
    _number("auth_version"),
    _instant("created_at"),
    _instant("last_seen_at"),
    _instant("expires_at"),
    _text("address"),
    _text("user_agent"),
    _text("device", nullable=True),
    UniqueConstraint("token_digest"),
    _belongs_to("users", "user_id"),
    Index(None, "expires_at"),
    **_WITH_IDS,
)

events = Table(
    "events",
    metadata,
    _id("position"),
    _text("kind"),
    _instant("at"),
    _number("user_id", nullable=True),
    _text("address"),
    _text("user_agent"),
    _text("details", kind="json"),
    _number("actor_id", nullable=True),
    _text("device", nullable=True),
    _number("transaction_id", server_default="0"),
    Index(None, "at"),
    Index("ix_events_transaction_id_position", "transaction_id", "position"),
    Index("ix_events_user_id_position", "user_id", "position"),
    Index("ix_events_kind_position", "kind", "position"),
    **_WITH_IDS,
)
_index_where(
    "ix_events_actor_id_position",
    *(events.c.actor_id, events.c.position),
    where=events.c.actor_id.is_not(None),
)


# With PostgreSQL, transactions commit in another order than they write: whoever follows events has
# to know the transaction of each (docs/adr/0025). Rows that are copied in have none, which is 0.
@event.listens_for(events, "after_create")
def _set_transaction(_: Table, connection: Connection, **__: Any) -> None:
    if connection.dialect.name == "postgresql":
        current = "pg_current_xact_id()::text::bigint"
        connection.execute(text(f"ALTER TABLE events ALTER transaction_id SET DEFAULT {current}"))


for _table, _key in ((sessions, sessions.c.id), (events, events.c.position)):
    _index_where(f"ix_{_table.name}_device_unread", _key, where=_table.c.device.is_(None))

access_tokens = Table(
    "access_tokens",
    metadata,
    _id(),
    _digest(),
    _number("user_id", index=True),
    _text("name"),
    _text("scopes"),
    _instant("created_at"),
    _instant("expires_at"),
    _instant("last_used_at", nullable=True),
    UniqueConstraint("digest"),
    _belongs_to("users", "user_id"),
    **_WITH_IDS,
)

one_time_codes = Table(
    "one_time_codes",
    metadata,
    _id(),
    _digest(),
    _text("purpose"),
    _number("user_id", nullable=True, index=True),
    _instant("expires_at"),
    _number("issuer_id", nullable=True, index=True),
    _number("issuer_auth_version", nullable=True),
    _number("issuer_key_id", nullable=True, index=True),
    _belongs_to("users", "issuer_id"),
    _belongs_to("access_tokens", "issuer_key_id"),
    UniqueConstraint("digest"),
    _belongs_to("users", "user_id"),
    **_WITH_IDS,
)

invitations = Table(
    "invitations",
    metadata,
    _id(),
    _digest(),
    _text("note"),
    _text("roles"),
    _number("uses"),
    _number("used"),
    _instant("created_at"),
    _instant("expires_at"),
    _instant("revoked_at", nullable=True),
    _number("issuer_id", nullable=True, index=True),
    _number("issuer_auth_version", nullable=True),
    _number("issuer_key_id", nullable=True, index=True),
    _number("is_for_operator", server_default="0", info={"kind": "boolean"}),
    UniqueConstraint("digest"),
    _belongs_to("users", "issuer_id"),
    _belongs_to("access_tokens", "issuer_key_id"),
    Index(None, "expires_at"),
    **_WITH_IDS,
)

throttle_buckets = Table(
    "throttle_buckets",
    metadata,
    _text("key"),
    _instant("began"),
    _number("attempts"),
    _number("waits"),
    _instant("waits_until", nullable=True),
    _instant("forget_at"),
    PrimaryKeyConstraint("key"),
    Index(None, "forget_at"),
    **_WITHOUT_IDS,
)

readiness = Table(
    "readiness",
    metadata,
    _number("id", autoincrement=False),
    _instant("checked_at"),
    PrimaryKeyConstraint("id"),
    **_WITHOUT_IDS,
)

fingerprints = Table(
    "fingerprints",
    metadata,
    _text("name"),
    _digest("fingerprint"),
    PrimaryKeyConstraint("name"),
    **_WITHOUT_IDS,
)
"""Of the secrets that all nodes must share."""

compatibility = Table(
    "compatibility",
    metadata,
    _number("id", autoincrement=False),
    _text("readable_by"),
    _text("moved_to", nullable=True),
    _text("feed", server_default="0"),
    PrimaryKeyConstraint("id"),
    **_WITHOUT_IDS,
)
"""One row: the oldest revision whose code may run on this schema, for nodes of before a migration;
the database that this one was moved to, if it was; and which numbers of transactions its events
have: it changes when they lose their meaning.
"""

leases = Table(
    "leases",
    metadata,
    _text("name"),
    _text("holder"),
    _instant("until"),
    PrimaryKeyConstraint("name"),
    **_WITHOUT_IDS,
)
"""Which process does the work that is done once for all of them."""

imports = Table(
    "imports",
    metadata,
    _text("source"),
    _text("cursor"),
    _number("accounts"),
    _number("keeps_ids"),
    _number("list_bytes"),
    _number("reserved"),
    _instant("at"),
    PrimaryKeyConstraint("source"),
    **_WITHOUT_IDS,
)
"""How far the import of each source of accounts has come."""
