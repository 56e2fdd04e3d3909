"""Rows of a table, page by page."""

from collections.abc import AsyncIterator, Sequence

from click import UsageError

from application.operations.queries import Comparison, Condition, Row, Tables
from domain.errors import NoSuchUser
from domain.user import Username

_PAGE = 500


async def all_rows(
    tables: Tables, table: str, conditions: Sequence[Condition] = (), *, limit: int | None = None
) -> AsyncIterator[Row]:
    """Those that fulfil the conditions, the oldest first, up to so many."""
    after, left = None, limit
    while left is None or left > 0:
        size = _PAGE if left is None else min(_PAGE, left)
        page = await tables.page(table, conditions, sort="id", after=after, limit=size)
        for row in page.rows:
            yield row
        after = page.following
        if left is not None:
            left -= len(page.rows)
        if after is None:
            return


async def user_named(tables: Tables, name: str) -> Row:
    """The row of a user. Raises `NoSuchUser`."""
    found = await tables.page("users", [equal("username", Username(name).value)], limit=1)
    if not found.rows:
        raise NoSuchUser
    return found.rows[0]


def equal(column: str, value: object) -> Condition:
    """That the column has this value."""
    return Condition(column, Comparison.EQ, str(value))


def parsed_filters(filters: Sequence[str]) -> list[Condition]:
    """As the API takes them: `column:comparison:value`."""
    from adapters.http.operations.queries import parse_filters
    from domain.errors import InvalidQuery

    try:
        return parse_filters(list(filters))
    except InvalidQuery as error:
        raise UsageError(str(error)) from error
