"""A schema of PostgreSQL for what may be lost without harm, apart from the accounts."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol, TypeVar

from sqlalchemy import Column, Connection, Integer, MetaData, Table, func, insert, select, text
from sqlalchemy.exc import DBAPIError

from adapters.monitoring.metrics.tables import metadata as metrics
from adapters.monitoring.request_log.partitions import create_requests
from adapters.sql.postgresql import state_of
from domain.errors import StorageUnavailable

_Result = TypeVar("_Result")

SCHEMA = "frontdesk_monitoring"
SESSION = {"search_path": SCHEMA, "synchronous_commit": "off"}
"""What connections to it are told. A record that is lost with the server is no loss: no commit
waits for the disk.
"""
_LAYOUT = 4  # to be raised with the layout, and with the classes of durations
_LOCK = select(func.pg_advisory_xact_lock(0x46_4D))  # "FM", as `schema.MIGRATION_LOCK`
_MISSING, _NO_RIGHT = frozenset({"42P01", "3F000"}), "42501"

_own = MetaData()
_layout = Table("layout", _own, Column("number", Integer, primary_key=True, autoincrement=False))


class Runs(Protocol):
    """A pool of connections whose `search_path` is the schema."""

    async def run(self, job: Callable[[Connection], _Result]) -> _Result:
        """Let it work in a transaction. Raises `StorageUnavailable` and `StorageFull`."""

    async def close(self) -> None:
        """Close the connections."""


class MayNotCreate(Exception):
    """The schema is missing, and it takes another role to make it."""


class NewerLayout(Exception):
    """Nodes of a newer version keep what they observe in another layout."""


class PostgresqlStore:
    """Fits `Store`."""

    def __init__(self, pool: Runs) -> None:
        self._pool = pool
        self._is_made = False

    async def exists(self) -> bool:
        return await self._pool.run(_is_there)

    async def run(self, job: Callable[[Connection], _Result], *, writing: bool = True) -> _Result:
        if not self._is_made:
            await self._pool.run(_make)
            self._is_made = True
        with self._noticing():
            return await self._pool.run(job)

    async def close(self) -> None:
        """Close the connections."""
        await self._pool.close()

    @contextmanager
    def _noticing(self) -> Iterator[None]:
        """When somebody has dropped it, it is made anew the next time."""
        try:
            yield
        except Exception as error:
            if state_of(error) not in _MISSING:
                raise
            self._is_made = False
            raise StorageUnavailable from error


def _create_schema(connection: Connection) -> None:
    try:
        connection.execute(text(f"CREATE SCHEMA {SCHEMA}"))
    except DBAPIError as error:
        if state_of(error) != _NO_RIGHT:
            raise
        raise StorageUnavailable from MayNotCreate(
            f"The role may not create the schema {SCHEMA}. As one that may, run: CREATE SCHEMA"
            f" {SCHEMA} AUTHORIZATION the_role_of_the_service"
        )


def _is_there(connection: Connection) -> bool:
    return connection.scalar(select(func.to_regclass(f"{SCHEMA}.layout"))) is not None


def _make(connection: Connection) -> None:
    """Make the schema, or make it anew if it has an older layout."""
    connection.execute(_LOCK)
    if connection.scalar(select(func.to_regnamespace(SCHEMA))) is None:
        _create_schema(connection)
    known = connection.scalar(select(_layout.c.number)) if _is_there(connection) else None
    if known == _LAYOUT:
        return
    if known is not None and known > _LAYOUT:
        raise StorageUnavailable from NewerLayout(f"{SCHEMA} has layout {known}, not {_LAYOUT}.")
    for table in ("requests", *metrics.tables, _layout.name):
        connection.execute(text(f"DROP TABLE IF EXISTS {table} CASCADE"))
    connection.execute(text("DROP SEQUENCE IF EXISTS requests_id"))
    for metadata in (metrics, _own):
        metadata.create_all(connection, checkfirst=False)
    create_requests(connection)
    connection.execute(insert(_layout).values(number=_LAYOUT))
