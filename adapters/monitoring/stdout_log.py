"""Logs: one JSON object a line on standard output."""

import atexit
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache

import msgspec

from adapters.monitoring.log_queue import LineHandler, LineListener
from adapters.monitoring.masking.masking import Masking
from application.operations.requests import Observe, RequestEntry

lines = LineHandler()
"""Where every line of this process waits to be written."""

_listener = LineListener(lines)
_encode = msgspec.json.Encoder(enc_hook=str).encode
_OF_EVERY_RECORD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "color_message"}


class JsonLines(logging.Formatter):
    """What was logged, with whatever was given along, and where an exception came from; paths and
    exceptions masked like the records of requests.
    """

    def __init__(self, masking: Masking) -> None:
        super().__init__()
        self._masking = masking

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
        if "path" in given:
            line["path"] = self._masking.path(str(given["path"]))
        if record.exc_info and record.exc_info[1]:
            line["exception"] = self._masking.error(record.exc_info[1])
        return _encode(line).decode()


def configure_logs() -> None:
    """Send our own events, and those of libraries, through one format."""
    lines.setFormatter(JsonLines(Masking()))
    logging.basicConfig(handlers=[lines], level=logging.INFO, force=True)
    _start_writing()
    logging.getLogger("alembic").setLevel(logging.WARNING)
    # We write one line a request; uvicorn's own would be a second one without an id.
    logging.getLogger("uvicorn.access").disabled = True
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True


@lru_cache(maxsize=1)
def _start_writing() -> None:
    """Once a process."""
    _listener.start()
    atexit.register(_listener.stop)


class RequestLine(
    msgspec.Struct, frozen=True, tag_field="event", tag="request", omit_defaults=True
):
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
    trace_id: str = ""


def request_lines(mask_path: Callable[[str], str]) -> Observe:
    """One line a request, in the form of all others; encoded directly, for it is on every path."""

    def write(record: RequestEntry) -> None:
        line = RequestLine(
            datetime.fromtimestamp(record.time, UTC),
            record.request_id,
            record.method,
            mask_path(record.path),
            record.status,
            record.duration_ms,
            record.address,
            record.user_id,
            record.level,
            record.trace_id,
        )
        lines.enqueue(f"{_encode(line).decode()}\n")

    return write
