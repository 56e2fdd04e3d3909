"""Part of the composition root: the database, on whichever engine the settings name."""

from typing import TYPE_CHECKING

from adapters.sql.storage import Storage, sqlite_storage
from entrypoints.settings import Settings

if TYPE_CHECKING:
    from adapters.sql.postgresql import Access, Connector


_INSUFFICIENT_PRIVILEGE = "42501"
_ROLES = "the rights that each role needs are in docs/postgresql.md, Roles"


def open_storage(settings: Settings) -> Storage:
    """What fits the settings. Nothing is opened yet. Raises `ImportError` if the driver of
    PostgreSQL, which is an extra of the package, is named and not installed.
    """
    if settings.postgresql is None:
        return sqlite_storage(settings.database)
    from adapters.sql.moved import refuse_if_moved
    from adapters.sql.postgresql import Connector
    from adapters.sql.postgresql_storage import postgresql_storage

    return postgresql_storage(Connector(access_of(settings), check=refuse_if_moved))


def reason_of(error: BaseException) -> str:
    """Why the database cannot be used, in its own words, without the statement, and where to read
    on if a right of PostgreSQL is missing.
    """
    said, seen = error, {id(error)}
    while said.__cause__ is not None and id(said.__cause__) not in seen:
        said = said.__cause__
        seen.add(id(said))
    if isinstance(said, OSError) and said.filename and said.strerror:
        return f"{said.filename}: {said.strerror}"
    reason = str(said) or type(said).__name__
    is_forbidden = getattr(said, "sqlstate", None) == _INSUFFICIENT_PRIVILEGE
    return f"{reason} ({_ROLES})" if is_forbidden else reason


def connector_of(settings: Settings) -> "Connector":
    """How to reach the PostgreSQL database that the settings name. Raises `ImportError`."""
    from adapters.sql.postgresql import Connector

    return Connector(access_of(settings))


def access_of(settings: Settings) -> "Access":
    """Where it is, and how long to wait. Raises `ImportError`."""
    from adapters.sql.postgresql import Access

    url, password = settings.postgresql, settings.database_password
    if url is None:
        raise ValueError("FRONTDESK_DATABASE_URL names no PostgreSQL database.")
    return Access(
        url=url.value,
        password=None if password is None else password.decode(),
        pool=settings.database_pool,
        pool_seconds=settings.database_pool_seconds,
        connect_seconds=settings.database_connect_seconds,
        lookup_seconds=settings.database_lookup_seconds,
        statement_seconds=settings.database_statement_seconds,
        commit_seconds=settings.database_commit_seconds,
        lock_seconds=settings.database_lock_seconds,
        idle_seconds=settings.database_idle_seconds,
    )


async def max_connections(settings: Settings) -> int:
    """How many the server of PostgreSQL takes, from everybody together. Raises
    `StorageUnavailable`.
    """
    connection = await connector_of(settings).connect(
        command_seconds=settings.database_statement_seconds
    )
    try:
        return int(await connection.fetchval("SHOW max_connections"))
    finally:
        connection.terminate()
