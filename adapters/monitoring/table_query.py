"""What operators may ask of one table: conditions, orders and values, and never a secret."""

import base64
import binascii
import json
import math
import operator
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Table, and_, not_, or_, types

from adapters.sql.values import to_instant, to_micros
from application.operations.queries import Column, Comparison, Condition, Row, Value
from domain.errors import InvalidQuery
from domain.user import Username

_Compare = Callable[[Any, Any], ColumnElement[bool]]

_KINDS: Mapping[type[types.TypeEngine[Any]], str] = {
    types.Integer: "integer",
    types.Float: "number",
    types.LargeBinary: "bytes",
}
_COMPARED: Mapping[Comparison, _Compare] = {
    Comparison.EQ: operator.eq,
    Comparison.NE: operator.ne,
    Comparison.LT: operator.lt,
    Comparison.LE: operator.le,
    Comparison.GT: operator.gt,
    Comparison.GE: operator.ge,
}
_UP: tuple[_Compare, _Compare] = operator.gt, operator.ge
_DOWN: tuple[_Compare, _Compare] = operator.lt, operator.le
_VALUES_MAX = 500
_LAST_CHARACTER = "\U0010ffff"


class TableQuery:
    """A table with one key, as `Column.info` describes it (`adapters/sql/tables.py`)."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self._found_by = {each.name: each.info.get("found_by", each.name) for each in table.c}
        quick = _first_of_indexes(table)
        self.all = [
            _described(each, indexed=self._found_by[each.name] in quick) for each in table.c
        ]
        """Also the secret ones, by name."""
        self.public = [each for each in self.all if not each.secret]
        (self.key,) = (each for each in self.all if each.key)
        self.has_ids = self.key.kind == "integer"
        self._by_name = {each.name: each for each in self.public}

    def known(self, name: str) -> Column:
        """The column. Raises `InvalidQuery` also for a secret one."""
        if name not in self._by_name:
            raise InvalidQuery("There is no such column to read, filter or sort by.")
        return self._by_name[name]

    def of(self, column: Column) -> sa.Column[Any]:
        """The column as statements have it."""
        return self.table.c[column.name]

    def key_is(self, raw: str) -> ColumnElement[bool]:
        """What finds one row."""
        return self._where(Condition(self.key.name, Comparison.EQ, raw))

    def where(self, conditions: Sequence[Condition]) -> ColumnElement[bool]:
        """All of them hold."""
        return and_(sa.true(), *map(self._where, conditions))

    def order(self, sort: str | None, conditions: Sequence[Condition]) -> "Order":
        """By what is asked for, else by what a prefix is sought in, else newest first."""
        if sort is None:
            prefixed = [
                each.column
                for each in conditions
                if each.comparison is Comparison.PREFIX and self._is_sorted(each.column)
            ]
            sort = prefixed[0] if prefixed else f"-{self.key.name}"
        column = self._sought(self.known(sort.removeprefix("-")))
        if column.nullable:
            raise InvalidQuery("Rows cannot be sorted by a column that may be empty.")
        columns = dict.fromkeys((column, self.key))
        return Order([(each, self.of(each)) for each in columns], descending=sort.startswith("-"))

    def to_row(self, shown: Sequence[Column], row: Sequence[object]) -> Row:
        """By name; what follows the columns shown is left out."""
        return {each.name: to_value(each, value) for each, value in zip(shown, row, strict=False)}

    def _is_sorted(self, name: str) -> bool:
        column = self.known(name)
        return column.indexed and not self._sought(column).nullable

    def _sought(self, column: Column) -> Column:
        """Where a value of this column is looked for: names are found in any spelling."""
        return self._by_name[self._found_by[column.name]]

    def _where(self, condition: Condition) -> ColumnElement[bool]:
        named = self.known(condition.column)
        sought, comparison = self.of(self._sought(named)), condition.comparison
        if comparison is Comparison.NULL:
            if condition.value not in ("true", "false"):
                raise InvalidQuery("Compare null with true or false.")
            is_null = self.of(named).is_(None)
            return is_null if condition.value == "true" else ~is_null
        if comparison is Comparison.IN:
            values = condition.value.split(",")
            if len(values) > _VALUES_MAX:
                raise InvalidQuery(f"Compare with {_VALUES_MAX} values at most.")
            return sought.in_([self._parse(named, value) for value in values])
        value = self._parse(named, condition.value)
        if comparison in _COMPARED:
            return _COMPARED[comparison](sought, value)
        if not isinstance(value, str):
            raise InvalidQuery(f"Only text can be compared by {comparison}.")
        if comparison is Comparison.CONTAINS:
            return sought.icontains(value, autoescape=True)
        begins = and_(sought >= value, sought < value + _LAST_CHARACTER)
        return begins if comparison is Comparison.PREFIX else not_(begins)

    def _parse(self, column: Column, raw: str) -> Any:
        """The value as the database has it. Raises `InvalidQuery`."""
        try:
            match column.kind:
                case "instant":
                    instant = datetime.fromisoformat(raw)
                    return _checked(to_micros(instant.replace(tzinfo=instant.tzinfo or UTC)))
                case "boolean":
                    return {"true": 1, "false": 0}[raw]
                case "integer":
                    return _checked(int(raw))
                case "number":
                    return _checked(float(raw))
        except (ValueError, KeyError, OverflowError):
            raise InvalidQuery(
                f"This is no value for a column of the kind {column.kind}."
            ) from None
        # Found by another: the one that is the same for every spelling.
        return _checked(raw if self._sought(column) is column else Username(raw).key)


@dataclass(frozen=True, slots=True)
class Order:
    """By a column and then by the key, so that every row has its place."""

    by: Sequence[tuple[Column, sa.Column[Any]]]
    descending: bool

    @property
    def columns(self) -> list[sa.Column[Any]]:
        """What a cursor is made of."""
        return [column for _, column in self.by]

    @property
    def directed(self) -> list[ColumnElement[Any]]:
        """For ORDER BY."""
        return [each.desc() if self.descending else each.asc() for each in self.columns]

    def beyond(self, after: str | None) -> ColumnElement[bool]:
        """The condition for what comes after a cursor. Raises `InvalidQuery`."""
        if after is None:
            return sa.true()
        further, at_least = _DOWN if self.descending else _UP
        column, key = self.columns[0], self.columns[-1]
        values = self._read_cursor(after)
        if column is key:
            return further(key, values[0])
        # The first of the two is what an index answers.
        return and_(
            at_least(column, values[0]),
            or_(further(column, values[0]), further(key, values[-1])),
        )

    def _read_cursor(self, raw: str) -> list[Any]:
        try:
            values = json.loads(base64.urlsafe_b64decode(raw + "=" * (-len(raw) % 4)))
        except (ValueError, binascii.Error, RecursionError):
            values = None
        if not isinstance(values, list) or len(values) != len(self.by):
            raise InvalidQuery("This is no `next` of a page; begin again without it.")
        if not all(
            isinstance(value, _type(column)) and not isinstance(value, bool)
            for value, (column, _) in zip(values, self.by, strict=True)
        ):
            raise InvalidQuery("This `next` is of another order; begin again without it.")
        return [_checked(value) for value in values]


def _described(column: sa.Column[Any], *, indexed: bool) -> Column:
    info = column.info
    is_secret = info.get("secret", isinstance(column.type, types.LargeBinary))
    return Column(
        name=str(column.name),
        kind=info.get("kind") or _kind_of(column.type),
        nullable=bool(column.nullable),
        key=column.primary_key,
        references=next((each.target_fullname for each in column.foreign_keys), None),
        indexed=indexed and not is_secret,
        secret=is_secret,
        writable=info.get("writable", False),
    )


def _kind_of(type_: types.TypeEngine[Any]) -> str:
    return next((kind for known, kind in _KINDS.items() if isinstance(type_, known)), "text")


def _first_of_indexes(table: Table) -> set[str]:
    """Which columns come first in the key, or in an index over all rows."""
    unique = [each.columns for each in table.constraints if isinstance(each, sa.UniqueConstraint)]
    indexes = [
        each.columns for each in table.indexes if each.dialect_options["sqlite"]["where"] is None
    ]
    return {columns.keys()[0] for columns in (table.primary_key.columns, *unique, *indexes)}


def cursor(row: Sequence[object]) -> str:
    """Where a page ends, for the caller to bring back."""
    return base64.urlsafe_b64encode(json.dumps(list(row)).encode()).decode().rstrip("=")


def to_value(column: Column, value: Any) -> Value:
    """A value of this column, as it is shown."""
    if value is None:
        return None
    match column.kind:
        case "instant":
            return to_instant(value).isoformat().replace("+00:00", "Z")
        case "boolean":
            return bool(value)
        case "json":
            shown: Value = json.loads(value)
            return shown
        case _:
            plain: Value = value
            return plain


def _type(column: Column) -> tuple[type, ...]:
    if column.kind in ("integer", "instant", "boolean"):
        return (int,)
    return (int, float) if column.kind == "number" else (str,)


def _checked(value: Any) -> Any:
    """What can be stored. Raises `InvalidQuery`."""
    if isinstance(value, str):
        # PostgreSQL has no U+0000, and no encoding has a lone surrogate.
        good = not any(each == "\0" or "\ud800" <= each <= "\udfff" for each in value)
    elif isinstance(value, int):
        good = -sys.maxsize <= value <= sys.maxsize
    else:
        good = math.isfinite(value)
    if not good:
        raise InvalidQuery("This value is beyond what is stored.")
    return value
