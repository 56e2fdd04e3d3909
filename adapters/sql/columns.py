"""Columns and what hangs on them, as the tables have them.

Every engine holds the same plain values: whole numbers (ids, flags, and instants as microseconds
since 1970 in UTC), text, and bytes. `Column.info` says what operators may see of a column:

* `kind`, where it is not that of the type: "instant", "boolean" or "json";
* `secret`: no query reaches it. Bytes are secret unless they say otherwise;
* `writable`: operators change it, through the use cases;
* `found_by`: the column in which its values are looked for.
"""

from typing import Any

from advanced_alchemy.types import BigIntIdentity
from sqlalchemy import (
    Column,
    ColumnElement,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    Text,
)
from sqlalchemy.dialects import postgresql

# By code points on every engine, for pages go on from where the last one ended.
_TEXT = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
# An id is never given twice, not even after the newest row was deleted.
WITH_IDS: dict[str, Any] = {"sqlite_strict": True, "sqlite_autoincrement": True}
WITHOUT_IDS: dict[str, Any] = {"sqlite_strict": True}


def id_column(name: str = "id") -> Column[int]:
    """The number of a row, given by the database."""
    return Column(name, BigIntIdentity, primary_key=True)


def number(name: str, *, nullable: bool = False, **more: Any) -> Column[int]:
    """A whole number of 64 bits."""
    return Column(name, BigIntIdentity, nullable=nullable, **more)


def instant(name: str, *, nullable: bool = False) -> Column[int]:
    """Microseconds since 1970, in UTC."""
    return number(name, nullable=nullable, info={"kind": "instant"})


def string(
    name: str, *, nullable: bool = False, server_default: str | None = None, **info: Any
) -> Column[str]:
    """Text, with what operators may do with it."""
    return Column(name, _TEXT, nullable=nullable, server_default=server_default, info=info)


def digest(name: str = "digest") -> Column[bytes]:
    """SHA-256 of a secret."""
    return Column(name, LargeBinary, nullable=False, info={"secret": True})


def belongs_to(table: str, column: str) -> ForeignKeyConstraint:
    """Rows go with the row of the other table that they name."""
    return ForeignKeyConstraint([column], [f"{table}.id"], ondelete="CASCADE")


def index_where(name: str | None, *columns: Column[Any], where: ColumnElement[bool]) -> None:
    """An index of some rows only."""
    Index(name, *columns, sqlite_where=where, postgresql_where=where)
