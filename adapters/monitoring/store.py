"""Where rows are kept that may be lost without harm."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from sqlalchemy import Connection

_Result = TypeVar("_Result")


class Store(Protocol):
    """Makes its tables when they are missing. All raise `StorageUnavailable` and `StorageFull`."""

    async def exists(self) -> bool:
        """Whether anything was ever kept."""

    async def run(self, job: Callable[[Connection], _Result], *, writing: bool = True) -> _Result:
        """Let it work in one transaction, where it keeps nobody waiting."""
