"""The tables of metrics and of who reports them."""

from sqlalchemy import BigInteger, Column, Integer, MetaData, Table, Text

metadata = MetaData()


def _number(name: str, *, key: bool = False, nullable: bool = False) -> Column[int]:
    kind = BigInteger().with_variant(Integer, "sqlite")
    return Column(name, kind, primary_key=key, nullable=nullable, autoincrement=False)


def _text(name: str, *, key: bool = False) -> Column[str]:
    return Column(name, Text, primary_key=key, nullable=False)


figures = Table(
    "figures",
    metadata,
    _number("length", key=True),
    _number("began", key=True),
    _text("node", key=True),
    _text("worker", key=True),
    _text("figures"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
"""A row a minute and worker for a day, then a row an hour and node for 30 days, whose worker is
empty. Times are in seconds.
"""

totals = Table(
    "totals",
    metadata,
    _text("node", key=True),
    _text("figures"),
    _number("seen"),
    sqlite_strict=True,
)

workers = Table(
    "workers",
    metadata,
    _text("node", key=True),
    _text("worker", key=True),
    _text("version"),
    _number("started"),
    _number("seen"),
    _number("has_stopped"),
    _text("leases"),
    sqlite_strict=True,
)
"""Instants in microseconds: `started` by the worker's clock, `seen` by the database's."""
