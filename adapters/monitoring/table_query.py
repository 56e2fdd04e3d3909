"""What operators may ask of one table: conditions, orders and values, and never a secret."""

import base64
import binascii
import json
import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from adapters.sql.sqlite import SqlColumn, describe, to_instant, to_micros
from application.operations.queries import Column, Comparison, Condition, Row, Value
from domain.errors import InvalidQuery
from domain.user import Username

Marks = Mapping[str, Mapping[str, Any]]
"""What SQL does not say of a column, by its table and name: its `kind`, that it is `secret` or
`writable`, and the column it is `found_by`.
"""

_KINDS = {"INTEGER": "integer", "REAL": "number", "BLOB": "bytes"}
_OPERATORS = {
    Comparison.EQ: "=",
    Comparison.NE: "<>",
    Comparison.LT: "<",
    Comparison.LE: "<=",
    Comparison.GT: ">",
    Comparison.GE: ">=",
}
_LAST_CHARACTER = "\U0010ffff"


class Sql(NamedTuple):
    """A condition, and the values of its question marks. Names in it are those of the schema."""

    text: str
    values: tuple[object, ...] = ()


def described(schema: str, marks: Marks) -> dict[str, "Columns"]:
    """The tables that these statements make, in that order. What is marked has to be there: the
    mark of a secret that misses its column would show it.
    """
    tables = {name: _marked(name, columns, marks) for name, columns in describe(schema).items()}
    known = {f"{name}.{column.name}" for name, table in tables.items() for column in table.all}
    if missing := marks.keys() - known:
        raise ValueError(f"There is no {missing}.")
    return tables


def _marked(table: str, columns: Sequence[SqlColumn], marks: Marks) -> "Columns":
    quick = {each.name for each in columns if each.indexed or each.key}
    found_by = {}
    described = []
    for each in columns:
        mark = marks.get(f"{table}.{each.name}", {})
        found_by[each.name] = mark.get("found_by", each.name)
        secret = mark.get("secret", each.type == "BLOB")
        described.append(
            Column(
                name=each.name,
                kind=mark.get("kind", _KINDS.get(each.type, "text")),
                nullable=each.nullable,
                key=each.key,
                references=each.references,
                indexed=not secret and found_by[each.name] in quick,
                secret=secret,
                writable=mark.get("writable", False),
            )
        )
    return Columns(table, described, found_by)


class Columns:
    """The columns of a table with one key."""

    def __init__(self, table: str, columns: Sequence[Column], found_by: Mapping[str, str]) -> None:
        self.table = f'"{table}"'
        self.all = columns
        """Also the secret ones, by name."""
        self.public = [each for each in columns if not each.secret]
        (self.key,) = (each for each in columns if each.key)
        self.has_ids = self.key.kind == "integer"
        self._found_by = found_by
        self._by_name = {each.name: each for each in self.public}

    def known(self, name: str) -> Column:
        """The column. Raises `InvalidQuery` also for a secret one."""
        if name not in self._by_name:
            raise InvalidQuery("There is no such column to read, filter or sort by.")
        return self._by_name[name]

    def key_is(self, raw: str) -> Sql:
        """What finds one row."""
        return self.where([Condition(self.key.name, Comparison.EQ, raw)])

    def where(self, conditions: Sequence[Condition], *more: Sql) -> Sql:
        """WHERE all of them hold."""
        found = [*map(self._where, conditions), *more]
        if not found:
            return Sql("")
        text = " AND ".join(f"({each.text})" for each in found)
        return Sql(f" WHERE {text}", tuple(value for each in found for value in each.values))

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
        return Order(column, self.key, descending=sort.startswith("-"))

    def to_row(self, shown: Sequence[Column], row: Sequence[object]) -> Row:
        """By name; what follows the columns shown is left out."""
        return {each.name: to_value(each, value) for each, value in zip(shown, row, strict=False)}

    def _is_sorted(self, name: str) -> bool:
        column = self.known(name)
        return column.indexed and not self._sought(column).nullable

    def _sought(self, column: Column) -> Column:
        """Where a value of this column is looked for: names are found in any spelling."""
        return self._by_name[self._found_by[column.name]]

    def _where(self, condition: Condition) -> Sql:
        named = self.known(condition.column)
        sought, comparison = quoted(self._sought(named)), condition.comparison
        if comparison is Comparison.NULL:
            if condition.value not in ("true", "false"):
                raise InvalidQuery("Compare null with true or false.")
            return Sql(f"{quoted(named)} IS {'' if condition.value == 'true' else 'NOT '}NULL")
        value = self._parse(named, condition.value)
        if comparison in (Comparison.PREFIX, Comparison.CONTAINS):
            if not isinstance(value, str):
                raise InvalidQuery(f"Only text can be compared by {comparison}.")
            if comparison is Comparison.CONTAINS:
                return Sql(f"instr(lower({sought}), lower(?)) > 0", (value,))
            return Sql(f"{sought} >= ? AND {sought} < ?", (value, value + _LAST_CHARACTER))
        return Sql(f"{sought} {_OPERATORS[comparison]} ?", (value,))

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

    column: Column
    key: Column
    descending: bool

    @property
    def columns(self) -> tuple[str, str]:
        """What a cursor is made of."""
        return quoted(self.column), quoted(self.key)

    @property
    def text(self) -> str:
        """For ORDER BY."""
        direction = "DESC" if self.descending else "ASC"
        return ", ".join(f"{each} {direction}" for each in dict.fromkeys(self.columns))

    def beyond(self, after: str | None) -> tuple[Sql, ...]:
        """The condition for what comes after a cursor. Raises `InvalidQuery`."""
        if after is None:
            return ()
        value, key = _read_cursor(after, (self.column, self.key))
        further, (column, its_key) = "<" if self.descending else ">", self.columns
        if column == its_key:
            return (Sql(f"{column} {further} ?", (key,)),)
        return (
            Sql(f"{column} {further}= ?", (value,)),
            Sql(f"{column} {further} ? OR {its_key} {further} ?", (value, key)),
        )


def quoted(column: Column) -> str:
    """Its name in SQL."""
    return f'"{column.name}"'


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


def _read_cursor(raw: str, columns: Sequence[Column]) -> list[Any]:
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


def _type(column: Column) -> tuple[type, ...]:
    if column.kind in ("integer", "instant", "boolean"):
        return (int,)
    return (int, float) if column.kind == "number" else (str,)


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
