"""Clients that dawdle, break off or speak nonsense, over a real socket."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.http.edge import RequestRecord
from entrypoints.client import connect
from entrypoints.http import create_app
from tests.conftest import serving, settings_in

HEAD = b"POST /api/user/signup HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


@pytest.fixture
def records() -> list[RequestRecord]:
    return []


@pytest.fixture
def address(records: list[RequestRecord], tmp_path: Path) -> Iterator[tuple[str, int]]:
    app = create_app(settings_in(tmp_path, body_seconds=0.2), record=records.append)
    with serving(app) as url:
        yield "127.0.0.1", int(url.rpartition(":")[2])
        with connect(url) as client:
            assert client.request("GET", "/healthz").status == 200, "it serves on"
        assert max(record.status for record in records) < 500


def exchange(address: tuple[str, int], sent: bytes) -> bytes:
    with socket.create_connection(address, timeout=10) as connection:
        connection.sendall(sent)
        received = b""
        while chunk := connection.recv(65_536):
            received += chunk
        return received


def test_a_body_that_does_not_arrive_in_time_is_given_up(address: tuple[str, int]) -> None:
    answer = exchange(address, HEAD + b"Content-Length: 100\r\n\r\n{")
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"request_timeout" in answer
    assert b"connection: close" in answer.lower()


def test_a_client_that_breaks_off_is_nobodys_mistake(
    address: tuple[str, int], records: list[RequestRecord]
) -> None:
    with socket.create_connection(address, timeout=10) as connection:
        connection.sendall(HEAD + b"Content-Length: 100\r\n\r\n{")
    with connect(f"http://{address[0]}:{address[1]}") as client:
        while not any(record.path == "/api/user/signup" for record in records):
            client.request("GET", "/healthz")


@pytest.mark.parametrize(
    "sent",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /api/user HTTP/1.1\r\nHost: localhost\r\nbad header\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nHost: localhost\r\n\r\n",
        HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n12345",
        HEAD + b"Content-Length: -1\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
    ids=range(8),
)
def test_what_is_not_http_is_refused_and_the_connection_closed(
    address: tuple[str, int], sent: bytes
) -> None:
    assert exchange(address, sent).startswith(b"HTTP/1.1 400 ")


def test_two_host_headers_are_refused(address: tuple[str, int]) -> None:
    head = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n"
    assert exchange(address, head + b"Connection: close\r\n\r\n").startswith(b"HTTP/1.1 400 ")
