"""Transactions."""

import sys
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from adapters.sql.access_tokens import SqlAccessTokens
from adapters.sql.codes import SqlCodes
from adapters.sql.events import SqlEvents
from adapters.sql.imports import SqlImports
from adapters.sql.invitations import SqlInvitations
from adapters.sql.names import SqlNames
from adapters.sql.sessions import SqlSessions
from adapters.sql.throttle_counts import SqlCounts
from adapters.sql.transactions import Transactions
from adapters.sql.turns import Turns
from adapters.sql.users import SqlUsers
from domain.events import EventKind
from domain.network import Client


@dataclass(frozen=True, slots=True)
class SqlUnitOfWork:
    """Fits `domain.ports.UnitOfWork`."""

    users: SqlUsers
    sessions: SqlSessions
    events: SqlEvents
    tokens: SqlAccessTokens
    codes: SqlCodes
    names: SqlNames
    invitations: SqlInvitations
    counts: SqlCounts
    imports: SqlImports


@dataclass(frozen=True, slots=True)
class SqlUnitOfWorkFactory:
    """Fits `domain.ports.Begin`. `describe` names the device of a user agent. Waiting for one's
    turn and for the database has one deadline together. `on_events` is told of which kinds
    events were committed.
    """

    transactions: Transactions
    describe: Callable[[str], str]
    turns: Turns = field(default_factory=Turns)
    on_events: Callable[[Sequence[EventKind]], None] = lambda kinds: None

    @property
    def waiting(self) -> int:
        """How many units of work wait, for their turn or for the database."""
        return self.turns.waiting + self.transactions.waiting

    @asynccontextmanager
    async def __call__(
        self, client: Client | None = None, *, accounts: Collection[int] = ()
    ) -> AsyncIterator[SqlUnitOfWork]:
        until = self.transactions.deadline()
        async with (
            self.turns.take(client, until=until),
            self.transactions.begin(until=until) as transaction,
        ):
            await transaction.lock_users(_ids(client, accounts))
            events = SqlEvents(transaction, self.describe)
            yield SqlUnitOfWork(
                users=SqlUsers(transaction),
                sessions=SqlSessions(transaction, self.describe),
                events=events,
                tokens=SqlAccessTokens(transaction),
                codes=SqlCodes(transaction),
                names=SqlNames(transaction),
                invitations=SqlInvitations(transaction),
                counts=SqlCounts(transaction),
                imports=SqlImports(transaction),
            )
        self.on_events(events.appended)


def _ids(client: Client | None, accounts: Collection[int]) -> list[int]:
    own = {client.user_id} if client and client.user_id is not None else set()
    return sorted(id_ for id_ in {*own, *accounts} if 0 < id_ <= sys.maxsize)
