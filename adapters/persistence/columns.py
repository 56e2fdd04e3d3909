"""What operators may ask of one table: conditions, orders and values, and never a secret."""

import base64
import binascii
import json
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column as SqlColumn
from sqlalchemy import (
    ColumnElement,
    Float,
    Index,
    Integer,
    LargeBinary,
    UniqueConstraint,
    and_,
    func,
    or_,
)
from sqlalchemy import Table as SqlTable

from adapters.persistence import rows
from domain.errors import InvalidQuery
from domain.queries import Column, Comparison, Condition, Row, Value
from domain.user import Username

_LAST_CHARACTER = "\U0010ffff"


class Columns:
    """The columns of a table with one key."""

    def __init__(self, table: SqlTable) -> None:
        (self.key,) = table.primary_key.columns
        self.has_ids = isinstance(self.key.type, Integer)
        self._all = list(table.columns)
        self.public = [each for each in self._all if not _is_secret(each)]
        self._by_name = {each.name: each for each in self.public}
        self._indexed = {self.key.name} | {
            next(iter(each.columns)).name
            for each in (*table.indexes, *table.constraints)
            if isinstance(each, Index | UniqueConstraint)
            and each.dialect_kwargs.get("sqlite_where") is None
        }

    def described(self) -> list[Column]:
        """All, also the secret ones, by name."""
        return [
            Column(
                name=str(each.name),
                kind=_kind(each),
                nullable=bool(each.nullable),
                key=each is self.key,
                references=next((key.target_fullname for key in each.foreign_keys), None),
                indexed=not _is_secret(each) and self._sought(each).name in self._indexed,
                secret=_is_secret(each),
                writable=bool(each.info.get("writable")),
            )
            for each in self._all
        ]

    def known(self, name: str) -> SqlColumn[Any]:
        """The column. Raises `InvalidQuery` also for a secret one."""
        if name not in self._by_name:
            raise InvalidQuery("There is no such column to read, filter or sort by.")
        return self._by_name[name]

    def key_is(self, raw: str) -> ColumnElement[bool]:
        """The condition that finds one row."""
        return self._where(Condition(self.key.name, Comparison.EQ, raw))

    def where(self, conditions: Sequence[Condition]) -> list[ColumnElement[bool]]:
        """All of them, as SQL."""
        return [self._where(each) for each in conditions]

    def order(self, sort: str | None, conditions: Sequence[Condition]) -> "Order":
        """By what is asked for, else by what a prefix is sought in, else newest first."""
        if sort is None:
            prefixed = [
                each.column
                for each in conditions
                if each.comparison is Comparison.PREFIX and self._is_indexed(each.column)
            ]
            sort = prefixed[0] if prefixed else f"-{self.key.name}"
        column = self._sought(self.known(sort.removeprefix("-")))
        if column.nullable:
            raise InvalidQuery("Rows cannot be sorted by a column that may be empty.")
        return Order(column, self.key, descending=sort.startswith("-"))

    def _is_indexed(self, name: str) -> bool:
        sought = self._sought(self.known(name))
        return sought.name in self._indexed and not sought.nullable

    def to_row(self, shown: Sequence[SqlColumn[Any]], row: Sequence[object]) -> Row:
        """By name; what follows the columns shown is left out."""
        return {
            str(each.name): to_value(each, value) for each, value in zip(shown, row, strict=False)
        }

    def _sought(self, column: SqlColumn[Any]) -> SqlColumn[Any]:
        """Where a value of this column is looked for: names are found in any spelling."""
        return column.table.c[column.info.get("found_by", column.name)]

    def _where(self, condition: Condition) -> ColumnElement[bool]:
        named = self.known(condition.column)
        column, comparison = self._sought(named), condition.comparison
        if comparison is Comparison.NULL:
            if condition.value not in ("true", "false"):
                raise InvalidQuery("Compare null with true or false.")
            return named.is_(None) if condition.value == "true" else named.is_not(None)
        value = _parse(named, condition.value)
        if comparison in (Comparison.PREFIX, Comparison.CONTAINS):
            if not isinstance(value, str):
                raise InvalidQuery(f"Only text can be compared by {comparison}.")
            if comparison is Comparison.CONTAINS:
                return func.instr(func.lower(column), func.lower(value)) > 0
            return and_(column >= value, column < value + _LAST_CHARACTER)
        operator = f"__{comparison}__"
        compared: ColumnElement[bool] = getattr(column, operator)(value)
        return compared


