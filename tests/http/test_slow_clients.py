"""Clients that dawdle, break off or speak nonsense, over a real socket."""

import contextlib
import socket
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from adapters.http.pipeline.connections import Connections
from adapters.http.pipeline.protocol import StrictProtocol
from adapters.http.pipeline.recording import CLIENT_CLOSED_REQUEST
from adapters.passwords.hash_queue import HashQueue
from application.operations.requests import RequestEntry
from entrypoints.services import build_services
from entrypoints.web_app import create_app
from tests.client import connect
from tests.conftest import serving, settings_in

pytestmark = pytest.mark.sqlite

HEAD = b"POST /api/user/signup HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


@pytest.fixture
def records() -> list[RequestEntry]:
    return []


class Impatient(StrictProtocol):
    """So that no test waits for long."""

    head_seconds = linger_seconds = stalled_seconds = 0.2


class Terse(StrictProtocol):
    """Patient otherwise."""

    between_max_bytes = 10_000
    linger_seconds = 60.0


class HurriedAlong(StrictProtocol):
    linger_seconds = 0.05


@pytest.fixture
def protocol() -> type[StrictProtocol]:
    return StrictProtocol


@pytest.fixture
def address(
    records: list[RequestEntry], protocol: type[StrictProtocol], tmp_path: Path
) -> Iterator[tuple[str, int]]:
    app = create_app(settings_in(tmp_path, body_seconds=0.2), record=records.append)
    with serving(app, http=partial(protocol, connections=Connections(800))) as url:
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
    address: tuple[str, int], records: list[RequestEntry]
) -> None:
    with socket.create_connection(address, timeout=10) as connection:
        connection.sendall(HEAD + b"Content-Length: 100\r\n\r\n{")
    with connect(f"http://{address[0]}:{address[1]}") as client:
        while not any(record.path == "/api/user/signup" for record in records):
            client.request("GET", "/healthz")
    assert [each.status for each in records if each.path == "/api/user/signup"] == [400]


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


