"""Logs: one JSON object a line on standard output."""

import logging
from datetime import UTC, datetime
from typing import Any

import msgspec

from domain.operator import hide_tokens
from domain.traffic import RequestRecord
from entrypoints.log_writer import LogWriter

_writer: Any = LogWriter()
_encode = msgspec.json.Encoder(enc_hook=str).encode
_OF_EVERY_RECORD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "color_message"}


class JsonLines(logging.Formatter):
    """What was logged, with whatever was given along, and where an exception came from."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        given = {
            name: value for name, value in vars(record).items() if name not in _OF_EVERY_RECORD
        }
        line = {
            "event": record.getMessage(),
            "logger": record.name,
            **given,
            "level": record.levelname.lower(),
            "time": datetime.fromtimestamp(record.created, UTC),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return _encode(line).decode()


def configure_logs() -> None:
    """Send our own events, and those of libraries, through one format."""
    handler = logging.StreamHandler(_writer)
    handler.setFormatter(JsonLines())
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
        hide_tokens(record.path),
        record.status,
        record.duration_ms,
        record.address,
        record.user_id,
        record.level,
    )
    _writer.write(f"{_encode(line).decode()}\n")
