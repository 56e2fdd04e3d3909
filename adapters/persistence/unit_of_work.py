"""Transactions."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import anyio
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.persistence.errors import translated
from adapters.persistence.events import SqlEvents
from adapters.persistence.sessions import SqlSessions
from adapters.persistence.users import SqlUsers


@dataclass(frozen=True, slots=True)
class SqlUnitOfWork:
    """Fits `domain.ports.UnitOfWork`."""

    users: SqlUsers
    sessions: SqlSessions
    events: SqlEvents


@dataclass(frozen=True, slots=True)
class SqlBegin:
    """Fits `domain.ports.Begin`."""

    engine: AsyncEngine

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[SqlUnitOfWork]:
        # A client that goes away cancels its request, but never a transaction halfway.
        with translated(), anyio.CancelScope(shield=True):
            async with self.engine.begin() as connection:
                yield SqlUnitOfWork(
                    SqlUsers(connection), SqlSessions(connection), SqlEvents(connection)
                )
