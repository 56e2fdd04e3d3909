"""How values are stored, on every engine."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_micros(instant: datetime) -> int:
    """Whole microseconds since 1970: how an instant is stored."""
    return (instant - _EPOCH) // _MICROSECOND


def to_instant(micros: int) -> datetime:
    """The instant that many microseconds after 1970."""
    return _EPOCH + timedelta(0, 0, micros)


def to_optional_micros(instant: datetime | None) -> int | None:
    """As `to_micros`; `None` is stored as such."""
    return None if instant is None else to_micros(instant)


def to_optional_instant(micros: int | None) -> datetime | None:
    """As `to_instant`."""
    return None if micros is None else to_instant(micros)


class NowMicros(FunctionElement[int]):
    """The present by the database's clock, which is the same for all nodes."""

    type = BigInteger()
    inherit_cache = True


@compiles(NowMicros, "sqlite")
def _of_sqlite(*_: Any, **__: Any) -> str:
    return "CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)"


@compiles(NowMicros, "postgresql")
def _of_postgresql(*_: Any, **__: Any) -> str:
    return "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint"
