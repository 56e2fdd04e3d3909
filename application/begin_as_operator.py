"""Open a unit of work for an operator, who must still be one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from domain.errors import NotAnOperator, NotSignedIn
from domain.operator import Operator
from domain.ports import Begin, Clock, UnitOfWork
from domain.session import Lifetimes
from domain.user import User


@dataclass(frozen=True, slots=True)
class BeginAsOperator:
    """As `Begin`, if the session or access token is still there and its user still an operator:
    between the request and the write may lie a slow body, a hash, and somebody who ended it all. A
    session whose password was changed since goes on, but not for who held the token before.
    Nobody (`None`) is the console, which may.

    Raises `NotSignedIn`, `NotAnOperator`, `Unavailable`.
    """

    begin: Begin
    clock: Clock
    lifetimes: Lifetimes

    @asynccontextmanager
    async def __call__(self, by: Operator | None) -> AsyncIterator[UnitOfWork]:
        async with self.begin(by.client if by else None) as work:
            if by and not (await self._present(work, by)).is_operator:
                raise NotAnOperator
            yield work

    async def _present(self, work: UnitOfWork, by: Operator) -> User:
        now = self.clock.now()
        if by.session:
            found = await work.sessions.get(by.session.id)
            if (
                found
                and found.user.auth_version == by.user.auth_version
                and found.session.is_live(now, self.lifetimes.of(found.user))
            ):
                return found.user
        elif by.token:
            bearer = await work.tokens.get(by.token.id)
            if bearer and now < bearer.token.expires_at and not bearer.user.disabled_at:
                return bearer.user
        raise NotSignedIn
