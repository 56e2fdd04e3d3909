"""The partitions of requests on PostgreSQL: by how long they are kept, and then by day.

What is old is dropped with its partition, which costs nothing and leaves nothing behind. What no
longer fits into the limit goes in the same way, so a partition that has grown large is cut: what
comes from then on has one of its own.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from msgspec import Struct
from sqlalchemy import Connection, select, text
from sqlalchemy.schema import CreateSequence, CreateTable

from adapters.monitoring.request_log.tables import ids, partitioned
from adapters.sql.values import NowMicros, to_instant, to_micros

KINDS = ("ordinary", "notable", "refusal")
_DAYS_AHEAD = 1
_PIECES = 16
"""A partition that takes more than this part of the limit is cut."""
_RESERVE = 4
"""Refusals of account routes go first only while they take more than this part of the limit."""
_CUT_AFTER = timedelta(minutes=5)
_MICROSECOND = timedelta(microseconds=1)
_BOUNDS = re.compile(r"FOR VALUES FROM \('?(-?\d+)'?\) TO \('?(-?\d+)'?\)")
_FIND = text(
    """SELECT c.relname, pg_get_expr(c.relpartbound, c.oid), pg_total_relation_size(c.oid)
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = to_regclass(:parent)"""
)
_PREPARED = text(
    """SELECT c.relname FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
    WHERE k.conname = 'cut' AND k.connamespace = current_schema()::regnamespace"""
)


class Partition(Struct, frozen=True):
    """From this instant in microseconds on, and before that."""

    kind: str
    name: str
    begin: int
    end: int
    size: int


def create_requests(connection: Connection) -> None:
    """Make the table, with the partitions of today and tomorrow."""
    connection.execute(CreateSequence(ids))
    connection.execute(CreateTable(partitioned))
    for index in partitioned.indexes:
        index.create(connection)
    for kind in KINDS:
        connection.execute(
            text(
                f"CREATE TABLE requests_{kind} PARTITION OF requests FOR VALUES IN ('{kind}')"
                " PARTITION BY RANGE (time)"
            )
        )
    add_days(connection)


def add_days(connection: Connection) -> None:
    """Make the partitions of today and tomorrow that are missing."""
    found, now = partitions_of(connection), to_instant(_now(connection))
    for kind in KINDS:
        ends = {each.end for each in found if each.kind == kind}
        for number in range(_DAYS_AHEAD + 1):
            day = datetime(now.year, now.month, now.day, tzinfo=UTC) + timedelta(days=number)
            begin, end = to_micros(day), to_micros(day + timedelta(days=1))
            if end not in ends:
                within = [each for each in ends if begin < each < end]
                _create(connection, kind, max([begin, *within]), end)


def drop_old(connection: Connection, before: Mapping[str, int]) -> int:
    """Drop the partitions that end before these instants, by kind; say how many."""
    old = [each for each in partitions_of(connection) if each.end <= before[each.kind]]
    return _drop(connection, old)


def drop_beyond(connection: Connection, limit: int) -> int:
    """Drop the oldest until what is left takes so many bytes; say how many. Those that are written
    to stay.
    """
    now = _now(connection)
    left = partitions_of(connection)
    doomed: list[Partition] = []
    while sum(each.size for each in left) > limit:
        old = [each for each in left if each.end <= now]
        refusals = [each for each in old if each.kind == "refusal"]
        others = [each for each in old if each.kind != "refusal"]
        held = sum(each.size for each in left if each.kind == "refusal")
        first, second = (refusals, others) if held > limit // _RESERVE else (others, refusals)
        if not old:
            break
        oldest = min(first or second, key=lambda each: each.begin)
        left.remove(oldest)
        doomed.append(oldest)
    return _drop(connection, doomed)


def large(connection: Connection, limit: int) -> list[Partition]:
    """Those that should be cut."""
    now = _now(connection)
    until = now + 2 * _CUT_AFTER // _MICROSECOND
    return [
        each
        for each in partitions_of(connection)
        if each.size > limit // _PIECES and each.begin <= now and until < each.end
    ]


def prepare_cut(connection: Connection, partition: Partition) -> int:
    """Let it take nothing from an instant some minutes ahead on, which is the answer. Until then
    the cut must be made, or prepared anew.
    """
    at = _now(connection) + _CUT_AFTER // _MICROSECOND
    connection.execute(
        text(f"ALTER TABLE {partition.name} ADD CONSTRAINT cut CHECK (time < {at}) NOT VALID")
    )
    return at


def forget_cuts(connection: Connection) -> None:
    """Cuts that were prepared and never made, as when the process was killed, are not to be."""
    for (name,) in connection.execute(_PREPARED).fetchall():
        connection.execute(text(f"ALTER TABLE {name} DROP CONSTRAINT cut"))


def check_cut(connection: Connection, partition: Partition) -> None:
    """Look whether that holds for what it has. It may take long, and others write meanwhile."""
    connection.execute(text(f"ALTER TABLE {partition.name} VALIDATE CONSTRAINT cut"))


def cut(connection: Connection, partition: Partition, at: int) -> None:
    """Let it end there, and make another one for the rest."""
    parent, name = f"requests_{partition.kind}", partition.name
    connection.execute(text(f"ALTER TABLE {parent} DETACH PARTITION {name}"))
    connection.execute(
        text(
            f"ALTER TABLE {parent} ATTACH PARTITION {name}"
            f" FOR VALUES FROM ({partition.begin}) TO ({at})"
        )
    )
    connection.execute(text(f"ALTER TABLE {name} DROP CONSTRAINT cut"))
    _create(connection, partition.kind, at, partition.end)


def partitions_of(connection: Connection) -> list[Partition]:
    """All that there are."""
    return [
        Partition(kind, name, int(bounds[1]), int(bounds[2]), size)
        for kind in KINDS
        for name, expression, size in connection.execute(_FIND, {"parent": f"requests_{kind}"})
        if (bounds := _BOUNDS.fullmatch(expression))
    ]


def _create(connection: Connection, kind: str, begin: int, end: int) -> None:
    name = f"requests_{kind}_{to_instant(begin):%Y%m%d_%H%M%S}"
    connection.execute(
        text(
            f"CREATE TABLE {name} PARTITION OF requests_{kind} FOR VALUES FROM ({begin}) TO ({end})"
        )
    )


def _drop(connection: Connection, partitions: Iterable[Partition]) -> int:
    dropped = 0
    for each in partitions:
        connection.execute(text(f"DROP TABLE {each.name}"))
        dropped += 1
    return dropped


def _now(connection: Connection) -> int:
    return int(connection.execute(select(NowMicros())).scalar_one())