@pytest.mark.parametrize(
    "repeated", [b"Host: evil.example", b"Content-Type: text/plain", b"Origin: a\r\nOrigin: b"]
)
def test_repeated_fields_that_decide_something_are_refused(
    address: tuple[str, int], repeated: bytes
) -> None:
    answer = exchange(address, HEAD + repeated + b"\r\nConnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("path", [b"//api/user", b"/api//user", b"/api/user/", b"/api/./user"])
def test_no_spelling_of_the_path_gets_around_the_session(
    address: tuple[str, int], path: bytes
) -> None:
    head = b"GET " + path + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    assert exchange(address, head).split()[1] in (b"401", b"404")


def test_trailers_do_not_become_header_fields(
    address: tuple[str, int], records: list[RequestEntry]
) -> None:
    head = b"POST /api/user/login HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    chunked = b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n"
    trailer = b"Content-Type: application/json\r\nX-Request-ID: forged\r\n\r\n"
    assert exchange(address, head + chunked + trailer).startswith(b"HTTP/1.1 415 ")
    assert records[0].request_id != "forged"


@pytest.mark.parametrize("endless", [b"a: b\r\n" * 1000, b"x" * 6000])
def test_a_head_without_end_is_refused_in_bounded_memory(
    address: tuple[str, int], endless: bytes
) -> None:
    received = b""
    with socket.create_connection(address, timeout=10) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nx: ")
        with contextlib.suppress(OSError):
            for _ in range(1000):
                connection.sendall(endless)
        with contextlib.suppress(OSError):
            received = connection.recv(65_536)
    assert received.startswith(b"HTTP/1.1 431 ") or received == b""


@pytest.mark.parametrize("protocol", [Impatient])
@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nHost: x"])
def test_a_connection_that_sends_no_request_is_closed(
    address: tuple[str, int], sent: bytes
) -> None:
    assert exchange(address, sent) == b""


@pytest.mark.parametrize("protocol", [Impatient])
def test_a_second_request_has_as_long_for_its_head(address: tuple[str, int]) -> None:
    first = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with socket.create_connection(address, timeout=10) as connection:
        connection.sendall(first)
        assert connection.recv(65_536).startswith(b"HTTP/1.1 200 ")
        connection.sendall(first[:20])
        while connection.recv(65_536):
            pass


@pytest.mark.parametrize("protocol", [Impatient])
def test_an_announced_body_that_is_too_large_is_refused_where_none_is_read(
    address: tuple[str, int],
) -> None:
    head = HEAD.replace(b"signup", b"logout") + b"Content-Length: 400000000\r\n\r\n"
    assert exchange(address, head).startswith(b"HTTP/1.1 413 ")
    head = HEAD.replace(b"signup", b"logout") + b"Content-Length: 1000\r\n\r\n"
    assert exchange(address, head + b"x").startswith(b"HTTP/1.1 200 ")


def test_the_answer_to_an_earlier_request_does_not_hurry_the_one_that_arrives(
    tmp_path: Path,
) -> None:
    body = b'{"username": "nobody", "password": "123123"}'
    head = HEAD.replace(b"signup", b"login") + b"Content-Length: %d\r\n\r\n" % len(body)
    app = create_app(settings_in(tmp_path), record=lambda _: None)
    with serving(app, http=partial(HurriedAlong, connections=Connections(800))) as url:
        address = "127.0.0.1", int(url.rpartition(":")[2])
        with socket.create_connection(address, timeout=10) as connection:
            connection.sendall(head + body + head + body[:5])
            assert connection.recv(65_536).startswith(b"HTTP/1.1 403 ")
            time.sleep(0.3)
            connection.sendall(body[5:])
            assert connection.recv(65_536).startswith(b"HTTP/1.1 403 ")


def test_a_connection_serves_many_requests(address: tuple[str, int]) -> None:
    get = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
    sent = (get + b"\r\n") * 5 + get + b"Connection: close\r\n\r\n"
    assert exchange(address, sent).count(b"HTTP/1.1 200 OK") == 6


GET = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
LOG_OUT = HEAD.replace(b"signup", b"logout") + b"\r\n"


def test_only_so_many_requests_wait_on_a_connection(address: tuple[str, int]) -> None:
    answers = exchange(address, GET * 500)
    assert answers.count(b"HTTP/1.1 200 OK") == 1 + StrictProtocol.pipelined_max


def test_nonsense_after_a_request_does_not_take_its_answer(address: tuple[str, int]) -> None:
    assert exchange(address, LOG_OUT + b"nonsense\r\n\r\n").startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("protocol", [Terse])
def test_trailers_without_end_are_cut_off(address: tuple[str, int]) -> None:
    head = LOG_OUT.replace(b"\r\n\r\n", b"\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nx: ")
    with socket.create_connection(address, timeout=10) as connection:
        connection.sendall(head)
        with pytest.raises(ConnectionError):
            for _ in range(4_000):
                connection.sendall(b"x" * 5_000)


@pytest.mark.parametrize("protocol", [Impatient])
def test_a_client_that_does_not_read_is_cut_off(address: tuple[str, int]) -> None:
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
        connection.settimeout(10)
        connection.connect(address)
        with pytest.raises(ConnectionError):
            while True:
                connection.sendall(GET.replace(b"healthz", b"schema/openapi.json"))


@pytest.mark.parametrize("more", [b"", GET], ids=["alone", "with another behind it"])
def test_a_client_that_leaves_while_it_waits_for_a_hash_gives_its_place_back(
    tmp_path: Path, records: list[RequestEntry], more: bytes
) -> None:
    settings = settings_in(tmp_path, bcrypt_cost=12, hash_threads=1)
    queue = HashQueue(threads=1)
    services = build_services(settings, hash_queue=queue)
    app = create_app(settings, services, record=records.append)
    body = b'{"username": "ada", "password": "123123"}'
    head = HEAD.replace(b"signup", b"login") + b"Content-Length: %d\r\n\r\n" % len(body)
    with serving(app) as url:
        address = "127.0.0.1", int(url.rpartition(":")[2])
        leaving = [socket.create_connection(address) for _ in range(6)]
        for connection in leaving:
            connection.sendall(head + body + more)
        with connect(url) as client:
            while queue.figures.waiting < 5:
                client.request("GET", "/healthz")
            for connection in leaving:
                connection.close()
            while queue.figures.given_up < 5:
                client.request("GET", "/healthz")
            assert queue.figures.waiting == 0
            while sum(record.status == CLIENT_CLOSED_REQUEST for record in records) < 6:
                client.request("GET", "/healthz")
