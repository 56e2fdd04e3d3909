"""PostgreSQL goes away, freezes, is killed, has no room, or does not answer a commit."""

import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from tests.client import Response, connect
from tests.examples import fresh_name
from tests.postgresql import Cluster, demand, execute, free_port, new_database
from tests.reliability.conftest import Tell
from tests.reliability.nodes import (
    PASSWORD,
    PATIENCE,
    SERVE,
    Load,
    assert_calm,
    assert_unavailable,
    is_ready,
    node,
    until,
)
from tests.reliability.proxy import Proxy
from tests.startup.processes import run

pytestmark = pytest.mark.timeout(900)  # clusters are made, killed and waited for


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    demand()
    cluster = Cluster.new()
    yield cluster
    cluster.remove()


def test_down_and_up_again_under_traffic(cluster: Cluster, tmp_path: Path, tell: Tell) -> None:
    url = new_database(server=cluster.url)
    with node(url, tmp_path) as server, connect(server.url) as client:
        assert client.sign_up("ada", PASSWORD).status == 200
        cluster.stop()
        assert_unavailable(client.me())
        assert_unavailable(client.update(username="augusta"))
        assert_unavailable(client.another().log_in("ada", PASSWORD))
        assert client.request("GET", "/healthz").status == 200
        assert_unavailable(client.request("GET", "/readyz"))
        cluster.start()
        took = until(lambda: is_ready(client))
        assert client.me().data["username"] == "ada"
        assert client.update(username="augusta").status == 200
        tell(f"ready again {took:.1f} s after PostgreSQL was")
        assert_calm(server)


def test_frozen_it_is_given_up_in_time(cluster: Cluster, tmp_path: Path, tell: Tell) -> None:
    url = new_database(server=cluster.url)
    with node(url, tmp_path) as server, connect(server.url) as client:
        assert client.sign_up("ada", PASSWORD).status == 200
        cluster.signal(signal.SIGSTOP)
        took = {}
        try:
            asked: dict[str, Callable[[], Response]] = {
                "read": client.me,
                "rename": lambda: client.update(username="augusta"),
                "readiness": lambda: client.request("GET", "/readyz"),
            }
            for name, ask in asked.items():
                began = time.monotonic()
                assert_unavailable(ask())
                took[name] = time.monotonic() - began
            assert client.request("GET", "/healthz").status == 200
        finally:
            cluster.signal(signal.SIGCONT)
        assert max(took.values()) < PATIENCE
        back = until(lambda: is_ready(client))
        assert client.me().data["username"] == "ada"
        assert client.update(username="augusta").status == 200
        times = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in took.items())
        tell(f"refused after: {times}; ready {back:.1f} s after it went on")
        assert_calm(server)


def test_killed_again_and_again_it_has_every_answered_write(
    cluster: Cluster, tmp_path: Path, tell: Tell
) -> None:
    url = new_database(server=cluster.url)
    with node(url, tmp_path) as server:
        with connect(server.url) as client, Load([server.url]) as load:
            for _ in range(3):
                time.sleep(0.7)
                cluster.kill()
                cluster.start()
                until(lambda: is_ready(client))
        answered = load.check(url)
        assert answered > 0
        tell(f"3 kills, {answered} answered renames, none lost, {load.answers.get(503, 0)} refused")
        assert_calm(server)


def through(url: str, *ports: int) -> str:
    """The same database, at these ports."""
    parts = urlsplit(url)
    account = parts.netloc.rpartition("@")[0]
    hosts = ",".join(f"127.0.0.1:{port}" for port in ports)
    return urlunsplit(parts._replace(netloc=f"{account}@{hosts}"))


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_commit_whose_answer_is_lost_is_never_said_to_be_done(
    cluster: Cluster, tmp_path: Path, when: str
) -> None:
    url, proxy = new_database(server=cluster.url), Proxy(cluster.port)
    with node(through(url, proxy.port), tmp_path) as server, connect(server.url) as client:
        assert client.sign_up("ada", PASSWORD).status == 200
        proxy.cut = when
        assert_unavailable(client.update(username="augusta"))
        proxy.cut = None
        assert proxy.cuts > 0
        until(lambda: is_ready(client))
        ((name,),) = execute(url, "SELECT username FROM users")
        assert name == ("ada" if when == "before" else "augusta")
        assert client.me().data["username"] == name
        assert client.update(username="grace").status == 200
        assert_calm(server)
    proxy.close()


