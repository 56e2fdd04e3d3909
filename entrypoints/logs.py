"""Logs: one JSON object a line on standard output."""

import logging
from datetime import UTC, datetime
from typing import Any

import msgspec
import structlog
from structlog.typing import EventDict

from domain.traffic import RequestRecord
from entrypoints.log_writer import LogWriter

_writer: Any = LogWriter()


def _without_colours(_: Any, __: str, event: EventDict) -> EventDict:
    event.pop("color_message", None)
    return event


_encoder = msgspec.json.Encoder(enc_hook=str)


def _encode(event: Any, **_: Any) -> str:
    return _encoder.encode(event).decode()


_SHARED: list[Any] = [
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
    structlog.processors.format_exc_info,
]


def configure_logs() -> None:
    """Send our own events, and those that libraries give to `logging`, through one format."""
    structlog.configure(
        processors=[*_SHARED, structlog.processors.JSONRenderer(serializer=_encode)],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(_writer),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(_writer)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                structlog.stdlib.add_logger_name,
                structlog.stdlib.ExtraAdder(),
                _without_colours,
                *_SHARED,
            ],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(serializer=_encode),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    # The edge writes one line a request; uvicorn's own would be a second one without an id.
    logging.getLogger("uvicorn.access").disabled = True
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True


class RequestLine(msgspec.Struct, frozen=True, tag_field="event", tag="request"):
    """What the log says of a request: never what could hold a secret."""

    time: datetime
    request_id: str
    method: str
    path: str
    status: int
    duration_ms: float
    address: str
    user_id: int | None
    level: str


def log_request(record: RequestRecord) -> None:
    """One line a request, in the form of all others; encoded directly, for it is on every path."""
    line = RequestLine(
        datetime.fromtimestamp(record.time, UTC),
        record.request_id,
        record.method,
        record.path,
        record.status,
        record.duration_ms,
        record.address,
        record.user_id,
        record.level,
    )
    _writer.write(f"{_encode(line)}\n")
