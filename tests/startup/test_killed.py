"""Killed at a random moment: what was answered is there, and every change has its event."""

import contextlib
import json
import random
import signal
import sqlite3
import sys
import threading
from itertools import pairwise
from pathlib import Path

import httpx
import pytest

from entrypoints.client import connect
from tests.startup.processes import running

SERVE = [sys.executable, "-m", "entrypoints.serve", "--port", "{port}"]
CLIENTS = 4


@pytest.mark.parametrize("round_", range(3))
def test_after_sigkill_nothing_answered_is_lost_and_nothing_is_half(
    round_: int, tmp_path: Path
) -> None:
    answered: dict[int, str] = {}

    def rename_until_it_dies(url: str, number: int) -> None:
        with contextlib.suppress(httpx.TransportError), connect(url) as client:
            user_id = client.sign_up(f"user{number}", "123123").data["id"]
            for count in range(100_000):
                response = client.update(username=f"u{number}-{count}")
                assert response.status == 200
                answered[user_id] = response.data["username"]

    with running(SERVE, tmp_path) as server:
        threads = [
            threading.Thread(target=rename_until_it_dies, args=(server.url, number))
            for number in range(CLIENTS)
        ]
        for thread in threads:
            thread.start()
        threads[0].join(0.5 + random.random())
        server.process.send_signal(signal.SIGKILL)
        for thread in threads:
            thread.join()

    with running(SERVE, tmp_path):
        pass
    database = sqlite3.connect(tmp_path / "data" / "frontdesk.db")
    names = dict(database.execute("SELECT id, username FROM users"))
    renamed: dict[int, list[dict[str, str]]] = {user_id: [] for user_id in names}
    for user_id, details in database.execute(
        "SELECT user_id, details FROM events WHERE kind = 'renamed' ORDER BY position"
    ):
        renamed[user_id].append(json.loads(details))
    database.close()
    assert len(answered) == CLIENTS
    for user_id, steps in renamed.items():
        assert steps[-1]["to"] == names[user_id], "the last event is the present name"
        assert answered[user_id] in [step["to"] for step in steps[-2:]], "nothing answered is lost"
        for before, after in pairwise(steps):
            assert before["to"] == after["from"], "no change without its event"
