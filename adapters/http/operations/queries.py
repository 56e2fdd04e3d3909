"""How rows are asked for in the query string, everywhere the same."""

from typing import Annotated

from litestar.params import QueryParameter
from msgspec import Meta, Struct

from application.operations.queries import Column, Comparison, Condition, Count, Page, Table, Value
from domain.errors import InvalidQuery

Filters = Annotated[
    list[str] | None,
    QueryParameter(
        name="filter",
        description=(
            "`column:comparison:value`, as often as needed; all must hold. Comparisons: "
            + ", ".join(f"`{each}`" for each in Comparison)
            + ". Timestamps are RFC 3339. `in` takes values separated by commas. `null` takes"
            " `true` or `false`. Usernames are compared without case."
        ),
    ),
]
Columns = Annotated[
    str | None, QueryParameter(description="Only these columns, separated by commas.")
]
Sort = Annotated[
    str | None,
    QueryParameter(
        description="Column to sort by; `-` before it for descending. Not one that can be null."
        " Default: newest first."
    ),
]
After = Annotated[str | None, QueryParameter(description="The `next` of the page before.")]
Limit = Annotated[int, QueryParameter(ge=1, le=500, description="Page size.")]


def parse_filters(filters: list[str] | None) -> list[Condition]:
    """Raises `InvalidQuery`."""
    return [_parse(each) for each in filters or ()]


def parse_columns(columns: str | None) -> list[str]:
    """The names."""
    return [name.strip() for name in columns.split(",")] if columns else []


class CountView(Struct, frozen=True):
    """A number of rows; `relation` is `exact`, `at_least` or `at_most`."""

    count: Annotated[int, Meta(description="The number.")]
    relation: Annotated[
        str,
        Meta(description="`exact`, or `at_least` or `at_most` if counting would take too long."),
    ]

    @classmethod
    def of(cls, count: Count) -> "CountView":
        """As the API shows it."""
        bound = "at_least" if count.at_least else "at_most"
        return cls(count.number, "exact" if count.exact else bound)


class ColumnView(Struct, frozen=True):
    """A column. Secret ones are named, and nothing more."""

    name: Annotated[str, Meta(description="Name of the column.")]
    kind: Annotated[str, Meta(description="How values are shown and compared.")]
    nullable: Annotated[bool, Meta(description="Whether it can be null.")]
    key: Annotated[bool, Meta(description="Whether it is the primary key.")]
    references: Annotated[str | None, Meta(description="`table.column` that it refers to, if any.")]
    indexed: Annotated[bool, Meta(description="Whether filters and sorting by it are quick.")]
    secret: Annotated[bool, Meta(description="Whether its values are never shown.")]
    writable: Annotated[
        bool, Meta(description="Whether operators can change it, by calls for users.")
    ]

    @classmethod
    def of(cls, column: Column) -> "ColumnView":
        """As the API shows it."""
        return cls(*(getattr(column, name) for name in cls.__struct_fields__))


class TableView(Struct, frozen=True):
    """A table and about how many rows it has."""

    name: Annotated[str, Meta(description="Name of the table.")]
    columns: Annotated[list[ColumnView], Meta(description="Its columns.")]
    rows: CountView

    @classmethod
    def of(cls, table: Table) -> "TableView":
        """As the API shows it."""
        columns = [ColumnView.of(column) for column in table.columns]
        return cls(table.name, columns, CountView.of(table.rows))


class PageView(Struct, frozen=True):
    """Some rows. `next` asks for the page after, as `after`; it is `null` on the last."""

    rows: Annotated[
        list[dict[str, object]], Meta(description="Objects with the columns of the table.")
    ]
    next: Annotated[
        str | None, Meta(description="Pass it as `after` for the next page; null on the last.")
    ]

    @classmethod
    def of(cls, page: Page) -> "PageView":
        """As the API shows it."""
        return cls([dict(row) for row in page.rows], page.following)


class ValueView(Struct, frozen=True):
    """A value of a column, and how many rows have it."""

    value: Annotated[object, Meta(description="A value of the column.")]
    count: Annotated[int, Meta(description="Rows that have it.")]

    @classmethod
    def all_of(cls, values: list[tuple[Value, int]]) -> "list[ValueView]":
        """As the API shows it."""
        return [cls(value, count) for value, count in values]


def _parse(raw: str) -> Condition:
    column, _, rest = raw.partition(":")
    comparison, separator, value = rest.partition(":")
    if not separator or comparison not in list(Comparison):
        raise InvalidQuery("Write a filter as column:comparison:value.")
    return Condition(column, Comparison(comparison), value)
