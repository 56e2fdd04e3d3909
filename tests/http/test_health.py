"""Alive, and ready to write."""

import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from entrypoints.preparation import prepare
from tests.client import Client, in_process
from tests.conftest import settings_in
from tests.examples import PASSWORD


def test_a_service_that_can_write_is_alive_and_ready(client: Client) -> None:
    assert client.request("GET", "/healthz").data == {"status": "ok"}
    assert client.request("GET", "/readyz").data == {"status": "ok"}


@pytest.mark.sqlite
def test_a_database_file_that_was_moved_away_is_noticed_and_not_replaced(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    elsewhere = tmp_path / "elsewhere"
    with in_process(settings) as client:
        client.sign_up("ada", PASSWORD)
        shutil.move(settings.database, elsewhere)
        refused = client.request("GET", "/readyz")
        assert (refused.status, refused.code) == (503, "storage_unavailable")
        assert int(refused.headers["retry-after"]) > 0
        assert client.update(username="bob").status == 503
        assert client.me().data["username"] == "ada", "reads and sessions go on"
        assert client.request("GET", "/healthz").status == 200
        assert not settings.database.exists()
        shutil.move(elsewhere, settings.database)
        assert client.update(username="bob").status == 200


def make_disk_small(monkeypatch: pytest.MonkeyPatch, *, pages: int) -> None:
    """Let the accounts' database, opened from now on, grow by no more than these pages."""
    connect: Any = sqlite3.connect

    def limited(*args: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*args, **options)
        if "frontdesk.db" not in str(args[0]):
            return connection
        ((size,),) = connection.execute("PRAGMA page_count").fetchall()
        connection.execute(f"PRAGMA max_page_count={size + pages}").fetchall()
        return connection

    monkeypatch.setattr(sqlite3, "connect", limited)


@pytest.mark.sqlite
def test_a_full_disk_refuses_writes_and_lets_reads_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_in(tmp_path)
    prepare(settings)  # a connection that is opened before the disk is small knows nothing of it
    make_disk_small(monkeypatch, pages=3)
    with in_process(settings) as client:
        client.sign_up("ada", PASSWORD)
        for number in range(200):
            response = client.another().sign_up(f"user{number}", PASSWORD)
            if response.status != 200:
                break
        assert (response.status, response.code) == (503, "storage_full")
        assert int(response.headers["retry-after"]) > 0
        assert client.me().status == 200
        assert client.log_out().status == 200, "what needs no space is still written"


@pytest.mark.sqlite
def test_a_lock_held_by_another_process_delays_writes_and_lets_reads_go_on(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    with in_process(settings) as client:
        client.sign_up("ada", PASSWORD)
        other = sqlite3.connect(settings.database, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        assert client.me().status == 200
        refused = client.update(username="bob")
        assert (refused.status, refused.code) == (503, "storage_unavailable")
        other.execute("ROLLBACK")
        other.close()
        assert client.update(username="bob").status == 200
