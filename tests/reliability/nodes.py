"""Nodes over PostgreSQL, and clients that keep count of what they were answered."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tests.client import Client, Response, connect
from tests.examples import fresh_name
from tests.postgresql import execute
from tests.startup.processes import Running, running

SERVE = [sys.executable, "-m", "entrypoints", "serve", "--port", "{port}"]
PASSWORD = "123123"
PATIENCE = 100  # seconds: ten times what is promised, and more


@contextmanager
def node(url: str, folder: Path, name: str = "node", **settings: str) -> Iterator[Running]:
    """A node with a data folder of its own."""
    (folder / name).mkdir(exist_ok=True)
    environment: dict[str, Any] = {
        "FRONTDESK_DATABASE_URL": url,
        "FRONTDESK_THROTTLE": "off",
        "FRONTDESK_SECRET_KEY": "the key of all nodes in this test",
        **settings,
    }
    with running(SERVE, folder / name, **environment) as server:
        yield server


def until(look: Callable[[], bool], seconds: float = PATIENCE) -> float:
    """How long it took to come true."""
    began = time.monotonic()
    while not look():
        assert time.monotonic() - began < seconds, "it did not come"
        time.sleep(0.05)
    return time.monotonic() - began


def is_ready(client: Client) -> bool:
    return client.request("GET", "/readyz").status == 200


def assert_unavailable(response: Response, problem: str = "storage_unavailable") -> None:
    assert (response.status, response.code) == (503, problem)
    assert int(response.headers["retry-after"]) > 0


def assert_calm(server: Running) -> None:
    assert server.stop() == 0
    assert '"status":500' not in server.output()
    assert "Traceback" not in server.output()


class Load:
    """Clients that rename without a pause, and note every answer."""

    def __init__(self, urls: list[str], clients: int = 4) -> None:
        self._urls, self._stop = urls, threading.Event()
        self.renamed: dict[str, str] = {}
        self.answers: dict[int, int] = {}
        self._number, self._clients = clients, ExitStack()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> "Load":
        for number in range(self._number):
            url = self._urls[number % len(self._urls)]
            client = self._clients.enter_context(connect(url))
            name = fresh_name()
            signed_up = client.sign_up(name, PASSWORD)
            assert signed_up.status == 200, signed_up.text
            user_id = str(signed_up.data["id"])
            self.renamed[user_id] = name
            work = threading.Thread(target=self._work, args=(client, user_id, name))
            self._threads.append(work)
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()
        self._clients.close()

    def _work(self, client: Client, user_id: str, name: str) -> None:
        turn = 0
        while not self._stop.is_set():
            turn += 1
            answer = client.update(username=f"{name}-{turn}")
            self.answers[answer.status] = self.answers.get(answer.status, 0) + 1
            if answer.status == 200:
                self.renamed[user_id] = answer.data["username"]
            elif answer.status == 503:
                time.sleep(0.05)

    def check(self, url: str) -> int:
        """Every answered rename is there; how many there were. A later one, whose answer said that
        it was unknown, may be there instead.
        """
        assert set(self.answers) <= {200, 503}
        names = {str(row[0]): row[1] for row in execute(url, "SELECT id, username FROM users")}
        for user_id, name in self.renamed.items():
            turn = int(name.partition("-")[2] or 0)
            assert int(names[user_id].partition("-")[2] or 0) >= turn
        return self.answers.get(200, 0)
