"""The partitions of requests on PostgreSQL: by how long they are kept, and then by day.

What is old is dropped with its partition, which costs nothing and leaves nothing behind. What no
longer fits into the limit goes in the same way, so a partition that has grown large ends early, and
what comes from then on has one of its own.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from msgspec import Struct
from sqlalchemy import Connection, func, select, text
from sqlalchemy.schema import CreateSequence, CreateTable

from adapters.monitoring.request_log.tables import ids, partitioned
from adapters.sql.values import NowMicros, to_instant, to_micros

KINDS = ("ordinary", "notable", "refusal")
_DAYS_AHEAD = 1
_PIECES = 16
"""A partition that takes more than this part of the limit is cut. That reads it once, under a lock,
and if it takes too long it is not done.
"""
_RESERVE = 4
"""Refusals of account routes go first only while they take more than this part of the limit."""
_BOUNDS = re.compile(r"FOR VALUES FROM \('?(-?\d+)'?\) TO \('?(-?\d+)'?\)")
_FIND = text(
    """SELECT c.relname, pg_get_expr(c.relpartbound, c.oid),
        CASE pg_relation_size(c.oid) WHEN 0 THEN 0 ELSE pg_total_relation_size(c.oid) END
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = to_regclass(:parent)"""
)
_ONE_AFTER_THE_OTHER = select(func.pg_advisory_xact_lock(0x46_50))  # "FP"


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
    connection.execute(_ONE_AFTER_THE_OTHER)
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


def cut_large(connection: Connection, limit: int) -> int:
    """Let partitions that take much end now, and make others for the rest of their day; say how
    many. Who writes to them waits meanwhile.
    """
    now, cut = _now(connection), 0
    for each in partitions_of(connection):
        if each.size > limit // _PIECES and each.begin <= now < each.end:
            cut += _cut(connection, each, now)
    return cut


def _cut(connection: Connection, partition: Partition, now: int) -> bool:
    parent, name = f"requests_{partition.kind}", partition.name
    connection.execute(text(f"ALTER TABLE {parent} DETACH PARTITION {name}"))
    newest = connection.execute(text(f"SELECT max(time) FROM {name}")).scalar_one()
    # Beyond what a node has written whose clock is ahead.
    at = min(max(now, newest or 0) + 1, partition.end)
    _attach(connection, parent, name, partition.begin, at)
    if at < partition.end:
        _create(connection, partition.kind, at, partition.end)
    return at < partition.end


def _attach(connection: Connection, parent: str, name: str, begin: int, end: int) -> None:
    bounds = f"FROM ({begin}) TO ({end})"
    connection.execute(text(f"ALTER TABLE {parent} ATTACH PARTITION {name} FOR VALUES {bounds}"))


def partitions_of(connection: Connection) -> list[Partition]:
    """All that there are."""
    return [
        Partition(kind, name, int(bounds[1]), int(bounds[2]), size)
        for kind in KINDS
        for name, expression, size in connection.execute(_FIND, {"parent": f"requests_{kind}"})
        if (bounds := _BOUNDS.fullmatch(expression))
    ]


def _create(connection: Connection, kind: str, begin: int, end: int) -> None:
    name = f"requests_{kind}_{to_instant(begin):%Y%m%d_%H%M%S_%f}"
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
