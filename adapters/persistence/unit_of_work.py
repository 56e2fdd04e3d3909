"""Transactions."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from adapters.persistence.access_tokens import SqlAccessTokens
from adapters.persistence.codes import SqlCodes
from adapters.persistence.events import SqlEvents
from adapters.persistence.sessions import SqlSessions
from adapters.persistence.turns import Turns
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
    """Fits `domain.ports.Begin`. `describe` names the device of a user agent. Waiting for one's
    turn and in the writer's queue has one deadline together.
    """

    writer: Writer
    describe: Callable[[str], str]
    turns: Turns = field(default_factory=Turns)

    @property
    def waiting(self) -> int:
        """How many units of work wait, for their turn or for the writer."""
        return self.turns.waiting + self.writer.waiting

    @asynccontextmanager
    async def __call__(self, client: Client | None = None) -> AsyncIterator[SqlUnitOfWork]:
        until = self.writer.deadline()
        async with (
            self.turns.take(client, until=until),
            self.writer.begin(until=until) as transaction,
        ):
            yield SqlUnitOfWork(
                SqlUsers(transaction),
                SqlSessions(transaction, self.describe),
                SqlEvents(transaction, self.describe),
                SqlAccessTokens(transaction),
                SqlCodes(transaction),
            )
