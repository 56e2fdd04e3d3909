"""How each thing is measured. Rounds are interleaved by the caller; medians are taken there."""

import re
import subprocess
import tempfile
from itertools import count
from pathlib import Path

from msgspec import Struct

from benchmarks.limits import commits_a_second
from benchmarks.load import elsewhere, hammer, read_steadily
from benchmarks.targets import Call, Server
from domain.secrets import SessionToken

CONNECTIONS = 32
WARM_UP_SECONDS = 1.5  # all clients of a storm arrive at once, and then reads are measured
CLIENTS = 8
NAMES = 50
SIGN_UPS_A_SECOND = 100  # of a client, at most

_WRK = re.compile(
    r"\n\s+50%\s+(?P<p50>\S+).*99%\s+(?P<p99>\S+).*Requests/sec:\s+(?P<rate>\S+)", re.DOTALL
)
_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0}
_sign_ups = count(1_000)


class Reads(Struct):
    """Requests a second, and milliseconds."""

    rate: float
    p50: float
    p99: float


class Storm(Struct):
    """Logins (or guesses) a second, those turned away, and the milliseconds of reads meanwhile."""

    logins: float
    refused: float
    took: list[float]


def reads(server: Server, seconds: float, *more: str) -> Reads:
    """M1: as many signed-in reads as 32 connections get."""
    headers = [f"{name}: {value}" for name, value in server.target.read.headers.items()]
    arguments = [each for header in (*headers, server.credential) for each in ("-H", header)]
    url = f"http://127.0.0.1:{server.port}{server.target.read.path}"
    command = [
        "wrk",
        "-t1",
        f"-c{CONNECTIONS}",
        f"-d{max(1, round(seconds))}s",
        "--latency",
        *arguments,
        *more,
        url,
    ]
    said = subprocess.run(
        command, capture_output=True, text=True, check=True, timeout=seconds + 30
    ).stdout
    found = _WRK.search(said)
    if found is None or "Non-2xx" in said:
        raise RuntimeError(f"{server.target.name}: {said}")
    return Reads(float(found["rate"]), _milliseconds(found["p50"]), _milliseconds(found["p99"]))


def storm(server: Server, clients: int, seconds: float, users: int) -> Storm:
    """M2 and M3: reads at 50 a second, while that many clients log in without a pause. The last
    user is the one who reads: a user's oldest sessions give way to new ones.
    """
    calls = [[server.log_in_as(number % (users - 1))] for number in range(clients)]
    return _reads_during(server, calls, seconds)


def attack(server: Server, clients: int, seconds: float) -> Storm:
    """Reads, while clients guess passwords: each from an address of its own, and every guess for
    another name, of which a few exist.
    """
    calls = [
        [server.log_in_as(client * NAMES + number, "wrong password") for number in range(NAMES)]
        for client in range(clients)
    ]
    return _reads_during(server, calls, seconds)


def sign_ups(server: Server, seconds: float) -> float:
    """M4: how many of 8 clients' sign-ups succeed in a second, each for a name of its own."""
    names = int(seconds * SIGN_UPS_A_SECOND)
    calls = [[server.sign_up_as(next(_sign_ups)) for _ in range(names)] for _ in range(CLIENTS)]
    with elsewhere(1) as run:
        counts = run(hammer, server.port, calls, seconds).result(seconds + 60)
    if sum(counts.values()) > CLIENTS * names:
        raise RuntimeError("more sign-ups than names")
    return _succeeded(counts) / seconds


def writes(server: Server, credentials: list[str], seconds: float) -> float:
    """M8: renames a second, each client in a session of its own."""
    calls = []
    for client, credential in enumerate(credentials):
        bodies = [f'{{"username": "name{client}-{turn}"}}' for turn in (0, 1)]
        puts = [Call(server.target.read.path, "PUT", body) for body in bodies]
        calls.append([put.encode(0, credential) for put in puts])
    with elsewhere(1) as run:
        counts = run(hammer, server.port, calls, seconds).result(seconds + 60)
    return _succeeded(counts) / seconds


def raw_commits(seconds: float) -> float:
    """M8: what SQLite itself does on the same disk."""
    with tempfile.TemporaryDirectory() as folder:
        return commits_a_second(Path(folder), seconds)


def lua(tokens: list[SessionToken], order: str = "in turn") -> str:
    """A script for wrk that asks for these sessions in turn, or at `random`."""
    step = "math.random(#tokens)" if order == "random" else "turn % #tokens + 1"
    listed = ",".join(f'"{token.value}"' for token in tokens)
    return (
        f"local tokens = {{{listed}}}\nlocal turn = 0\nfunction request()\n"
        f"  turn = {step}\n"
        '  return wrk.format("GET", nil, {["Cookie"] = "sessionid=" .. tokens[turn]})\nend\n'
    )


def _reads_during(server: Server, calls: list[list[bytes]], seconds: float) -> Storm:
    whole = seconds + WARM_UP_SECONDS
    with elsewhere() as run:
        reading = run(read_steadily, server.port, server.read(), seconds, WARM_UP_SECONDS)
        hammering = run(hammer, server.port, calls, whole)
        counts = hammering.result(4 * whole + 120)
        took = reading.result(4 * whole + 120)
    logins = _succeeded(counts)
    return Storm(
        logins / whole,
        (sum(counts.values()) - logins) / whole,
        [each * 1000 for each in took],
    )


def _succeeded(counts: dict[int, int]) -> int:
    return sum(number for status, number in counts.items() if 200 <= status < 300)


def _milliseconds(text: str) -> float:
    number = text.rstrip("mus")
    return float(number) * _UNITS[text.removeprefix(number)]
