"""The PostgreSQL toolkit: how connections are made, and what its errors mean."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakSet

import asyncpg
from advanced_alchemy.config import EngineConfig, SQLAlchemyAsyncConfig
from sqlalchemy import ExceptionContext, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from domain.errors import StorageFull, StorageUnavailable, Unavailable

_log = logging.getLogger("frontdesk")


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """How to reach it, and how long to wait. Times are kept on this side: a server that is frozen
    keeps none. Those for locks and idle transactions are the server's besides.
    """

    url: str = field(repr=False)
    """As libpq and asyncpg read it; several hosts are tried in turn."""
    password: str | None = field(default=None, repr=False)
    """Instead of one in the URL."""
    pool: int = 10
    pool_seconds: float = 2
    """For a connection of the pool to become free."""
    connect_seconds: float = 2
    """For each host."""
    lookup_seconds: float = 2
    statement_seconds: float = 5
    commit_seconds: float = 5
    lock_seconds: float = 2
    idle_seconds: float = 10
    """How long a transaction may do nothing: it holds locks, and holds the feed of events back."""


Connection = Any
"""`asyncpg.Connection`, which comes without types."""

_warned: WeakSet[Connection] = WeakSet()


def has_warned(connection: Connection) -> bool:
    """Whether the server warned since the last look, as it does when it is not sure that a commit
    lasts.
    """
    found = connection in _warned
    _warned.discard(connection)
    return found


def _note_warning(connection: Connection, message: Any) -> None:
    if message.severity_en == "WARNING":
        _warned.add(connection)


_CANNOT_CONNECT = (
    OSError,
    TimeoutError,
    ValueError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
)


class Connector:
    """Makes connections to the server that takes writes. Which host that was last is tried first,
    and next time not the one that has not answered: a machine that vanished refuses nothing.
    """

    def __init__(
        self,
        access: Access,
        session: Mapping[str, str] | None = None,
        *,
        check: Callable[[Connection], Awaitable[None]] | None = None,
    ) -> None:
        """`session` are settings of the server for each connection, besides those of `access`, and
        `check` may refuse one with `StorageUnavailable`.
        """
        self.access = access
        self._check = check
        self._session = session or {}
        self._hosts = hosts_of(access.url)
        self._first = 0

    async def connect(self, *, command_seconds: float | None) -> Connection:
        """Raises `StorageUnavailable`. A statement takes at most `command_seconds`."""
        last: Exception | None = None
        first, number = self._first, len(self._hosts)
        for this in [(first + step) % number for step in range(number)]:
            # Said before, for whoever waits for this may give up.
            self._first = (this + 1) % number
            try:
                connection = await self._connect(self._hosts[this], command_seconds)
            except _CANNOT_CONNECT as error:
                last = error
            else:
                self._first = this
                return connection
        raise StorageUnavailable from last

    async def _connect(
        self, host: tuple[str, int] | None, command_seconds: float | None
    ) -> Connection:
        place = {} if host is None else {"host": host[0], "port": host[1]}
        limits = {}
        if command_seconds is not None:
            limits = {
                "lock_timeout": _milliseconds(self.access.lock_seconds),
                "idle_in_transaction_session_timeout": _milliseconds(self.access.idle_seconds),
                "statement_timeout": _milliseconds(self.access.statement_seconds),
            }
        connection = await asyncpg.connect(
            self.access.url,
            **place,
            password=self.access.password,
            timeout=self.access.connect_seconds,
            command_timeout=command_seconds,
            target_session_attrs="read-write",
            server_settings={
                "application_name": "frontdesk",
                "default_transaction_isolation": "read committed",
                **limits,
                **self._session,
            },
        )
        connection.add_log_listener(_note_warning)
        if self._check:
            try:
                await self._check(connection)
            except BaseException:  # also when whoever wanted it has gone
                connection.terminate()
                raise
        return connection


def _milliseconds(seconds: float) -> str:
    return f"{1000 * seconds:.0f}"


def hosts_of(url: str) -> list[tuple[str, int] | None]:
    """Its hosts, each with its port; `None` where something else says where the server is."""
    _, _, places = urlsplit(url).netloc.rpartition("@")
    return [_host_of(place) for place in places.split(",")] if places else [None]


def _host_of(place: str) -> tuple[str, int]:
    host, colon, port = place.rpartition(":")
    if not colon or not port.isdigit():
        host, port = place, "5432"
    return host.strip("[]"), int(port)


def engine_of(connector: Connector, *, command_seconds: float | None) -> AsyncEngine:
    """advanced-alchemy's engine over its connections, with a pool. asyncpg reads the URL, for
    SQLAlchemy does not know several hosts and `sslmode`.
    """
    access = connector.access
    connect = partial(connector.connect, command_seconds=command_seconds)
    engine = SQLAlchemyAsyncConfig(
        connection_string="postgresql+asyncpg://",
        create_engine_callable=partial(
            create_async_engine, async_creator=connect, pool_timeout=access.pool_seconds
        ),
        engine_config=EngineConfig(
            pool_size=access.pool,
            max_overflow=0,
            pool_pre_ping=True,
            pool_use_lifo=True,
            hide_parameters=True,
        ),
    ).get_engine()
    event.listen(engine.sync_engine, "handle_error", _note_loss)
    return engine


def _note_loss(context: ExceptionContext) -> None:
    """Let the pool open a fresh connection instead of one that the server has given up, also where
    the driver does not know yet that it is closed.
    """
    code = state_of(context.original_exception)
    is_lost = isinstance(context.original_exception.__cause__, _LOST)
    if is_lost or (code and code.startswith(_GIVEN_UP)):
        context.is_disconnect = True


_LOST = (
    OSError,
    TimeoutError,
    PoolTimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
_FULL = "53100"
_UNAVAILABLE_CLASSES = ("08", "53", "57", "58", "40")
"""Connection lost; out of resources; shut down or cancelled; system error; deadlock and failed
serialisation (PostgreSQL, Appendix A).
"""
_GIVEN_UP = ("08", "57P", "25006")
_UNAVAILABLE = frozenset({"55P03", "25006", "25P03", "3D000", "28000", "28P01", "42501"})
"""Lock not got in time; a standby; idle too long; no such database, or not for us; a right that is
missing.
"""
_POOLED = frozenset({"26000", "42P05", "08P01"})


class _Translated:
    """A class, for a generator would take longer than many a statement."""

    def __enter__(self) -> None: ...

    def __exit__(
        self, _: type[BaseException] | None, error: BaseException | None, __: TracebackType | None
    ) -> None:
        if error is not None and (unavailable := unavailable_for(error)):
            raise unavailable from error


_TRANSLATED = _Translated()


def translated() -> AbstractContextManager[None]:
    """Turn what means "not now" into `Unavailable`; let mistakes in our own SQL through."""
    return _TRANSLATED


def unavailable_for(error: BaseException) -> Unavailable | None:
    """What it means to a caller; `None` if it is something else."""
    if isinstance(error, Unavailable):
        return None
    code = state_of(error)
    if code in _POOLED:
        _log.warning(
            f"PostgreSQL says {code}: is there a pool in between that hands out connections by"
            " transaction, as PgBouncer does? That is not supported; use session pooling or none."
        )
        return StorageUnavailable()
    if code is not None:
        if code == _FULL:
            return StorageFull()
        is_ours = code in _UNAVAILABLE or code.startswith(_UNAVAILABLE_CLASSES)
        return StorageUnavailable() if is_ours else None
    cause = error.orig if isinstance(error, DBAPIError) else error
    while cause is not None:
        if isinstance(cause, _LOST):
            return StorageUnavailable()
        cause = cause.__cause__
    return None


def state_of(error: BaseException) -> str | None:
    """Its SQLSTATE, if the server said one."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(cause, "sqlstate", None)
    return str(code) if code else None


def constraint_of(error: BaseException) -> str | None:
    """The name of the constraint that refused it, as the server says it."""
    cause: BaseException | None = error
    while cause is not None:
        if name := getattr(cause, "constraint_name", None):
            return str(name)
        cause = cause.orig if isinstance(cause, DBAPIError) else cause.__cause__
    return None