def test_a_commit_that_the_standby_does_not_confirm_is_not_said_to_be_done(
    cluster: Cluster, tmp_path: Path
) -> None:
    """PostgreSQL says that it succeeded, with a warning, when the wait is cancelled."""
    url = new_database(server=cluster.url)
    with node(url, tmp_path) as server, connect(server.url) as client:
        assert client.sign_up("ada", PASSWORD).status == 200
        execute(
            cluster.url,
            "ALTER SYSTEM SET synchronous_standby_names = 'nobody'",
            "SELECT pg_reload_conf()",
        )
        with ThreadPoolExecutor(1) as pool:
            renaming = pool.submit(client.update, username="augusta")
            waiting = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
            cancel = (
                "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
            )
            until(lambda: bool(execute(cluster.url, waiting)))
            execute(cluster.url, cancel)
            assert_unavailable(renaming.result())
        began = time.monotonic()
        assert_unavailable(client.update(username="grace"))
        assert time.monotonic() - began < PATIENCE
        execute(
            cluster.url,
            "ALTER SYSTEM RESET synchronous_standby_names",
            "SELECT pg_reload_conf()",
        )
        until(lambda: is_ready(client))
        assert client.update(username="joan").status == 200
        assert_calm(server)


def test_the_primary_is_lost_and_a_synchronous_standby_takes_over(
    cluster: Cluster, tmp_path: Path, tell: Tell
) -> None:
    url = new_database(server=cluster.url)
    with ExitStack() as stack:
        standby = Cluster.standby_of(cluster)
        stack.callback(standby.remove)
        both = through(url, cluster.port, standby.port)
        servers = [stack.enter_context(node(both, tmp_path, name)) for name in ("one", "two")]
        with connect(servers[0].url) as client, Load([each.url for each in servers]) as load:
            time.sleep(1.5)
            cluster.kill()
            began = time.monotonic()
            standby.promote()
            until(lambda: is_ready(client))
            took = time.monotonic() - began
            before = dict(load.answers)
            time.sleep(1)
        answered = load.check(through(url, standby.port))
        assert load.answers[200] > before[200], "both nodes write to the new one"
        tell(
            f"{answered} answered renames, none lost; ready {took:.1f} s after the promotion began"
        )
        for server in servers:
            assert_calm(server)


def test_a_host_that_vanished_is_not_waited_for_again_and_again(
    cluster: Cluster, tmp_path: Path
) -> None:
    """It refuses nothing, it just says nothing, as a machine without power."""
    url = new_database(server=cluster.url)
    with socket.create_server(("127.0.0.1", 0), backlog=1) as silent:
        both = through(url, silent.getsockname()[1], cluster.port)
        with node(both, tmp_path) as server, connect(server.url) as client:
            assert client.sign_up("ada", PASSWORD).status == 200
            took = []
            for _ in range(5):
                began = time.monotonic()
                assert client.another().log_in("ada", PASSWORD).status == 200
                took.append(time.monotonic() - began)
            assert_calm(server)


def test_one_account_cannot_take_the_pool(cluster: Cluster, tmp_path: Path, tell: Tell) -> None:
    """Its own requests wait for each other; everybody else's are answered."""
    url = new_database(server=cluster.url)
    with node(url, tmp_path, FRONTDESK_DATABASE_POOL="3") as server:
        with connect(server.url) as client, connect(server.url) as other:
            assert client.sign_up("ada", PASSWORD).status == 200
            assert other.sign_up("bob", PASSWORD).status == 200
            with held(url, "SELECT id FROM users WHERE username = 'ada' FOR UPDATE"):
                token = client.cookies["sessionid"]
                with ThreadPoolExecutor(20) as pool:
                    asked = [
                        pool.submit(_rename, server.url, token, f"ada{number}")
                        for number in range(20)
                    ]
                    time.sleep(0.3)
                    assert other.update(username="robert").status == 200
                    refused = [each.result() for each in asked]
            assert set(refused) == {503}
            assert client.update(username="augusta").status == 200
            tell("20 writes of an account that was locked: all refused, another one's answered")
        assert_calm(server)


def _rename(url: str, token: str, name: str) -> int:
    with connect(url) as client:
        client.cookies.set("sessionid", token)
        return client.update(username=name).status


