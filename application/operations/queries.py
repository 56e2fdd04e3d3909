"""What operators ask about the data: questions about rows, for no rule of the business."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

Value = str | int | float | bool | None | Mapping[str, object] | Sequence[object]
Row = Mapping[str, Value]


class Comparison(StrEnum):
    """How a column is compared with a value. `prefix`, `not_prefix` and `contains` are for text;
    `in` takes several values, separated by commas; `null` takes `true` or `false`.
    """

    EQ = "eq"
    NE = "ne"
    LT = "lt"
    LE = "le"
    GT = "gt"
    GE = "ge"
    PREFIX = "prefix"
    NOT_PREFIX = "not_prefix"
    CONTAINS = "contains"
    IN = "in"
    NULL = "null"


@dataclass(frozen=True, slots=True)
class Condition:
    """One column, compared. All conditions of a query must hold."""

    column: str
    comparison: Comparison
    value: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column as operators may know it.

    `kind` is text, integer, number, boolean, instant, json or bytes; `references` is another
    table's column. A query by an `indexed` one is quick. A `secret` one is never read, compared or
    sorted by; a `writable` one is changed through the use cases.
    """

    name: str
    kind: str
    nullable: bool
    key: bool
    references: str | None
    indexed: bool
    secret: bool
    writable: bool


@dataclass(frozen=True, slots=True)
class Count:
    """A number of rows. If it is not exact, `at_least` says on which side of it the truth is."""

    number: int
    exact: bool
    at_least: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table and about how many rows it has."""

    name: str
    columns: Sequence[Column]
    rows: Count


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows in order. `following` leads to the next page; `None` if this is the last."""

    rows: Sequence[Row]
    following: str | None


@dataclass(frozen=True, slots=True)
class Tail:
    """Rows that came since the last look, oldest first. Ask for those after `next`."""

    rows: Sequence[Row]
    next: str


class Tables(Protocol):
    """Rows as they are, for reading: committed state, without waiting for a writer.

    Secret columns do not exist here. All raise `InvalidQuery`, `QueryTooSlow`, `Busy`,
    `StorageUnavailable`.
    """

    async def tables(self) -> list[Table]:
        """What there is."""

    async def page(
        self,
        table: str,
        conditions: Sequence[Condition] = (),
        *,
        columns: Sequence[str] = (),
        sort: str | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> Page:
        """Rows that fulfil the conditions, with these columns or all.

        In the order of the column `sort`, or if it begins with `-` against it, and then of the
        key; by default the newest first. `after` is the `following` of the page before.
        """

    async def row(self, table: str, key: str) -> Row:
        """The row with this key. Raises `NoSuchRow`."""

    async def count(
        self, table: str, conditions: Sequence[Condition] = (), *, exact: bool = False
    ) -> Count:
        """How many rows fulfil the conditions."""

    async def values(
        self, table: str, column: str, conditions: Sequence[Condition] = (), *, limit: int = 50
    ) -> list[tuple[Value, int]]:
        """The values of a column and how many rows have each, the most frequent first."""
