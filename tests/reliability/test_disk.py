"""A disk of our own that fills up, and one that may not be written."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.client import Response, connect
from tests.examples import fresh_name
from tests.reliability.conftest import Tell
from tests.startup.processes import run, running

SERVE = [sys.executable, "-m", "entrypoints", "serve", "--port", "{port}"]
PASSWORD = "123123"


def _mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True, capture_output=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of two megabytes in memory; mounting it takes root."""
    folder = tmp_path / "disk"
    folder.mkdir()
    try:
        _mount("-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder))
    except (subprocess.CalledProcessError, FileNotFoundError) as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"mounting a small disk takes root: {error}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_refuses_writes_until_there_is_room_again(
    disk: Path, tmp_path: Path, tell: Tell
) -> None:
    settings: dict[str, Any] = {
        "FRONTDESK_DATA_DIR": str(disk / "data"),
        "FRONTDESK_THROTTLE": "off",
    }
    with running(SERVE, tmp_path, **settings) as server, connect(server.url) as client:
        assert client.sign_up("ada", PASSWORD).status == 200
        ballast = disk / "ballast"
        with ballast.open("wb", buffering=0) as file:
            try:
                while file.write(b"x" * 4096):
                    pass
            except OSError:
                pass
        written = 0
        refused: Response | None = None
        while refused is None:
            response = client.another().sign_up(fresh_name(), PASSWORD)
            if response.status == 200:
                written += 1
            else:
                refused = response
        assert (refused.status, refused.code) == (503, "storage_full")
        assert int(refused.headers["retry-after"]) > 0
        assert client.me().status == 200, "reads and sessions go on"
        assert client.request("GET", "/healthz").status == 200
        ballast.unlink()
        assert client.another().sign_up(fresh_name(), PASSWORD).status == 200
        assert client.update(username="ada-again").status == 200
        assert client.request("GET", "/readyz").status == 200
        assert server.stop() == 0
    assert '"status":500' not in server.output()
    tell(f"{written} sign-ups fitted after the disk was full, then 503, then room, then 200")


def test_on_a_disk_that_may_not_be_written_it_does_not_start_and_says_why(
    disk: Path, tmp_path: Path, tell: Tell
) -> None:
    settings: dict[str, Any] = {"FRONTDESK_DATA_DIR": str(disk / "data")}
    with running(SERVE, tmp_path, **settings):
        pass
    _mount("-o", "remount,ro", str(disk))
    result = run([*SERVE[:-2]], tmp_path, **settings)
    assert result.returncode == 1
    assert "cannot be opened for writing" in result.stderr
    assert "Traceback" not in result.stderr
    _mount("-o", "remount,rw", str(disk))
    with running(SERVE, tmp_path, **settings) as server, connect(server.url) as client:
        assert client.sign_up("ada", PASSWORD).status == 200
    tell("read-only: refused with a sentence; writable again: 200")


def _set_immutable(files: list[Path], flag: str) -> None:
    try:
        subprocess.run(["chattr", flag, *map(str, files)], check=True, capture_output=True)
    except (subprocess.CalledProcessError, FileNotFoundError) as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"making files immutable takes root and a file system that can: {error}")


def test_a_database_that_turns_read_only_refuses_writes_and_lets_reads_go_on(
    tmp_path: Path, tell: Tell
) -> None:
    database = tmp_path / "data" / "frontdesk.db"
    files = [database, database.with_name("frontdesk.db-wal")]
    with (
        running(SERVE, tmp_path, FRONTDESK_THROTTLE="off") as server,
        connect(server.url) as client,
    ):
        client.sign_up("ada", PASSWORD)
        _set_immutable(files, "+i")
        try:
            refused = [client.another().sign_up("bob", PASSWORD), client.update(username="eve")]
            readable = [client.me().status for _ in range(20)]
            ready = client.request("GET", "/readyz")
        finally:
            _set_immutable(files, "-i")
        assert {(answer.status, answer.code) for answer in [*refused, ready]} == {
            (503, "storage_unavailable")
        }
        assert readable == [200] * 20
        assert client.me().data["username"] == "ada"
        assert client.another().sign_up("bob", PASSWORD).status == 200
        assert server.stop() == 0
    assert '"status":500' not in server.output()
    tell("3 writes 503 and 20 reads 200 while read-only; writable again: 200")


def test_a_database_moved_away_is_never_replaced(tmp_path: Path, tell: Tell) -> None:
    database = tmp_path / "data" / "frontdesk.db"
    elsewhere = tmp_path / "elsewhere.db"
    with (
        running(SERVE, tmp_path, FRONTDESK_THROTTLE="off") as server,
        connect(server.url) as client,
    ):
        client.sign_up("ada", PASSWORD)
        database.rename(elsewhere)
        refused = [client.another().sign_up("bob", PASSWORD), client.request("GET", "/readyz")]
        assert {(answer.status, answer.code) for answer in refused} == {
            (503, "storage_unavailable")
        }
        assert client.me().status == 200, "what is open can still be read"
        assert not database.exists()
        elsewhere.rename(database)
        assert client.another().sign_up("bob", PASSWORD).status == 200
        assert client.me().data["username"] == "ada"
        assert server.stop() == 0
    tell("moved away: writes and readiness 503, reads 200, no new file; back again: 200")
