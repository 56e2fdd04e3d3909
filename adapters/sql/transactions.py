"""What repositories need of a database, whichever engine it is."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from sqlalchemy import Executable, Table
from sqlalchemy.exc import IntegrityError

Row = Sequence[Any]
Values = Mapping[str, object]
"""By column, or by the name of a parameter."""
NONE: Values = {}


class Transaction(Protocol):
    """An open transaction. All raise `StorageUnavailable` or `StorageFull`."""

    async def execute(self, statement: Executable, values: Values = NONE) -> int:
        """Execute a statement; say how many rows it changed."""

    async def execute_each(self, statement: Executable, values: Iterable[Values]) -> None:
        """Execute a statement once with each of these. If they are made one by one, that happens
        where it keeps nobody waiting.
        """

    async def all(
        self, statement: Executable, values: Values | Callable[[], Values] = NONE
    ) -> Sequence[Row]:
        """Execute a statement; give every row it returns. Values that take long to make are made
        where it keeps nobody waiting.
        """

    async def one(self, statement: Executable, values: Values = NONE) -> Row | None:
        """The only row, if there is one."""

    async def add_missing(self, table: Table, rows: Sequence[Values]) -> None:
        """Insert those of these rows whose key the table does not have. Until the transaction ends
        nobody else removes any of them.
        """

    async def last_id(self, table: Table) -> int:
        """The last id that the table gave, also of a row that is no more; 0 if it gave none."""

    async def reserve_ids(self, table: Table, last: int) -> None:
        """Count the ids of a table on from this one, if they have not come that far."""

    async def lock_users(self, ids: Collection[int]) -> None:
        """Let no other transaction change these accounts until this one ends. They are taken by
        growing id, so that two who want the same do not wait for each other in a circle.
        """

    async def lock_for_all_accounts(self) -> None:
        """Wait until every other transaction has ended that asked for this: what is decided from
        several accounts is decided by one transaction after the other.
        """

    def is_taken(self, error: IntegrityError, constraint: str) -> bool:
        """Say whether this unique constraint refused it."""


class Transactions(Protocol):
    """Where transactions come from."""

    @property
    def waiting(self) -> int:
        """How many wait to begin."""

    def take_longest_wait(self) -> float:
        """How many seconds one waited to begin, at most, since this was asked last."""

    def begin(self, *, until: float | None = None) -> AbstractAsyncContextManager[Transaction]:
        """Open a transaction; leaving the block commits, an exception rolls back. It waits until
        the event loop's clock says `until`, or a `deadline` from now.

        Raises `StorageUnavailable` or `StorageFull`: nothing was written; or, where the answer to
        the commit was lost, it is unknown whether it was.
        """

    def deadline(self) -> float:
        """Until when, by the event loop's clock, one that begins now may wait."""


class Reader(Protocol):
    """Committed state, without waiting for a writer. All raise `StorageUnavailable`."""

    async def all(self, statement: Executable, **values: object) -> Sequence[Row]:
        """Every row."""

    async def one(self, statement: Executable, **values: object) -> Row | None:
        """The only row, if there is one."""
