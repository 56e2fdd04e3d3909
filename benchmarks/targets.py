"""What is measured: a server, and how to sign up, log in and read oneself there.

Each is a TOML file: ours and the limits in `targets/`, the peers in `peers/NAME/peer.toml` beside
their application. A peer installs into its own folder under `.bench/`, on demand.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from hashlib import sha256
from pathlib import Path

import httpx
from msgspec import Struct, field, structs, toml

from tests.startup.processes import ROOT, free_port

HERE = Path(__file__).parent
INSTALLED = ROOT / ".bench"
PASSWORD = "correct horse battery 7"
START_SECONDS = 60
STOP_SECONDS = 20
_SIZES = re.compile(r"^((?:Private|Shared)_(?:Clean|Dirty)):\s+(\d+)", re.MULTILINE)


class Call(Struct, frozen=True):
    """A request; `{n}` in it stands for the number of the user, `{password}` for the password."""

    path: str
    method: str = "POST"
    body: str = ""
    type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)

    def encode(self, number: int = 0, *more: str) -> bytes:
        """As it goes over the wire, with some more header lines."""
        body = self.body.replace("{n}", str(number)).replace("{password}", PASSWORD).encode()
        lines = [f"{self.method} {self.path} HTTP/1.1", "Host: 127.0.0.1"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        lines += more
        if body:
            lines += [f"Content-Type: {self.type}", f"Content-Length: {len(body)}"]
        return "\r\n".join([*lines, "", ""]).encode() + body


class Target(Struct, frozen=True):
    """A server under measurement. `{python}`, `{port}`, `{data}` and `{seconds}` are filled in.

    `token` names the JSON fields that lead to a bearer credential and the header it goes into;
    without it the credential is every cookie that was set. `csrf` says where to get a token, its
    cookie, and the header that repeats it.
    """

    name: str
    serve: list[str]
    read: Call
    folder: str = ""
    install: list[list[str]] = field(default_factory=list)
    hashes: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    ready: str = ""
    sign_up: Call | None = None
    log_in: Call | None = None
    token: tuple[list[str], str] | None = None
    csrf: tuple[str, str, str] | None = None

    @property
    def where(self) -> Path:
        """The folder its commands run in."""
        return INSTALLED / self.folder if self.folder else ROOT

    def prepare(self) -> None:
        """Install it if it is not yet, or has changed since. Raises `RuntimeError`."""
        if not self.folder:
            return
        source, done = HERE / "peers" / self.folder, self.where / "installed"
        if done.exists() and done.read_text() == _digest(source):
            return
        shutil.rmtree(self.where, ignore_errors=True)
        shutil.copytree(source, self.where)
        for command in self.install:
            result = subprocess.run(
                self._filled(command), cwd=self.where, capture_output=True, text=True, check=False
            )
            if result.returncode:
                raise RuntimeError(f"{' '.join(command)}: {result.stderr.strip()[-300:]}")
        done.write_text(_digest(source))

    def hashes_a_second(self, seconds: float) -> float:
        """How many of its own password hashes all cores make in a second."""
        command = self._filled(self.hashes, seconds=str(seconds))
        answer = subprocess.run(
            command, cwd=self.where, capture_output=True, text=True, check=True, timeout=600
        )
        return float(answer.stdout)

    def credential(self, answer: httpx.Response) -> str:
        """The header line that a signed-in client sends from now on."""
        if self.token:
            names, header = self.token
            value = answer.json()
            for name in names:
                value = value[name]
            return f"{header}: {value}"
        return "Cookie: " + "; ".join(f"{name}={value}" for name, value in answer.cookies.items())

    def command(self, port: int) -> list[str]:
        """What starts it."""
        return self._filled(self.serve, port=str(port))

    def _filled(self, command: list[str], **values: str) -> list[str]:
        values = {"{python}": sys.executable, **{f"{{{k}}}": v for k, v in values.items()}}
        return [values.get(word, word) for word in command]


@dataclass
class Server:
    """A target that runs, and one credential of a user there."""

    target: Target
    port: int
    process: subprocess.Popen[bytes]
    started_in: float
    errors: Path = Path(os.devnull)
    """What it says to standard error."""
    credential: str = "Cookie: sessionid=none"
    more: list[str] = dataclass_field(default_factory=list)

    def read(self) -> bytes:
        """The signed-in read."""
        return self.target.read.encode(0, self.credential)

    def log_in_as(self, number: int, password: str = PASSWORD) -> bytes:
        """A login."""
        assert self.target.log_in is not None
        body = self.target.log_in.body.replace("{password}", password)
        return structs.replace(self.target.log_in, body=body).encode(number, *self.more)

    def sign_up_as(self, number: int) -> bytes:
        """A sign-up."""
        assert self.target.sign_up is not None
        return self.target.sign_up.encode(number, *self.more)

    def protect(self) -> None:
        """Fetch what goes with every write, where forgery is held off by a token."""
        if self.target.csrf:
            path, cookie, header = self.target.csrf
            token = httpx.get(f"http://127.0.0.1:{self.port}{path}").cookies[cookie]
            self.more = [f"Cookie: {cookie}={token}", f"{header}: {token}"]

    def memory(self) -> float:
        """MiB that it and its children hold. What they share with others counts in full, for each
        target might run alone; what the family shares counts once.
        """
        family = _family(self.process.pid)
        kib = 0.0
        for process in family:
            rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
            size = {name: int(number) for name, number in _SIZES.findall(rollup)}
            kib += sum(size[name] for name in size if name.startswith("Private"))
            kib += sum(size[name] for name in size if name.startswith("Shared")) / len(family)
        return kib / 1024

    def send(self, request: bytes) -> httpx.Response:
        """One request, by somebody who is not signed in."""
        head, _, body = request.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        method, path, _ = first.split()
        headers = dict(line.split(": ", 1) for line in lines)
        url = f"http://127.0.0.1:{self.port}{path}"
        answer = httpx.request(method, url, content=body, headers=headers, timeout=60)
        return answer.raise_for_status()

    def log_in(self, number: int) -> str:
        """The credential of a new session."""
        return self.target.credential(self.send(self.log_in_as(number)))

    def check(self) -> None:
        """Make sure that what will be measured is a signed-in read, and nothing else."""
        url = f"http://127.0.0.1:{self.port}{self.target.read.path}"
        name, _, value = self.credential.partition(": ")
        for headers, fine in (({name: value}, True), ({}, False)):
            answer = httpx.get(url, headers={**self.target.read.headers, **headers})
            if (answer.is_success and answer.content not in (b"", b"null")) != fine:
                raise RuntimeError(f"{self.target.name}: {answer.status_code} for {headers}")


def load(path: Path) -> Target:
    """Read a target's file."""
    return toml.decode(path.read_bytes(), type=Target)


