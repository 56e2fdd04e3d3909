"""How rows are asked for in the query string, everywhere the same."""

from typing import Annotated

from litestar.params import QueryParameter
from msgspec import Struct

from application.operations.queries import Column, Comparison, Condition, Count, Page, Table, Value
from domain.errors import InvalidQuery

Filters = Annotated[
    list[str] | None,
    QueryParameter(
        name="filter",
        description=(
            "`column:comparison:value`, as often as needed; all must hold. Comparisons: "
            + ", ".join(f"`{each}`" for each in Comparison)
            + ". Instants are RFC 3339, `in` takes several values with commas between, `null` takes"
            " `true` or `false`, names match in any case."
        ),
    ),
]
Columns = Annotated[
    str | None, QueryParameter(description="Only these columns, separated by commas.")
]
Sort = Annotated[
    str | None,
    QueryParameter(description="A column; with `-` before it, in falling order. Newest first."),
]
After = Annotated[str | None, QueryParameter(description="The `next` of the page before.")]
Limit = Annotated[int, QueryParameter(ge=1, le=500, description="Rows a page.")]


def parse_filters(filters: list[str] | None) -> list[Condition]:
    """Raises `InvalidQuery`."""
    return [_parse(each) for each in filters or ()]


def parse_columns(columns: str | None) -> list[str]:
    """The names."""
    return [name.strip() for name in columns.split(",")] if columns else []


class CountView(Struct, frozen=True):
    """A number of rows; `relation` is `exact`, `at_least` or `at_most`."""

    count: int
    relation: str

    @classmethod
    def of(cls, count: Count) -> "CountView":
        """As the API shows it."""
        bound = "at_least" if count.at_least else "at_most"
        return cls(count.number, "exact" if count.exact else bound)


class ColumnView(Struct, frozen=True):
    """A column. Secret ones are named, and nothing more."""

    name: str
    kind: str
    nullable: bool
    key: bool
    references: str | None
    indexed: bool
    secret: bool
    writable: bool

    @classmethod
    def of(cls, column: Column) -> "ColumnView":
        """As the API shows it."""
        return cls(*(getattr(column, name) for name in cls.__struct_fields__))


class TableView(Struct, frozen=True):
    """A table and about how many rows it has."""

    name: str
    columns: list[ColumnView]
    rows: CountView

    @classmethod
    def of(cls, table: Table) -> "TableView":
        """As the API shows it."""
        columns = [ColumnView.of(column) for column in table.columns]
        return cls(table.name, columns, CountView.of(table.rows))


class PageView(Struct, frozen=True):
    """Some rows. `next` asks for the page after, as `after`; it is `null` on the last."""

    rows: list[dict[str, object]]
    next: str | None

    @classmethod
    def of(cls, page: Page) -> "PageView":
        """As the API shows it."""
        return cls([dict(row) for row in page.rows], page.following)


class ValueView(Struct, frozen=True):
    """A value of a column, and how many rows have it."""

    value: object
    count: int

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
