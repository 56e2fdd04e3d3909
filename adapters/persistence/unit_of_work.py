"""Transactions."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from adapters.persistence.access_tokens import SqlAccessTokens
from adapters.persistence.codes import SqlCodes
from adapters.persistence.events import SqlEvents
from adapters.persistence.sessions import SqlSessions
from adapters.persistence.users import SqlUsers
from adapters.persistence.writer import Writer
from domain.network import Client


@dataclass(frozen=True, slots=True)
class SqlUnitOfWork:
    """Fits `domain.ports.UnitOfWork`."""

    users: SqlUsers
    sessions: SqlSessions
    events: SqlEvents
    tokens: SqlAccessTokens
    codes: SqlCodes


@dataclass(frozen=True, slots=True)
class SqlBegin:
    """Fits `domain.ports.Begin`. `describe` names the device of a user agent."""

    writer: Writer
    describe: Callable[[str], str]

    @asynccontextmanager
    async def __call__(self, client: Client | None = None) -> AsyncIterator[SqlUnitOfWork]:
        async with self.writer.begin() as transaction:
            yield SqlUnitOfWork(
                SqlUsers(transaction),
                SqlSessions(transaction, self.describe),
                SqlEvents(transaction, self.describe),
                SqlAccessTokens(transaction),
                SqlCodes(transaction),
            )
