"""The data, as it is."""

from functools import partial

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, SkipValidation

from adapters.http.authentication import DemandSession
from adapters.http.operations.access import OperatorRequest, answers_operators, operators
from adapters.http.operations.csv_rows import CSV, columns_of, encoded_csv
from adapters.http.operations.queries import (
    After,
    Columns,
    CountView,
    Filters,
    Limit,
    PageView,
    Sort,
    TableView,
    ValueView,
    parse_columns,
    parse_filters,
)
from adapters.http.problems import INVALID
from adapters.http.streaming import Streamed
from application.operations.export_rows import ExportRows
from application.operations.queries import Tables
from domain.errors import Busy, InvalidQuery, NoSuchRow, QueryTooSlow
from domain.operator import Scope

_QUERY = (InvalidQuery, QueryTooSlow, Busy)


class TablesController(Controller):
    """Tables and rows, without their secrets, for reading: changes go through the other calls."""

    path = "/api/ops/tables"
    tags = ("Operations: data",)

    @get(
        operation_id="listTables",
        summary="Which tables there are",
        responses=answers_operators(*_QUERY),
        **operators(Scope.DATA_VIEW),
    )
    async def list_tables(self, tables: NamedDependency[SkipValidation[Tables]]) -> list[TableView]:
        """With columns, kinds, keys and relations, and about how many rows each has."""
        return [TableView.of(table) for table in await tables.tables()]

    @get(
        "/{table:str}/rows",
        operation_id="listRows",
        summary="Rows of a table",
        responses=answers_operators(*_QUERY, also=(INVALID,)),
        **operators(Scope.DATA_VIEW),
    )
    async def list_rows(
        self,
        *,
        tables: NamedDependency[SkipValidation[Tables]],
        table: FromPath[str],
        filters: Filters = None,
        columns: Columns = None,
        sort: Sort = None,
        after: After = None,
        limit: Limit = 50,
    ) -> PageView:
        """In pages that neither skip nor repeat a row whatever is written meanwhile, unless what
        they are sorted by is changed.
        """
        page = await tables.page(
            table,
            parse_filters(filters),
            columns=parse_columns(columns),
            sort=sort,
            after=after,
            limit=limit,
        )
        return PageView.of(page)

    @get(
        "/{table:str}/rows.csv",
        operation_id="exportRows",
        summary="Rows of a table as CSV",
        media_type=CSV,
        responses=answers_operators(*_QUERY, also=(INVALID,)),
        **operators(Scope.DATA_VIEW),
    )
    async def export_rows(
        self,
        *,
        request: OperatorRequest,
        tables: NamedDependency[SkipValidation[Tables]],
        export_rows: NamedDependency[ExportRows],
        demand_session: NamedDependency[SkipValidation[DemandSession]],
        table: FromPath[str],
        filters: Filters = None,
        columns: Columns = None,
        sort: Sort = None,
    ) -> Response[str]:
        """All of them, with the filters of the list, sent as they are read. What a spreadsheet
        would calculate has an apostrophe before it. If the connection closes before the end, ask
        again.
        """
        names = columns_of(await tables.tables(), table, parse_columns(columns))
        pages = export_rows(
            tables,
            table,
            conditions=parse_filters(filters),
            columns=names,
            sort=sort,
            demand=partial(demand_session, request),
        )
        pieces = encoded_csv(pages, names)
        first = await anext(pieces)  # what is refused, is refused here
        return Streamed(first, pieces, filename=f"{table}.csv", kind=CSV)

    @get(
        "/{table:str}/rows/{key:str}",
        operation_id="getRow",
        summary="One row",
        responses=answers_operators(*_QUERY, NoSuchRow),
        **operators(Scope.DATA_VIEW),
    )
    async def get_row(
        self,
        tables: NamedDependency[SkipValidation[Tables]],
        table: FromPath[str],
        key: FromPath[str],
    ) -> dict[str, object]:
        """By its key."""
        return dict(await tables.row(table, key))

    @get(
        "/{table:str}/count",
        operation_id="countRows",
        summary="How many rows",
        responses=answers_operators(*_QUERY, also=(INVALID,)),
        **operators(Scope.DATA_VIEW),
    )
    async def count_rows(
        self,
        *,
        tables: NamedDependency[SkipValidation[Tables]],
        table: FromPath[str],
        filters: Filters = None,
        exact: FromQuery[bool] = False,
    ) -> CountView:
        """Quickly and about, or exactly if that is asked for and does not take too long."""
        return CountView.of(await tables.count(table, parse_filters(filters), exact=exact))

    @get(
        "/{table:str}/values/{column:str}",
        operation_id="countValues",
        summary="The values of a column",
        responses=answers_operators(*_QUERY, also=(INVALID,)),
        **operators(Scope.DATA_VIEW),
    )
    async def count_values(
        self,
        tables: NamedDependency[SkipValidation[Tables]],
        table: FromPath[str],
        column: FromPath[str],
        filters: Filters = None,
        limit: Limit = 50,
    ) -> list[ValueView]:
        """And how many rows have each, the most frequent first."""
        found = await tables.values(table, column, parse_filters(filters), limit=limit)
        return ValueView.all_of(found)
