"""Rows as comma-separated values (RFC 4180), for a spreadsheet."""

import csv
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from io import StringIO

from msgspec import json

from adapters.http.streaming import Pieces
from application.operations.queries import Row, Table, Value
from domain.errors import InvalidQuery

CSV = "text/csv; charset=utf-8"
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def columns_of(tables: Sequence[Table], name: str, chosen: Sequence[str]) -> list[str]:
    """The columns that are asked for, or all that may be seen. Raises `InvalidQuery`."""
    found = next((table for table in tables if table.name == name), None)
    if found is None:
        raise InvalidQuery("There is no such table.")
    return list(dict.fromkeys(chosen)) or [each.name for each in found.columns if not each.secret]


async def encoded_csv(pages: AsyncGenerator[Sequence[Row], None], columns: Sequence[str]) -> Pieces:
    """A line of names, and a line a row."""
    head = _lines([columns])
    async with aclosing(pages):
        async for rows in pages:
            yield head + _lines([[_cell(row[name]) for name in columns] for row in rows])
            head = b""


def _lines(rows: Sequence[Sequence[str]]) -> bytes:
    text = StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8", "replace")


def _cell(value: Value) -> str:
    """What a spreadsheet would calculate is text with an apostrophe before it (OWASP, CSV
    injection).
    """
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case int() | float():
            return str(value)
        case str():
            return f"'{value}" if value.startswith(_FORMULAS) else value
        case _:
            return json.encode(value).decode()