@dataclass(frozen=True, slots=True)
class Order:
    """By a column and then by the key, so that every row has its place."""

    column: SqlColumn[Any]
    key: SqlColumn[Any]
    descending: bool

    @property
    def columns(self) -> tuple[ColumnElement[Any], ...]:
        """What a cursor is made of."""
        return self.column.label("_sorted"), self.key.label("_key")

    @property
    def clauses(self) -> tuple[ColumnElement[Any], ...]:
        """For ORDER BY."""
        both = (self.column,) if self.column is self.key else (self.column, self.key)
        return tuple(each.desc() if self.descending else each.asc() for each in both)

    def beyond(self, after: str | None) -> tuple[ColumnElement[bool], ...]:
        """The condition for what comes after a cursor. Raises `InvalidQuery`."""
        if after is None:
            return ()
        value, key = _read_cursor(after, (self.column, self.key))
        if self.column is self.key:
            return ((self.key < key) if self.descending else (self.key > key),)
        bound, further = (
            (self.column <= value, or_(self.column < value, self.key < key))
            if self.descending
            else (self.column >= value, or_(self.column > value, self.key > key))
        )
        return bound, further


def cursor(row: Sequence[object]) -> str:
    """Where a page ends, for the caller to bring back."""
    return base64.urlsafe_b64encode(json.dumps(list(row)).encode()).decode().rstrip("=")


def to_value(column: SqlColumn[Any], value: Any) -> Value:
    """A value of this column, as it is shown."""
    if value is None:
        return None
    match _kind(column):
        case "instant":
            return rows.to_instant(value).isoformat().replace("+00:00", "Z")
        case "boolean":
            return bool(value)
        case "json":
            shown: Value = json.loads(value)
            return shown
        case _:
            plain: Value = value
            return plain


def _read_cursor(raw: str, columns: Sequence[SqlColumn[Any]]) -> list[Any]:
    try:
        values = json.loads(base64.urlsafe_b64decode(raw + "=" * (-len(raw) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        values = None
    if not isinstance(values, list) or len(values) != len(columns):
        raise InvalidQuery("This is no `next` of a page; begin again without it.")
    return [
        _checked(value) if isinstance(value, type_) else _refuse_cursor()
        for value, type_ in zip(values, (_type(each) for each in columns), strict=True)
    ]


def _refuse_cursor() -> Any:
    raise InvalidQuery("This `next` is of another order; begin again without it.")


def _type(column: SqlColumn[Any]) -> tuple[type, ...]:
    if isinstance(column.type, Integer):
        return (int,)
    return (int, float) if isinstance(column.type, Float) else (str,)


def _parse(column: SqlColumn[Any], raw: str) -> Any:
    """The value as the database has it. Raises `InvalidQuery`."""
    try:
        match _kind(column):
            case "instant":
                instant = datetime.fromisoformat(raw)
                return _checked(rows.to_micros(instant.replace(tzinfo=instant.tzinfo or UTC)))
            case "boolean":
                return {"true": 1, "false": 0}[raw]
            case "integer":
                return _checked(int(raw))
            case "number":
                return _checked(float(raw))
    except (ValueError, KeyError, OverflowError):
        raise InvalidQuery(f"This is no value for a column of the kind {_kind(column)}.") from None
    if "found_by" in column.info:
        raw = Username(raw).key
    return _checked(raw)


def _checked(value: Any) -> Any:
    """What SQLite can take. Raises `InvalidQuery`."""
    if isinstance(value, str):
        good = not any("\ud800" <= character <= "\udfff" for character in value)
    elif isinstance(value, int):
        good = -sys.maxsize <= value <= sys.maxsize
    else:
        good = math.isfinite(value)
    if not good:
        raise InvalidQuery("This value is beyond what is stored.")
    return value


def _kind(column: SqlColumn[Any]) -> str:
    if "kind" in column.info:
        return str(column.info["kind"])
    if isinstance(column.type, Integer):
        return "integer"
    if isinstance(column.type, Float):
        return "number"
    return "bytes" if isinstance(column.type, LargeBinary) else "text"


def _is_secret(column: SqlColumn[Any]) -> bool:
    return bool(column.info.get("secret"))
