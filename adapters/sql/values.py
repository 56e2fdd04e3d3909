"""How values are stored, on every engine."""

from datetime import UTC, datetime, timedelta

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
