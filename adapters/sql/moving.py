"""Moving what a database has into another one, whichever engines they are."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import (
    Cast,
    Column,
    Connection,
    Select,
    Table,
    Text,
    cast,
    delete,
    func,
    insert,
    literal,
    select,
    table,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import REGCLASS
from sqlalchemy.exc import DBAPIError

from adapters.sql import tables
from adapters.sql.migrations import READABLE_BY
from adapters.sql.schema import begin_feed
from adapters.sql.tables import compatibility, events, metadata

MOVED: Sequence[Table] = [
    each
    for each in metadata.sorted_tables
    if each not in (tables.leases, tables.readiness, tables.compatibility)
]
"""The others say something of the database itself, and each has its own."""

_BATCH = 5_000
_NUMBERED = (events.name, events.c.transaction_id.name)
_NOBODY = "moved"  # no revision, and above all of them
_HOLD_ACCOUNTS = (tables.users, tables.events)
"""A database without rows of these has been used by nobody."""
_SQLITE_SEQUENCES = table("sqlite_sequence", Column("name"), Column("seq"))

OnRows = Callable[[int], None]


class Contents(Struct, frozen=True):
    """What a table has: its rows in the order of the key, digested, and the last id it gave."""

    name: str
    rows: int
    digest: str
    last_id: int


class Different(Exception):
    """What was read back from a table is not what was written to it."""

    def __init__(self, name: str) -> None:
        super().__init__(f"What the new database has in {name} differs from what was moved.")


class NotStorable(Exception):
    """The new database does not take something."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"The new database does not take {name}: {reason}")


def rows_in(connection: Connection) -> dict[str, int]:
    """How many rows each table has."""
    counts = {each.name: select(func.count()).select_from(each) for each in MOVED}
    return {name: int(connection.scalar(count) or 0) for name, count in counts.items()}


def is_unused(connection: Connection) -> bool:
    """Whether nobody ever had an account there."""
    found = (connection.execute(select(each).limit(1)).first() for each in _HOLD_ACCOUNTS)
    return not any(found)


def copy(source: Connection, target: Connection, on_rows: OnRows) -> list[Contents]:
    """Put everything into a database that is unused, read it back, and compare. `on_rows` is told
    of rows that were written, and again when they were read. Raises `Different` and `NotStorable`.
    """
    for each in reversed(MOVED):
        target.execute(delete(each))
    written = [_copy(source, target, each, on_rows) for each in MOVED]
    _go_on_with_feed(source, target)
    for before, now in zip(written, contents(target, on_rows), strict=True):
        if before != now:
            raise Different(before.name)
    return written


def contents(
    connection: Connection, on_rows: OnRows, tables: Sequence[Table] = MOVED
) -> list[Contents]:
    """What each table has."""
    found = []
    for each in tables:
        digest, number = hashlib.sha256(), 0
        for rows in _batches(connection, each):
            _add(digest, rows)
            number += len(rows)
            on_rows(len(rows))
        last_id = _last_ids(connection).get(each.name, 0)
        found.append(Contents(str(each.name), number, digest.hexdigest(), last_id))
    return found


def moved_to(connection: Connection) -> str | None:
    """Where it was moved, if it was."""
    return connection.scalar(select(compatibility.c.moved_to))


def mark(connection: Connection, name: str | None) -> None:
    """Say that it was moved there, or that it was not. Where it was, no version runs on it, also
    none that does not know of moving.
    """
    readable_by = READABLE_BY if name is None else _NOBODY
    connection.execute(update(compatibility).values(moved_to=name, readable_by=readable_by))


def _copy(source: Connection, target: Connection, each: Table, on_rows: OnRows) -> Contents:
    digest, number = hashlib.sha256(), 0
    for rows in _batches(source, each):
        _add(digest, rows)
        _write(target, each, rows)
        number += len(rows)
        on_rows(len(rows))
    last_id = _last_ids(source).get(each.name, 0)
    _continue_after(target, each, last_id)
    return Contents(str(each.name), number, digest.hexdigest(), last_id)


