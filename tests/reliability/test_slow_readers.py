"""Clients that ask for large files and read nothing of them."""

import re
import socket
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.client import Client, connect
from tests.reliability.conftest import Tell
from tests.startup.processes import running

pytestmark = [
    pytest.mark.alone,
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"),
]

SERVE = [sys.executable, "-m", "entrypoints", "serve", "--port", "{port}"]
READERS = 200
AHEAD = 16
A_READER_MAX_BYTES = 128 * 1024
KERNEL_MAX_BYTES = 512 * 1024
"""On loopback both ends of a connection are this machine's. Without a bound it was 2.6 MB."""


def resident_bytes(pid: int) -> int:
    (kilobytes,) = re.findall(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(kilobytes) * 1024


def unsent_bytes(port: int) -> int:
    """Of all connections to this port, what the kernel has taken and the client has not."""
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    ours = [line[4].split(":")[0] for line in lines if line[1].endswith(f":{port:04X}")]
    return sum(int(sent, 16) for sent in ours)


def largest_file(client: Client) -> str:
    names = re.findall(r'="(/schema/assets/[^"]+)"', client.request("GET", "/schema").text)
    return str(max(names, key=lambda name: len(client.request("GET", name).text)))


def test_readers_of_nothing_cost_little_and_nobody_else_waits(tmp_path: Path, tell: Tell) -> None:
    with running(SERVE, tmp_path) as server, connect(server.url) as client, ExitStack() as readers:
        port = int(server.url.rpartition(":")[2])
        get = f"GET {largest_file(client)} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
        pid = server.process.pid
        before = resident_bytes(pid)
        for _ in range(READERS):
            reader = readers.enter_context(socket.socket())
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            reader.connect(("127.0.0.1", port))
            reader.sendall(get * AHEAD)
        assert {client.request("GET", "/healthz").status for _ in range(200)} == {200}
        during, unsent = resident_bytes(pid), unsent_bytes(port)
        readers.close()
        assert {client.request("GET", "/healthz").status for _ in range(200)} == {200}
        after = resident_bytes(pid)
    growth = (during - before) / READERS
    assert growth < A_READER_MAX_BYTES
    assert 0 < unsent / READERS < KERNEL_MAX_BYTES
    assert (after - before) / READERS < A_READER_MAX_BYTES
    tell(
        f"{READERS} readers of nothing, {AHEAD} requests each: {growth / 1024:.0f} KiB of memory "
        f"and {unsent / READERS / 1024:.0f} KiB of the kernel's each; 400 answers of 200 to others"
    )
