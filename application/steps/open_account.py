"""Open somebody's account for an operator."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from application.steps.operator_transactions import OperatorTransactions
from domain.errors import NoSuchUser
from domain.operator import Operator
from domain.ports import Lookup, UnitOfWork
from domain.user import User, Username


@dataclass(frozen=True, slots=True)
class OpenedAccount:
    """An account as it is now, in a unit of work of an operator. `actor_id` is who acts; `None` is
    the command line.
    """

    work: UnitOfWork
    user: User
    actor_id: int | None


@dataclass(frozen=True, slots=True)
class OpenAccount:
    """Open a unit of work and the account of this id or name in it, if the operator may change it:
    a program may not change operators. `None` is the command line, which may.

    Raises `NotSignedIn`, `NotAnOperator`, `NoSuchUser`, `PersonRequired`, `FreshLoginRequired`,
    `Unavailable`.
    """

    transactions: OperatorTransactions
    lookup: Lookup

    @asynccontextmanager
    async def __call__(
        self, by: Operator | None, user: int | Username
    ) -> AsyncIterator[OpenedAccount]:
        user_id = user if isinstance(user, int) else await self._id_of(user)
        async with self.transactions(by, user_id) as work:
            found = await work.users.get(user_id)
            if found is None:
                raise NoSuchUser
            if by:
                by.demand_power_over(found)
            yield OpenedAccount(work, found, by.user.id if by else None)

    async def _id_of(self, name: Username) -> int:
        found = await self.lookup.user(name)
        if found is None:
            raise NoSuchUser
        return found.id
