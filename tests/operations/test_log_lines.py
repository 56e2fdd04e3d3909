"""Lines of the log keep the secrets that the request log keeps."""

import json
import logging
from pathlib import Path

import httpx
import pytest

from adapters.monitoring import stdout_log
from adapters.monitoring.masking.masking import Masking
from tests.operations.conftest import Desk
from tests.startup.processes import running
from tests.startup.test_commands import WAYS

TOKEN = "Zq7-" * 10 + "xyz"


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/api/user%3Fpassword=hunter2", "/api/***"),
        ("/api/user;password=hunter2", "/api/***"),
        ("/go/https://bob:hunter2@host/", "/go/***"),
        (f"/reset/%255A{TOKEN[1:]}", "/reset/***"),
    ],
)
def test_a_path_is_masked_in_every_line(path: str, shown: str, tmp_path: Path) -> None:
    with running(WAYS["make serve"], tmp_path) as server:
        httpx.get(f"{server.url}{path}")
        server.stop()
    lines = [json.loads(line) for line in server.output().splitlines() if line.startswith("{")]
    assert [each["path"] for each in lines if each.get("status") == 404] == [shown]
    assert "hunter2" not in server.output()
    assert "q7-Zq7-" not in server.output()
    record = logging.makeLogRecord({"msg": "unexpected error", "path": path})
    assert json.loads(stdout_log.JsonLines(Masking()).format(record))["path"] == shown


def test_what_an_error_was_about_is_masked() -> None:
    error = ValueError(f"no such code: {TOKEN}, password=hunter2")
    record = logging.makeLogRecord(
        {"msg": "unexpected error", "exc_info": (type(error), error, None)}
    )
    line = stdout_log.JsonLines(Masking()).format(record)
    assert "ValueError: ***" in json.loads(line)["exception"]
    assert "hunter2" not in line
    assert TOKEN not in line


def test_the_path_is_recorded_as_it_came(desk: Desk) -> None:
    desk.ada.request("GET", "/%1b%5B201~%0Atouch%20x")
    (row,) = desk.requests("status:eq:404")
    assert row["path"] == "/%1b%5B201~%0Atouch%20x"
