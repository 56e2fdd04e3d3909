"""The one schema: migrations, repositories and the operators' table reader come from it."""

from typing import Any

from advanced_alchemy.base import convention
from sqlalchemy import (
    Connection,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    event,
    text,
)

from adapters.sql.columns import (
    WITH_IDS,
    WITHOUT_IDS,
    belongs_to,
    digest,
    id_column,
    index_where,
    instant,
    number,
    string,
)

metadata = MetaData(naming_convention=convention)

users = Table(
    "users",
    metadata,
    id_column(),
    string("username", writable=True, found_by="username_key"),
    string("username_key"),
    string("password_hash", secret=True),
    instant("signup_time"),
    number("auth_version"),
    instant("disabled_at", nullable=True),
    number("is_operator", server_default="0", info={"kind": "boolean"}),
    number("version", server_default="1"),
    string("roles", server_default="", writable=True),
    string("metadata", server_default="{}", kind="json", writable=True),
    string("looks_of", server_default="", secret=True),
    string("signup_address", nullable=True),
    instant("last_used_at", nullable=True),
    string("last_address", nullable=True),
    UniqueConstraint("username_key"),
    Index(None, "signup_time"),
    Index(None, "signup_address"),
    Index(None, "last_used_at"),
    **WITH_IDS,
)
index_where(None, users.c.is_operator, where=users.c.is_operator == 1)
index_where("ix_users_looks_missing", users.c.id, where=users.c.looks_of != users.c.username)

names = Table(
    "names",
    metadata,
    string("look"),
    number("user_id", index=True),
    instant("held_until", nullable=True),
    PrimaryKeyConstraint("look"),
    **WITHOUT_IDS,
)
"""What each name looks like, as a digest, and whose it is; or until when it is held for whom it
belonged to, also if the account is gone. Of which name the looks are all here, `users.looks_of`
says: code of before changes names without them.
"""
index_where(None, names.c.held_until, where=names.c.held_until.is_not(None))

sessions = Table(
    "sessions",
    metadata,
    id_column(),
    digest("token_digest"),
    number("user_id", index=True),
    number("auth_version"),
    instant("created_at"),
    instant("last_seen_at"),
    instant("expires_at"),
    string("address"),
    string("user_agent"),
    string("device", nullable=True),
    UniqueConstraint("token_digest"),
    belongs_to("users", "user_id"),
    Index(None, "expires_at"),
    **WITH_IDS,
)

events = Table(
    "events",
    metadata,
    id_column("position"),
    string("kind"),
    instant("at"),
    number("user_id", nullable=True),
    string("address"),
    string("user_agent"),
    string("details", kind="json"),
    number("actor_id", nullable=True),
    string("device", nullable=True),
    number("transaction_id", server_default="0"),
    Index(None, "at"),
    Index("ix_events_transaction_id_position", "transaction_id", "position"),
    Index("ix_events_user_id_position", "user_id", "position"),
    Index("ix_events_kind_position", "kind", "position"),
    **WITH_IDS,
)
index_where(
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
    index_where(f"ix_{_table.name}_device_unread", _key, where=_table.c.device.is_(None))

access_tokens = Table(
    "access_tokens",
    metadata,
    id_column(),
    digest(),
    number("user_id", index=True),
    string("name"),
    string("scopes"),
    instant("created_at"),
    instant("expires_at"),
    instant("last_used_at", nullable=True),
    UniqueConstraint("digest"),
    belongs_to("users", "user_id"),
    **WITH_IDS,
)

one_time_codes = Table(
    "one_time_codes",
    metadata,
    id_column(),
    digest(),
    string("purpose"),
    number("user_id", nullable=True, index=True),
    instant("expires_at"),
    number("issuer_id", nullable=True, index=True),
    number("issuer_auth_version", nullable=True),
    number("issuer_key_id", nullable=True, index=True),
    belongs_to("users", "issuer_id"),
    belongs_to("access_tokens", "issuer_key_id"),
    UniqueConstraint("digest"),
    belongs_to("users", "user_id"),
    **WITH_IDS,
)

invitations = Table(
    "invitations",
    metadata,
    id_column(),
    digest(),
    string("note"),
    string("roles"),
    number("uses"),
    number("used"),
    instant("created_at"),
    instant("expires_at"),
    instant("revoked_at", nullable=True),
    number("issuer_id", nullable=True, index=True),
    number("issuer_auth_version", nullable=True),
    number("issuer_key_id", nullable=True, index=True),
    number("is_for_operator", server_default="0", info={"kind": "boolean"}),
    UniqueConstraint("digest"),
    belongs_to("users", "issuer_id"),
    belongs_to("access_tokens", "issuer_key_id"),
    Index(None, "expires_at"),
    **WITH_IDS,
)

throttle_buckets = Table(
    "throttle_buckets",
    metadata,
    string("key"),
    instant("began"),
    number("attempts"),
    number("waits"),
    instant("waits_until", nullable=True),
    instant("forget_at"),
    PrimaryKeyConstraint("key"),
    Index(None, "forget_at"),
    **WITHOUT_IDS,
)

readiness = Table(
    "readiness",
    metadata,
    number("id", autoincrement=False),
    instant("checked_at"),
    PrimaryKeyConstraint("id"),
    **WITHOUT_IDS,
)

fingerprints = Table(
    "fingerprints",
    metadata,
    string("name"),
    digest("fingerprint"),
    PrimaryKeyConstraint("name"),
    **WITHOUT_IDS,
)
"""Of the secrets that all nodes must share."""

compatibility = Table(
    "compatibility",
    metadata,
    number("id", autoincrement=False),
    string("readable_by"),
    string("moved_to", nullable=True),
    string("feed", server_default="0"),
    PrimaryKeyConstraint("id"),
    **WITHOUT_IDS,
)
"""One row: the oldest revision whose code may run on this schema, for nodes of before a migration;
the database that this one was moved to, if it was; and which numbers of transactions its events
have: it changes when they lose their meaning.
"""

leases = Table(
    "leases",
    metadata,
    string("name"),
    string("holder"),
    instant("until"),
    PrimaryKeyConstraint("name"),
    **WITHOUT_IDS,
)
"""Which process does the work that is done once for all of them."""

imports = Table(
    "imports",
    metadata,
    string("source"),
    string("cursor"),
    number("accounts"),
    number("keeps_ids"),
    number("list_bytes"),
    number("reserved"),
    instant("at"),
    PrimaryKeyConstraint("source"),
    **WITHOUT_IDS,
)
"""How far the import of each source of accounts has come."""
