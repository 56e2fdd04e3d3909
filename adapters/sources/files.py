"""What sources in files have in common."""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Generic, TypeVar

from domain.imports import ImportedAccount, SourceBatch

_Row = TypeVar("_Row")


class BadFile(Exception):
    """A file cannot be read; the text says in which line."""


@dataclass(frozen=True, slots=True)
class FileSource(Generic[_Row]):
    """Fits `domain.imports.AccountSource`. Its cursor is the number of a row. Its name is made of
    what is in the file, so that another file in the same place is another source.
    """

    name: str
    number: int
    highest: int
    rows: Callable[[], Iterable[_Row]]
    account: Callable[[_Row, int], ImportedAccount]

    async def count(self) -> int:
        return self.number

    async def last_id(self, *, after: str) -> int:
        return self.highest

    async def batches(self, after: str, *, size: int) -> AsyncIterator[SourceBatch]:
        done = int(after or 0)
        numbered = islice(enumerate(self.rows(), 1), done, None)
        for part in _parts(numbered, size):
            accounts = [self.account(row, number) for number, row in part]
            yield SourceBatch(accounts, str(part[-1][0]))


def _parts(rows: Iterator[_Row], size: int) -> Iterator[list[_Row]]:
    while part := [*islice(rows, size)]:
        yield part