def named(name: str) -> Target:
    """One of `targets/`."""
    return load(HERE / "targets" / f"{name}.toml")


def cheap(target: Target) -> Target:
    """With the lowest cost of hashes, so that what the database takes is seen."""
    environment = {**target.environment, "FRONTDESK_BCRYPT_COST": "10"}
    return structs.replace(target, environment=environment)


def peers() -> list[Target]:
    """All of `peers/`, some in two ways."""
    return [load(path) for path in sorted(HERE.glob("peers/*/*.toml"))]


@contextmanager
def serving(
    target: Target, data: Path | None = None, users: int = 0, **settings: str
) -> Iterator[Server]:
    """Start it, sign up as many users, and end it with everything it started."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = data or Path(scratch)
        port = free_port()
        known = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        values = {**target.environment, **settings}
        filled = {name: value.replace("{data}", str(folder)) for name, value in values.items()}
        started = time.perf_counter()
        process = subprocess.Popen(
            target.command(port),
            cwd=target.where,
            env={**known, "BENCH_DATA": str(folder), **filled},
            stdout=subprocess.DEVNULL,
            stderr=(folder / "stderr").open("wb"),
            # No session of its own: between sessions Linux shares the processor by halves, and what
            # a process runs at low priority does not give way to those who measure it.
            process_group=0,
        )
        try:
            _wait(target, port, process, folder / "stderr")
            errors = folder / "stderr"
            server = Server(target, port, process, time.perf_counter() - started, errors)
            server.protect()
            for number in range(users):
                server.send(server.sign_up_as(number))
                server.credential = server.log_in(number)
            if users:
                server.check()
            yield server
        finally:
            _end(process)


def _digest(folder: Path) -> str:
    files = sorted(path for path in folder.rglob("*") if path.suffix != ".pyc" and path.is_file())
    return sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def _wait(target: Target, port: int, process: subprocess.Popen[bytes], errors: Path) -> None:
    ends = time.monotonic() + START_SECONDS
    request = Call(target.ready or target.read.path, "GET").encode(0, "Connection: close")
    while time.monotonic() < ends and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
                connection.sendall(request)
                if connection.recv(1):
                    return
        except OSError:
            time.sleep(0.005)
    raise RuntimeError(f"{target.name} does not answer: {_end_of(errors)}")


def _end_of(errors: Path) -> str:
    return errors.read_text(errors="replace").strip()[-300:]


def _end(process: subprocess.Popen[bytes]) -> None:
    family = _family(process.pid) if process.poll() is None else []
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for child in family:
        if Path(f"/proc/{child}").exists():
            os.kill(child, signal.SIGKILL)


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(each for child in children for each in _family(int(child)))]
