"""The data, as it is."""

from functools import partial
from typing import Annotated

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter, SkipValidation

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
from adapters.http.path_parameters import ColumnName, RowKey, TableName
from adapters.http.problem_kinds import INVALID
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
        summary="List tables",
        responses=answers_operators(*_QUERY),
        **operators(Scope.DATA_VIEW),
    )
    async def list_tables(self, tables: NamedDependency[SkipValidation[Tables]]) -> list[TableView]:
        """With columns, kinds, keys and relations, and an estimate of the rows of each."""
        return [TableView.of(table) for table in await tables.tables()]

    @get(
        "/{table:str}/rows",
        operation_id="listRows",
        summary="List rows of a table",
        responses=answers_operators(*_QUERY, also=(INVALID,)),
        **operators(Scope.DATA_VIEW),
    )
    async def list_rows(
        self,
        *,
        tables: NamedDependency[SkipValidation[Tables]],
        table: TableName,
        filters: Filters = None,
        columns: Columns = None,
        sort: Sort = None,
        after: After = None,
        limit: Limit = 50,
    ) -> PageView:
        """In pages. Rows that are added or changed meanwhile do not make a page skip or repeat a
        row, unless the column that is sorted by changes.
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
        summary="Export rows of a table as CSV",
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
        table: TableName,
        filters: Filters = None,
        columns: Columns = None,
        sort: Sort = None,
    ) -> Response[str]:
        """All rows that match the filters, streamed. Cells that a spreadsheet would evaluate begin
        with an apostrophe. If the connection closes before the end, ask again.
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
        summary="Get a row of a table",
        responses=answers_operators(*_QUERY, NoSuchRow),
        **operators(Scope.DATA_VIEW),
    )
    async def get_row(
        self,
        tables: NamedDependency[SkipValidation[Tables]],
        table: TableName,
        key: RowKey,
    ) -> dict[str, object]:
        """By its primary key."""
        return dict(await tables.row(table, key))

    @get(
        "/{table:str}/count",
        operation_id="countRows",
        summary="Count rows of a table",
        responses=answers_operators(*_QUERY, also=(INVALID,)),
        **operators(Scope.DATA_VIEW),
    )
    async def count_rows(
        self,
        *,
        tables: NamedDependency[SkipValidation[Tables]],
        table: TableName,
        filters: Filters = None,
        exact: Annotated[bool, QueryParameter(description="Count, and do not estimate.")] = False,
    ) -> CountView:
        """An estimate; with `exact=true` the exact number, unless counting takes too long."""
        return CountView.of(await tables.count(table, parse_filters(filters), exact=exact))

    @get(
        "/{table:str}/values/{column:str}",
        operation_id="countValues",
        summary="Count values of a column",
        responses=answers_operators(*_QUERY, also=(INVALID,)),
        **operators(Scope.DATA_VIEW),
    )
    async def count_values(
        self,
        tables: NamedDependency[SkipValidation[Tables]],
        table: TableName,
        column: ColumnName,
        filters: Filters = None,
        limit: Limit = 50,
    ) -> list[ValueView]:
        """The values with the number of rows that have each, most frequent first."""
        found = await tables.values(table, column, parse_filters(filters), limit=limit)
        return ValueView.all_of(found)
