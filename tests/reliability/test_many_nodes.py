"""Three nodes over one PostgreSQL, behind nginx: what is observed of them is one picture."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from tests.client import Client, connect
from tests.postgresql import Cluster, demand, elsewhere, execute, new_database
from tests.proxies import nginx_before
from tests.reliability.conftest import Tell
from tests.reliability.nodes import PASSWORD, node, until
from tests.startup.processes import Running, environment

pytestmark = pytest.mark.timeout(900)
NAMES = ("eu-1", "eu-2", "us-1")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    demand()
    cluster = Cluster.new()
    yield cluster
    cluster.remove()


@contextmanager
def three(url: str, folder: Path) -> Iterator[dict[str, Running]]:
    with ExitStack() as stack:
        nodes = {
            name: stack.enter_context(
                node(url, folder, name, FRONTDESK_NODE=name, FRONTDESK_PROMETHEUS="on")
            )
            for name in NAMES
        }
        command = [sys.executable, "-m", "entrypoints", "users", "create", "root", "--operator"]
        settings = {"FRONTDESK_DATABASE_URL": url, "FRONTDESK_SECRET_KEY": KEY}
        subprocess.run(
            [*command, "--password-stdin"],
            env=environment(folder, **settings),
            input=PASSWORD,
            text=True,
            check=True,
            capture_output=True,
        )
        yield nodes


KEY = "the key of all nodes in this test"


@contextmanager
def operator(server: Running) -> Iterator[Client]:
    with connect(server.url) as client:
        assert client.log_in("root", PASSWORD).status == 200
        yield client


def ask(client: Client, path: str, **parameters: Any) -> Any:
    found = client.request("GET", f"/api/ops/{path}", params=parameters)
    assert found.status == 200, found.text
    return found.data


def states(client: Client) -> dict[str, str]:
    return {each["node"]: each["state"] for each in ask(client, "nodes")}


def leases(client: Client) -> dict[str, str]:
    """Which node has each."""
    return {
        lease: each["node"]
        for each in ask(client, "nodes")
        for worker in each["workers"]
        if worker["state"] == "up"
        for lease in worker["leases"]
    }


class Traffic:
    """Reads through the proxy until the block ends."""

    def __init__(self, url: str) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._send, args=(url,))
        self.sent = 0

    def _send(self, url: str) -> None:
        with httpx.Client(base_url=url) as client:
            while not self._stop.wait(0.01):
                client.get(f"/nowhere/{self.sent}")
                self.sent += 1

    def __enter__(self) -> "Traffic":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


def follow(client: Client, enough: int) -> list[dict[str, Any]]:
    """So many rows of the tail, as they come."""
    rows: list[dict[str, Any]] = []
    following = ask(client, "logs/tail")["next"]
    while len(rows) < enough:
        found = ask(
            client, "logs/tail", after=following, wait=5, filter="path:prefix:/nowhere/", limit=500
        )
        following = found["next"]
        rows += found["rows"]
    return rows


def test_any_node_shows_them_all_and_says_which_was_killed(
    cluster: Cluster, tmp_path: Path, tell: Tell
) -> None:
    url = new_database(server=cluster.url)
    with (
        three(url, tmp_path) as nodes,
        nginx_before([each.url for each in nodes.values()]) as proxy,
        operator(nodes["us-1"]) as console,
        Traffic(proxy),
    ):
        until(lambda: states(console) == dict.fromkeys(NAMES, "up"))
        rows = follow(console, enough=100)
        assert {each["node"] for each in rows} == set(NAMES), "the tail is of all nodes"
        ids = [each["id"] for each in rows]
        assert len(ids) == len(set(ids))
        only = ask(console, "logs", filter="node:eq:eu-2", limit=20)["rows"]
        assert {each["node"] for each in only} == {"eu-2"}

        def requests(**parameters: Any) -> int:
            spans = ask(console, "metrics/history", **parameters)
            return sum(int(each["counts"].get("requests", 0)) for each in spans)

        until(lambda: all(requests(node=name) > 10 for name in NAMES))
        together = requests()
        assert together >= sum(requests(node=name) for name in NAMES) - 1_000
        assert together > max(requests(node=name) for name in NAMES)

        until(lambda: len(leases(console)) == 2)
        victim = next(name for name in leases(console).values())
        witness = next(name for name in NAMES if name != victim)
        os.killpg(nodes[victim].process.pid, signal.SIGKILL)
        nodes[victim].process.wait()
        with operator(nodes[witness]) as other:
            missed = until(lambda: states(other)[victim] == "missing")
            assert states(other) == dict.fromkeys(NAMES, "up") | {victim: "missing"}
            taken = until(lambda: len(leases(other)) == 2 and victim not in leases(other).values())
            rows = follow(other, enough=50)
            assert {each["node"] for each in rows} == set(NAMES) - {victim}
            another = next(name for name in NAMES if name not in (victim, witness))
            assert nodes[another].stop() == 0
            assert states(other)[another] == "stopped"
        tell(f"missing after {missed:.0f} s; its leases were another's {taken:.0f} s later")


def test_a_store_that_does_not_answer_is_in_nobodys_way(
    cluster: Cluster, tmp_path: Path, tell: Tell
) -> None:
    """Somebody holds its tables, as a slow disk would."""
    url = new_database(server=cluster.url)
    with node(url, tmp_path) as server, connect(server.url) as client:
        assert client.sign_up("ada", PASSWORD).status == 200
        count = "SELECT count(*) FROM frontdesk_monitoring.requests"
        until(lambda: execute(url, count)[0][0] > 0)
        took: list[float] = []

        def read() -> None:
            while "requests cannot be recorded" not in server.output() or len(took) < 100:
                began = time.monotonic()
                assert client.me().status == 200
                took.append(time.monotonic() - began)
                time.sleep(0.02)

        async def hold() -> None:
            connection = await asyncpg.connect(url)
            async with connection.transaction():
                await connection.execute(
                    "LOCK TABLE frontdesk_monitoring.requests, frontdesk_monitoring.figures"
                )
                await asyncio.to_thread(read)
            await connection.close()

        elsewhere(hold)
        tell(f"the slowest of {len(took)} reads meanwhile took {1000 * max(took):.0f} ms")
        before = execute(url, count)[0][0]
        until(lambda: client.me().status == 200 and execute(url, count)[0][0] > before)
        lost = "SELECT figures FROM frontdesk_monitoring.totals"
        until(lambda: "requests_not_recorded" in str(execute(url, lost)))
        assert server.stop() == 0
        assert '"status":500' not in server.output()
