"""Open a unit of work for an operator, who must still be one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from domain.errors import NotAnOperator, NotSignedIn
from domain.operator import Operator, Person, Program
from domain.ports import Clock, UnitOfWork, UnitOfWorkFactory
from domain.session import Lifetimes
from domain.user import User


@dataclass(frozen=True, slots=True)
class OperatorTransactions:
    """Begin a unit of work for an operator, and check the operator again: the session or access
    token may have ended since the request was let in, while a slow body arrived or a password was
    hashed. After a change of the password, requests from before are refused, although the session
    goes on under a new token.

    `None` is the command line, which may do everything. `accounts` are those that will be read.

    Raises `NotSignedIn`, `NotAnOperator`, `Unavailable`.
    """

    begin: UnitOfWorkFactory
    clock: Clock
    lifetimes: Lifetimes

    @asynccontextmanager
    async def __call__(self, by: Operator | None, *accounts: int) -> AsyncIterator[UnitOfWork]:
        async with self.begin(by.client if by else None, accounts=accounts) as work:
            if by:
                await self._demand_still_operator(work, by)
            yield work

    async def _demand_still_operator(self, work: UnitOfWork, by: Operator) -> None:
        match by.acting:
            case Person(session):
                user = await self._signed_in(work, session.id, by.user.auth_version)
            case Program(token):
                found = await work.tokens.get(token.id)
                user = found.user if found and found.is_live(self.clock.now()) else None
        if user is None:
            raise NotSignedIn
        if not user.is_operator:
            raise NotAnOperator

    async def _signed_in(self, work: UnitOfWork, session_id: int, auth_version: int) -> User | None:
        found = await work.sessions.get(session_id)
        if found is None or found.user.auth_version != auth_version:
            return None
        policy = self.lifetimes.of(found.user)
        return found.user if found.session.is_live(self.clock.now(), policy) else None
