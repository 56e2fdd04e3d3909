"""Killed at a random moment: what was answered is there, and every change has its event."""

import contextlib
import json
import os
import random
import signal
import sqlite3
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from frontdesk_client import Unavailable

from tests.client import Client, connect
from tests.postgresql import demand, execute, new_database
from tests.reliability.conftest import Tell
from tests.reliability.nodes import node, until
from tests.startup.processes import Running, running

pytestmark = pytest.mark.timeout(900)  # many kills, and as many starts

PASSWORD = "123123"
CLIENTS = 4
CYCLES = 10
POSTGRESQL_CYCLES = 25


class Load:
    """Clients that sign up, rename and log in until the service dies, and note every answer."""

    def __init__(self, url: str, cycle: int) -> None:
        self._url, self._cycle = url, cycle
        self.names: dict[int, str] = {}
        self.logins = 0
        self._threads = [
            threading.Thread(target=self._work, args=(number,)) for number in range(CLIENTS)
        ]

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        for thread in self._threads:
            thread.join()

    def has_begun(self) -> bool:
        """Whether anything was answered."""
        return bool(self.names)

    def _work(self, number: int) -> None:
        with contextlib.suppress(Unavailable), connect(self._url) as client:
            while True:
                self._sign_up_and_rename(client, number)

    def _sign_up_and_rename(self, client: Client, number: int) -> None:
        start = f"c{self._cycle}-{number}-{len(self.names)}"
        signed_up = client.sign_up(start, PASSWORD)
        assert signed_up.status == 200, signed_up.text
        user_id = signed_up.data["id"]
        self.names[user_id] = start
        for count in range(20):
            renamed = client.update(username=f"{start}-{count}")
            assert renamed.status == 200, renamed.text
            self.names[user_id] = renamed.data["username"]
        assert client.log_in(self.names[user_id], PASSWORD).status == 200
        self.logins += 1


@pytest.mark.parametrize("workers", [1, 2])
def test_nothing_answered_is_lost_and_nothing_is_half(
    workers: int, tmp_path: Path, tell: Tell
) -> None:
    command = [sys.executable, "-m", "entrypoints", "serve", "--port", "{port}"]
    command += ["--workers", str(workers)]
    answered: dict[int, str] = {}
    logins = 0
    for cycle in range(CYCLES):
        with running(command, tmp_path, FRONTDESK_THROTTLE="off") as server:
            with Load(server.url, cycle) as load:
                threading.Event().wait(0.3 + random.random())
                _kill_all_of(server)
            server.process.wait(20)
        answered |= load.names
        logins += load.logins
        _check(rows_in(tmp_path), answered)
    tell(f"{CYCLES} kills, {len(answered)} accounts, {logins} logins, none lost")
    assert answered


@pytest.mark.parametrize("nodes", [1, 2])
def test_on_postgresql_nothing_answered_is_lost_and_nothing_is_half(
    nodes: int, tmp_path: Path, tell: Tell
) -> None:
    """Of two nodes one is killed, and the other goes on."""
    demand()
    url, logins = new_database(), 0
    answered: dict[int, str] = {}
    with ExitStack() as stack:
        others = [stack.enter_context(node(url, tmp_path, "other")) for _ in range(nodes - 1)]
        for cycle in range(POSTGRESQL_CYCLES):
            with node(url, tmp_path, "killed") as server:
                with Load(server.url, cycle) as load:
                    until(load.has_begun)
                    threading.Event().wait(random.random() / 2)
                    _kill_all_of(server)
                server.process.wait(20)
            answered |= load.names
            logins += load.logins
            for other in others:
                with connect(other.url) as client:
                    assert client.sign_up(f"o{cycle}", PASSWORD).status == 200
            _check(rows_of(url), answered)
    tell(f"{POSTGRESQL_CYCLES} kills, {len(answered)} accounts, {logins} logins, none lost")
    assert answered


def _kill_all_of(server: Running) -> None:
    os.killpg(server.process.pid, signal.SIGKILL)


Rows = Callable[[str], Sequence[Sequence[Any]]]


def rows_of(url: str) -> Rows:
    return lambda sql: execute(url, sql)


def rows_in(folder: Path) -> Rows:
    def ask(sql: str) -> Sequence[Sequence[Any]]:
        with closing(sqlite3.connect(folder / "data" / "frontdesk.db")) as database:
            return database.execute(sql).fetchall()

    assert ask("PRAGMA integrity_check") == [("ok",)]
    return ask


def _check(rows: Rows, answered: dict[int, str]) -> None:
    names = {row[0]: row[1] for row in rows("SELECT id, username FROM users")}
    signed_up = {row[0] for row in rows("SELECT user_id FROM events WHERE kind = 'signed_up'")}
    renamed: dict[int, list[dict[str, str]]] = {user_id: [] for user_id in names}
    for user_id, details in rows(
        "SELECT user_id, details FROM events WHERE kind = 'renamed'"
        " ORDER BY transaction_id, position"
    ):
        renamed[user_id].append(json.loads(details))
    assert set(answered) <= set(names), "an answered sign-up is there"
    assert signed_up == set(names), "each with its event"
    for user_id, steps in renamed.items():
        history = [step["to"] for step in steps]
        assert not history or history[-1] == names[user_id], "the last event is the present name"
        for before, after in pairwise(steps):
            assert before["to"] == after["from"], "no change without its event"
        if user_id in answered:
            # One more may have been written whose answer the kill swallowed.
            assert answered[user_id] in [names[user_id], *history[-2:-1], _first(steps)]


def _first(steps: list[dict[str, str]]) -> str | None:
    return steps[0]["from"] if len(steps) == 1 else None
