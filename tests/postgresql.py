"""PostgreSQL for tests: a cluster for each process that runs tests, a database for each test.

`FRONTDESK_TEST_DATABASE_URL` uses a given server instead, with a role that may create databases.
"""

import asyncio
import atexit
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

PASSWORD = "secret of the test cluster"
_LOCAL = "127.0.0.1"
_numbers = count(1)
_Result = TypeVar("_Result")


def binaries() -> Path | None:
    """Where `initdb` and `pg_ctl` are, if they are installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    path = shutil.which("pg_ctl") or (str(found[-1]) if found else None)
    return Path(path).resolve().parent if path else None


def demand() -> None:
    """Skip the test that needs PostgreSQL where there is none; in CI that is a failure."""
    if not (os.environ.get("FRONTDESK_TEST_DATABASE_URL") or binaries()):
        _miss("PostgreSQL is not installed; its tests need: apt-get install postgresql")


def _miss(missing: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(missing)
    pytest.skip(missing)


class Cluster:
    """A server of our own, on a free port of loopback, in a folder of its own."""

    def __init__(self, name: str = "primary") -> None:
        found = binaries()
        assert found, "see demand()"
        self._bin = found
        self.folder = Path(tempfile.mkdtemp(prefix="frontdesk-postgresql-"))
        self.give(self.folder)
        self.name, self.port = name, free_port()

    @classmethod
    def new(cls, *, durable: bool = False, certificate: str | None = None) -> Self:
        """One that runs, with nothing in it. What it commits survives a kill, and if it is
        `durable` also the loss of power. With a `certificate` for this host it speaks TLS.
        """
        cluster = cls()
        password = cluster.folder / "password"
        password.write_text(PASSWORD)
        cluster.give(password)
        cluster._run(
            "initdb", "-D", cluster.data, "-U", "owner", "--pwfile", password,
            "-A", "scram-sha-256", "-E", "UTF8", "--locale", "C", "--no-sync",
        )  # fmt: skip
        cluster._configure(fsync="on" if durable else "off")
        if certificate:
            cluster._speak_tls(certificate)
        cluster.start()
        return cluster

    @classmethod
    def standby_of(cls, primary: "Cluster") -> Self:
        """One that runs and receives what the primary writes, and is waited for at each commit."""
        standby = cls("standby")
        conninfo = f"host={_LOCAL} port={primary.port} user=owner password='{PASSWORD}'"
        standby._run("pg_basebackup", "-D", standby.data, "-R", "-c", "fast", "-d", conninfo)
        standby._configure()
        standby.start()
        execute(
            primary.url,
            "ALTER SYSTEM SET synchronous_standby_names = 'standby'",
            "SELECT pg_reload_conf()",
        )
        synchronous = "SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'"
        while not execute(primary.url, synchronous):
            time.sleep(0.05)
        return standby

    def _configure(self, *, fsync: str = "off") -> None:
        settings = {
            "listen_addresses": f"'{_LOCAL}'",
            "port": str(self.port),
            "unix_socket_directories": "''",  # its lock outlives a kill
            "cluster_name": f"'{self.name}'",
            "fsync": fsync,
            "max_connections": "200",
            "log_min_messages": "fatal",
        }
        with (self.data / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = {value}\n" for name, value in settings.items())

    def _speak_tls(self, host: str) -> None:
        for path in (make_certificate(self.folder, host), self.folder / "key.pem"):
            self.give(path)
        with (self.data / "postgresql.conf").open("a") as file:
            file.write("ssl = on\n")
            file.write(f"ssl_cert_file = '{self.certificate}'\n")
            file.write(f"ssl_key_file = '{self.folder / 'key.pem'}'\n")

    @property
    def certificate(self) -> Path:
        """Signed by itself."""
        return self.folder / "certificate.pem"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def url(self) -> str:
        """Of its own database."""
        return f"postgresql://owner:{PASSWORD.replace(' ', '%20')}@{_LOCAL}:{self.port}/postgres"

    def start(self) -> None:
        self._run("pg_ctl", "start", "-w", "-D", self.data, "-l", self.folder / "log")

    @property
    def pids(self) -> list[int]:
        """The server's, and those of its children."""
        first = int((self.data / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        return [first, *map(int, children)]

    def signal(self, number: int) -> None:
        """To all of its processes."""
        for pid in self.pids:
            os.kill(pid, number)

    def kill(self) -> None:
        """All of it at once, and wait until nothing of it is left."""
        pids = self.pids
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        while any(Path(f"/proc/{pid}").exists() and _runs(pid) for pid in pids):
            time.sleep(0.01)
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def promote(self) -> None:
        """Of a standby, make the primary."""
        self._run("pg_ctl", "promote", "-w", "-D", self.data)

    def stop(self) -> None:
        self._run("pg_ctl", "stop", "-m", "immediate", "-w", "-D", self.data, check=False)

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    @staticmethod
    def give(path: Path) -> None:
        """To the user that it runs as: PostgreSQL refuses to run as root."""
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(path, owner.pw_uid, owner.pw_gid)

    def _run(self, program: str, *arguments: object, check: bool = True) -> None:
        command = [str(self._bin / program), *map(str, arguments)]
        if os.geteuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        subprocess.run(
            command, check=check, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )


def make_certificate(folder: Path, host: str) -> Path:
    """For this host, signed by itself; its key is beside it."""
    if not shutil.which("openssl"):
        _miss("OpenSSL is not installed; tests of TLS need: apt-get install openssl")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    name = ["-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}"]
    files = ["-out", str(certificate), "-keyout", str(key)]
    subprocess.run([*make, *name, *files], check=True, capture_output=True)
    key.chmod(0o600)
    return certificate


def _runs(pid: int) -> bool:
    """Unless it has ended and nobody has asked how."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def free_port() -> int:
    with socket.create_server((_LOCAL, 0)) as listener:
        return int(listener.getsockname()[1])


@cache
def server_url() -> str:
    """Of the server that this process's tests use."""
    if given := os.environ.get("FRONTDESK_TEST_DATABASE_URL"):
        return given
    cluster = Cluster.new()
    atexit.register(cluster.remove)
    return cluster.url


def new_database(*, server: str | None = None) -> str:
    """An empty database, and its URL."""
    url = server or server_url()
    name = f"frontdesk_{os.getpid()}_{next(_numbers)}"
    execute(url, f'CREATE DATABASE "{name}"')
    return _with_name(url, name)


def drop_database(url: str) -> None:
    parts = urlsplit(url)
    name = parts.path.removeprefix("/")
    execute(server_url(), f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def documented_roles() -> Iterator[tuple[str, str]]:
    """A database with the roles of docs/postgresql.md, as the page says: the URLs of who owns it
    and of who serves.
    """
    page = (Path(__file__).parents[1] / "docs" / "postgresql.md").read_text()
    blocks = re.findall(r"```sql\n(.*?)```", page, re.DOTALL)
    statements = ";".join(block.strip().removesuffix(";") for block in blocks).split(";")
    for name in ("frontdesk_owner", "frontdesk"):
        execute(server_url(), f"DROP ROLE IF EXISTS {name}")
    url = _with_name(server_url(), f"frontdesk_{os.getpid()}_{next(_numbers)}")
    name, owner = urlsplit(url).path.removeprefix("/"), "frontdesk_owner"
    *first, create = statements[:3]
    assert create.split() == ["CREATE", "DATABASE", "frontdesk", "OWNER", owner]
    execute(server_url(), *first, f'CREATE DATABASE "{name}" OWNER {owner}')
    execute(url, *statements[3:])
    place = url.rpartition("@")[2]
    try:
        yield (
            f"postgresql://frontdesk_owner:change%20me@{place}",
            f"postgresql://frontdesk:change%20me%20too@{place}",
        )
    finally:
        drop_database(url)
        for name in ("frontdesk", "frontdesk_owner"):
            execute(server_url(), f"DROP ROLE {name}")


def _with_name(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def execute(url: str, *statements: str) -> list[Any]:
    """What the last of them returns."""

    async def run() -> list[Any]:
        connection = await asyncpg.connect(url)
        try:
            for statement in statements[:-1]:
                await connection.execute(statement)
            return list(await connection.fetch(statements[-1]))
        finally:
            await connection.close()

    return elsewhere(run)


def execute_many(url: str, statement: str, rows: Sequence[Sequence[Any]]) -> None:
    """Once with each of these."""

    async def run() -> None:
        connection = await asyncpg.connect(url)
        try:
            await connection.executemany(statement, rows)
        finally:
            await connection.close()

    elsewhere(run)


def elsewhere(run: Callable[[], Awaitable[_Result]]) -> _Result:
    """On a loop of another thread, for this one may have one that runs."""

    async def main() -> _Result:
        return await run()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(main())).result()
