"""What a database says of itself, for `frontdesk doctor`: read in one moment, without changing
anything.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import Connection, func, inspect, or_, select, text

from adapters.sql.fingerprints import known_fingerprints
from adapters.sql.migrations import HEAD
from adapters.sql.password_hashes import hashes_by_pepper
from adapters.sql.schema import SchemaRefused, bring_up_to_date, revision_of
from adapters.sql.tables import access_tokens, events, metadata, sessions, users
from adapters.sql.values import to_instant, to_micros

_RECENT_SESSIONS = 200

# What commits wait for, and who else has a copy.
_SETTINGS = (
    "synchronous_commit",
    "fsync",
    "full_page_writes",
    "synchronous_standby_names",
    "max_connections",
)
_STANDBYS = text("SELECT application_name, sync_state FROM pg_stat_replication")
_HOLDS_FEED = text(
    "SELECT pid, application_name, coalesce(state, ''),"
    " extract(epoch FROM clock_timestamp() - xact_start)::float"
    " FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid()"
    " ORDER BY xact_start NULLS FIRST LIMIT 1"
)
_NOW = text("SELECT extract(epoch FROM clock_timestamp())::float")


class Holder(Struct, frozen=True):
    """A transaction that keeps events from being followed, by the process id of its backend.
    Without the right to see since when it is open, `seconds` is `None`.
    """

    pid: int
    application: str
    state: str
    seconds: float | None


class Standby(Struct, frozen=True):
    """A copy of a PostgreSQL server; `None` is what this role may not see."""

    name: str
    sync_state: str | None


class Server(Struct, frozen=True):
    """What a PostgreSQL server says of itself. `epoch` is its clock, in seconds."""

    settings: dict[str, str]
    standbys: list[Standby]
    holder: Holder | None
    epoch: float


class Accounts(Struct, frozen=True):
    """What of the accounts is worth a look. Keys end soon; operators were not here for long."""

    operators: int
    disabled_operators: list[str]
    ending_keys: list[str]
    idle_operators: list[str]
    newest_event: datetime | None
    addresses: list[str]
    """From where the latest sessions were opened, each once."""


class Diagnosis(Struct, frozen=True):
    """`refused` is why a version that may not change the schema does not start. `accounts` and
    `fingerprints`, by the name of the secret, are empty where the schema is not that of this
    version.
    """

    revision: str | None
    accounts: Accounts | None = None
    server: Server | None = None
    refused: SchemaRefused | None = None
    fingerprints: Mapping[str, bytes] = {}
    hashes_by_pepper: Mapping[str, int] = {}
    """Passwords by the id of the pepper that they need."""
    missing_rights: Sequence[str] = ()
    """Of this role on PostgreSQL, on tables and sequences of its own."""


def diagnose(
    connection: Connection, name: str, now: datetime, *, soon: timedelta, long: timedelta
) -> Diagnosis:
    """Ask the database of this name for all of it. A key that ends `soon` is named, and an operator
    away so `long`.
    """
    is_there = bool(inspect(connection).get_table_names())
    revision = revision_of(connection) if is_there else None
    server = _server(connection) if connection.dialect.name == "postgresql" else None
    refused = _refused(connection, name)
    if revision != HEAD:
        return Diagnosis(revision, None, server, refused)
    accounts = _accounts(connection, now, soon, long)
    return Diagnosis(
        revision,
        accounts,
        server,
        refused,
        known_fingerprints(connection),
        hashes_by_pepper(connection),
        _missing_rights(connection) if server else (),
    )


def _missing_rights(connection: Connection) -> list[str]:
    wanted = [
        (each.name, right)
        for each in metadata.sorted_tables
        for right in ("SELECT", "INSERT", "UPDATE", "DELETE")
    ]
    missing = [
        f"{right} on {name}"
        for name, right in wanted
        if not connection.scalar(select(func.has_table_privilege(name, right)))
    ]
    for each in metadata.sorted_tables:
        (key, *_) = each.primary_key
        sequence = connection.scalar(select(func.pg_get_serial_sequence(each.name, key.name)))
        if sequence and not connection.scalar(
            select(func.has_sequence_privilege(sequence, "USAGE"))
        ):
            missing.append(f"USAGE on {sequence}")
    return missing


def _refused(connection: Connection, name: str) -> SchemaRefused | None:
    try:
        bring_up_to_date(connection, name, may_change=False)
    except SchemaRefused as refused:
        return refused
    return None


def _accounts(connection: Connection, now: datetime, soon: timedelta, long: timedelta) -> Accounts:
    is_operator = users.c.is_operator == 1
    keys = select(access_tokens.c.name).where(
        access_tokens.c.expires_at.between(to_micros(now), to_micros(now + soon))
    )
    since = to_micros(now - long)
    idle = select(users.c.username).where(
        is_operator,
        users.c.disabled_at.is_(None),
        users.c.signup_time < since,
        or_(users.c.last_used_at.is_(None), users.c.last_used_at < since),
    )
    disabled = select(users.c.username).where(is_operator, users.c.disabled_at.is_not(None))
    recent = select(sessions.c.address).order_by(sessions.c.id.desc()).limit(_RECENT_SESSIONS)
    newest = connection.scalar(select(func.max(events.c.at)))
    return Accounts(
        operators=connection.scalar(
            select(func.count())
            .select_from(users)
            .where(is_operator, users.c.disabled_at.is_(None))
        )
        or 0,
        disabled_operators=sorted(connection.scalars(disabled)),
        ending_keys=sorted(connection.scalars(keys)),
        idle_operators=sorted(connection.scalars(idle)),
        newest_event=None if newest is None else to_instant(newest),
        addresses=sorted({*connection.scalars(recent)}),
    )


def _server(connection: Connection) -> Server:
    settings = {
        name: str(connection.scalar(text("SELECT current_setting(:name)"), {"name": name}))
        for name in _SETTINGS
    }
    holder = connection.execute(_HOLDS_FEED).first()
    return Server(
        settings=settings,
        standbys=[Standby(*row) for row in connection.execute(_STANDBYS)],
        holder=None if holder is None else Holder(*holder),
        epoch=float(connection.scalar(_NOW) or 0),
    )