def _go_on_with_feed(source: Connection, target: Connection) -> None:
    """Cursors count on over there only where no event had a transaction."""
    if source.dialect.name == "postgresql":
        begin_feed(target)
    else:
        feed = source.scalar(select(compatibility.c.feed))
        target.execute(update(compatibility).values(feed=feed))


def _batches(connection: Connection, each: Table) -> Iterator[Sequence[Sequence[Any]]]:
    statement = _all_of(each)
    result = connection.execute(statement, execution_options={"yield_per": _BATCH})
    for rows in result.partitions():
        yield [tuple(row) for row in rows]


def _all_of(each: Table) -> Select[*tuple[Any, ...]]:
    """Transactions are numbered by the server that commits them; elsewhere that means nothing."""
    shown = [
        literal(0).label(column.name) if (each.name, column.name) == _NUMBERED else column
        for column in each.c
    ]
    return select(*shown).order_by(*each.primary_key)


def _add(digest: Any, rows: Iterable[Sequence[Any]]) -> None:
    for row in rows:
        digest.update(repr(row).encode("utf-8", "surrogatepass"))


def _write(target: Connection, each: Table, rows: Sequence[Sequence[Any]]) -> None:
    try:
        _insert(target, each, rows)
    except Exception as error:
        raise NotStorable(each.name, said_by(error)) from error


def said_by(error: BaseException) -> str:
    """What a database said, without the row that it shows."""
    said = error.orig if isinstance(error, DBAPIError) else error
    return str(said).partition("\n")[0].partition(" with text ")[0]


def _insert(target: Connection, each: Table, rows: Sequence[Sequence[Any]]) -> None:
    names = [column.name for column in each.c]
    if target.dialect.name != "postgresql":
        target.execute(insert(each), [dict(zip(names, row, strict=True)) for row in rows])
        return

    async def copy_in(driver: Any) -> None:
        await driver.copy_records_to_table(each.name, records=rows, columns=names)

    adapted: Any = target.connection.dbapi_connection
    adapted.run_async(copy_in)


def _key_with_ids(each: Table) -> Column[Any] | None:
    (key, *others) = each.primary_key
    is_counted = not others and key.autoincrement is not False and key.type.python_type is int
    return key if is_counted else None


def _last_ids(connection: Connection) -> Mapping[str, int]:
    """The last id that each table gave, also of rows that are no more: none is given twice."""
    if connection.dialect.name != "postgresql":
        columns = _SQLITE_SEQUENCES.c
        found = connection.execute(select(columns.name, columns.seq))
        return {name: int(last) for name, last in found}
    ids: dict[str, int] = {}
    for each in MOVED:
        if _key_with_ids(each) is not None:
            # Unlike a SELECT of its row, this needs no more than the right to use it.
            last = connection.scalar(select(func.pg_sequence_last_value(_sequence(each))))
            ids[each.name] = last or 0
    return ids


def _continue_after(connection: Connection, each: Table, last_id: int) -> None:
    if _key_with_ids(each) is None:
        return
    if connection.dialect.name == "postgresql":
        name = connection.scalar(select(cast(_sequence(each), Text)))
        # Unlike setval, this can be rolled back, and with it the number that is taken.
        connection.execute(text(f"ALTER SEQUENCE {name} RESTART WITH {max(last_id, 1)}"))
        if last_id:
            connection.execute(select(func.nextval(_sequence(each))))
        return
    columns = _SQLITE_SEQUENCES.c
    connection.execute(delete(_SQLITE_SEQUENCES).where(columns.name == each.name))
    if last_id:
        connection.execute(insert(_SQLITE_SEQUENCES).values(name=each.name, seq=last_id))


def _sequence(each: Table) -> Cast[str]:
    (key,) = each.primary_key
    return cast(func.pg_get_serial_sequence(each.name, key.name), REGCLASS)