def test_with_the_pool_exhausted_reads_go_on(cluster: Cluster, tmp_path: Path) -> None:
    url = new_database(server=cluster.url)
    with node(url, tmp_path, FRONTDESK_DATABASE_POOL="2") as server, ExitStack() as stack:
        clients = [stack.enter_context(connect(server.url)) for _ in range(6)]
        for client in clients:
            assert client.sign_up(fresh_name(), PASSWORD).status == 200
        with held(url, "LOCK TABLE users IN SHARE MODE"), ThreadPoolExecutor(6) as pool:
            asked = [pool.submit(each.update, username=fresh_name()) for each in clients]
            time.sleep(0.3)
            assert clients[0].me().status == 200, "look-ups have connections of their own"
            for each in asked:
                assert_unavailable(each.result())
        until(lambda: is_ready(clients[0]))
        assert clients[0].update(username=fresh_name()).status == 200
        assert_calm(server)


@contextmanager
def held(url: str, *statements: str) -> Iterator[None]:
    """Somebody else's transaction, which stays open meanwhile."""
    command = ["psql", url, "--no-psqlrc", "--quiet", "--tuples-only"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as psql:
        assert psql.stdin
        assert psql.stdout
        for statement in ("BEGIN", *statements, "\\echo held"):
            psql.stdin.write(f"{statement}{'' if statement.startswith(chr(92)) else ';'}\n")
        psql.stdin.flush()
        while "held" not in psql.stdout.readline():
            assert psql.poll() is None
        yield
        psql.stdin.close()


def test_a_full_disk_refuses_writes_until_there_is_room_again(
    cluster: Cluster, disk_of_postgresql: Path, tmp_path: Path, tell: Tell
) -> None:
    execute(
        cluster.url,
        f"CREATE TABLESPACE small LOCATION '{disk_of_postgresql}'",
        "CREATE DATABASE frontdesk TABLESPACE small",
        "SELECT 1",
    )
    url = cluster.url.replace("/postgres", "/frontdesk")
    with node(url, tmp_path) as server, connect(server.url) as client:
        assert client.sign_up("ada", PASSWORD).status == 200
        ballast = disk_of_postgresql / "ballast"
        with ballast.open("wb", buffering=0) as file, suppress(OSError):
            while file.write(b"x" * 4096):
                pass
        written, refused = 0, None
        while refused is None:
            response = client.another().sign_up(fresh_name(), PASSWORD)
            if response.status == 200:
                written += 1
            else:
                refused = response
        assert_unavailable(refused, "storage_full")
        assert client.me().status == 200, "reads and sessions go on"
        ballast.unlink()
        until(lambda: client.another().sign_up(fresh_name(), PASSWORD).status == 200)
        assert is_ready(client)
        tell(f"{written} sign-ups fitted after the disk was full, then 503, then room, then 200")
        assert_calm(server)


@pytest.fixture
def disk_of_postgresql(cluster: Cluster) -> Iterator[Path]:
    """A small file system in memory, which belongs to the server's user; mounting it takes root."""
    folder = cluster.folder / "disk"
    folder.mkdir()
    cluster.give(folder)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(folder)], check=True)
    cluster.give(folder)
    yield folder
    cluster.stop()
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_two_nodes_are_one_service(cluster: Cluster, tmp_path: Path, tell: Tell) -> None:
    """What is done on one holds on the other at its next request."""
    url = new_database(server=cluster.url)
    with (
        node(url, tmp_path, "one") as first,
        node(url, tmp_path, "two") as second,
        connect(first.url) as one,
        connect(second.url) as two,
    ):
        assert one.sign_up("ada", PASSWORD).status == 200
        rounds = 200
        for _ in range(rounds):
            assert one.log_in("ada", PASSWORD).status == 200
            token = one.cookies["sessionid"]
            two.cookies.set("sessionid", token)
            assert two.me().status == 200
            assert one.log_out().status == 200
            assert two.me().status == 401
        assert one.log_in("ada", PASSWORD).status == 200
        assert two.log_in("ada", PASSWORD).status == 200
        assert one.update(password="another one", current_password=PASSWORD).status == 200
        assert two.me().status == 401
        tell(f"{rounds} sessions ended on one node were refused by the other at its next request")
        for server in (first, second):
            assert_calm(server)


def test_a_node_with_another_secret_does_not_start(cluster: Cluster, tmp_path: Path) -> None:
    url = new_database(server=cluster.url)
    with node(url, tmp_path):
        pass
    refused = run(
        [part.format(port=free_port()) for part in SERVE],
        tmp_path,
        FRONTDESK_DATABASE_URL=url,
        FRONTDESK_SECRET_KEY="another key than all the nodes have",
    )
    assert refused.returncode != 0
    assert "FRONTDESK_SECRET_KEY" in refused.stderr
    assert "another key" not in refused.stderr.replace("another FRONTDESK", "")
