"""Killed at a random moment: what was answered is there, and every change has its event."""

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

from tests.client import connect
from tests.postgresql import demand, execute, new_database
from tests.reliability.conftest import Tell
from tests.reliability.nodes import node, until
from tests.reliability.people import People, Person, find_as_they_remember
from tests.startup.processes import Running, running

pytestmark = pytest.mark.timeout(1800)  # many kills, and as many starts

PASSWORD = "123123"
CLIENTS = 4


@pytest.mark.parametrize("workers", [1, 2])
def test_nothing_answered_is_lost_and_nothing_is_half(
    workers: int, kills: int, tmp_path: Path, tell: Tell
) -> None:
    command = [sys.executable, "-m", "entrypoints", "serve", "--port", "{port}"]
    command += ["--workers", str(workers)]
    known: list[Person] = []
    last: list[Person] = []
    for cycle in range(kills + 1):
        with running(command, tmp_path, FRONTDESK_THROTTLE="off") as server:
            find_as_they_remember(server.url, last, lambda: names_of(rows_in(tmp_path)))
            if cycle < kills:
                last = _use_and_kill(server, cycle)
                server.process.wait(20)
        known += last if cycle < kills else []
        _check(rows_in(tmp_path), known)
    tell(_told(kills, known))
    assert known


@pytest.mark.parametrize("nodes", [1, 2])
def test_on_postgresql_nothing_answered_is_lost_and_nothing_is_half(
    nodes: int, kills: int, tmp_path: Path, tell: Tell
) -> None:
    """Of two nodes one is killed, and the other goes on."""
    demand()
    url = new_database()
    known: list[Person] = []
    with ExitStack() as stack:
        others = [stack.enter_context(node(url, tmp_path, "other")) for _ in range(nodes - 1)]
        for cycle in range(kills):
            with node(url, tmp_path, "killed") as server:
                find_as_they_remember(server.url, known[-CLIENTS:], lambda: names_of(rows_of(url)))
                last = _use_and_kill(server, cycle)
                server.process.wait(20)
            known += last
            for other in others:
                find_as_they_remember(other.url, last, lambda: names_of(rows_of(url)))
                with connect(other.url) as client:
                    assert client.sign_up(f"o{cycle}", PASSWORD).status == 200
            _check(rows_of(url), known)
    tell(_told(kills, known))
    assert known


def _use_and_kill(server: Running, cycle: int) -> list[Person]:
    with People(server.url, f"c{cycle}", CLIENTS) as people:
        until(people.have_begun)
        threading.Event().wait(random.random() * 1.5)
        os.killpg(server.process.pid, signal.SIGKILL)
    return people.all


def _told(kills: int, known: list[Person]) -> str:
    changed = sum(person.has_changed for person in known)
    ended = sum(len(person.ended) for person in known)
    return (
        f"{kills} kills, {len(known)} accounts, {changed} changes of the password, {ended} logouts,"
        " none lost"
    )


Rows = Callable[[str], Sequence[Sequence[Any]]]


def rows_of(url: str) -> Rows:
    return lambda sql: execute(url, sql)


def rows_in(folder: Path) -> Rows:
    def ask(sql: str) -> Sequence[Sequence[Any]]:
        with closing(sqlite3.connect(folder / "data" / "frontdesk.db")) as database:
            return database.execute(sql).fetchall()

    assert ask("PRAGMA integrity_check") == [("ok",)]
    return ask


def names_of(rows: Rows) -> dict[int, str]:
    return {row[0]: row[1] for row in rows("SELECT id, username FROM users")}


def _check(rows: Rows, known: list[Person]) -> None:
    names = names_of(rows)
    signed_up, changed = (
        {row[0] for row in rows(f"SELECT user_id FROM events WHERE kind = '{kind}'")}
        for kind in ("signed_up", "password_changed")
    )
    renamed: dict[int, list[dict[str, str]]] = {user_id: [] for user_id in names}
    for user_id, details in rows(
        "SELECT user_id, details FROM events WHERE kind = 'renamed'"
        " ORDER BY transaction_id, position"
    ):
        renamed[user_id].append(json.loads(details))
    answered = {person.user_id: person.name for person in known}
    assert set(answered) <= set(names), "an answered sign-up is there"
    assert signed_up == set(names), "each with its event"
    assert {each.user_id for each in known if each.has_changed} <= changed, "and each new password"
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
