"""Where a request begins and ends, and for whom it is meant, byte by byte over a real socket."""

import contextlib
import socket
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from adapters.http.pipeline.connections import Connections
from adapters.http.pipeline.protocol import StrictProtocol
from entrypoints.web_app import create_app
from tests.conftest import serving, settings_in
from tests.pages import console_file

pytestmark = pytest.mark.sqlite

GET = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
LAST = GET + b"Connection: close\r\n\r\n"
POST = b"POST /api/user/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
BODY = b'{"username": "nobody", "password": "123123"}'
LENGTH = b"Content-Length: %d\r\n" % len(BODY)
CHUNKS = b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY)


class Narrow(StrictProtocol):
    ahead_max_bytes = 2_000


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    settings = settings_in(tmp_path_factory.mktemp("framing"), allowed_hosts=("desk.example",))
    app = create_app(settings, record=lambda _: None)
    with serving(app) as url:
        yield "127.0.0.1", int(url.rpartition(":")[2])


def exchange(address: tuple[str, int], *sent: bytes) -> bytes:
    with socket.create_connection(address, timeout=10) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for each in sent:
            connection.sendall(each)
        received = b""
        while chunk := connection.recv(65_536):
            received += chunk
        return received


def statuses(answers: bytes) -> list[int]:
    return [int(each[:3]) for each in answers.split(b"HTTP/1.1 ")[1:]]


@pytest.mark.parametrize("coding", [b"gzip, chunked", b"chunked, chunked", b"chunked;q=1"])
def test_a_body_coded_in_another_way_is_not_guessed_at(
    address: tuple[str, int], coding: bytes
) -> None:
    sent = POST + b"Transfer-Encoding: " + coding + b"\r\n\r\n" + CHUNKS + LAST
    answer = exchange(address, sent)
    assert statuses(answer) in ([501], [400]), "and nothing after it is a request"
    assert b"connection: close" in answer
    if coding == b"gzip, chunked":
        assert b"transfer_coding_unknown" in answer


def test_transfer_codings_in_two_fields_are_refused(address: tuple[str, int]) -> None:
    sent = POST + b"Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNKS + LAST
    answer = exchange(address, sent)
    assert statuses(answer) == [400]
    assert b"connection: close" in answer


def test_plain_chunks_are_read_whatever_the_case(address: tuple[str, int]) -> None:
    sent = POST + b"Transfer-Encoding: Chunked\r\n\r\n" + CHUNKS + LAST
    assert statuses(exchange(address, sent)) == [403, 200]


@pytest.mark.parametrize(
    ("target", "status"),
    [
        (b"http://localhost/schema", 200),
        (b"http://desk.example/schema", 200),
        (b"HTTP://DESK.example:80/schema", 200),
        (b"http://evil.example/schema", 400),
        (b"http://evil.example?http://localhost/schema", 400),
        (b"http://evil.example#@localhost/schema", 400),
        (b"http://localhost@evil.example/schema", 400),
        (b"http://user@localhost/schema", 400),
        (b"http:///schema", 400),
        (b"evil.example/schema", 400),
    ],
)
def test_the_host_of_an_absolute_target_must_be_served_here(
    address: tuple[str, int], target: bytes, status: int
) -> None:
    head = b"GET " + target + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    assert statuses(exchange(address, head)) == [status]


def test_the_field_does_not_count_beside_an_absolute_target(address: tuple[str, int]) -> None:
    head = b"GET http://localhost/schema HTTP/1.1\r\nHost: evil.example\r\n"
    assert statuses(exchange(address, head + b"Connection: close\r\n\r\n")) == [200]
    repeated = head + b"Host: localhost\r\nConnection: close\r\n\r\n"
    assert statuses(exchange(address, repeated)) == [400]


UPGRADE = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"


def test_an_upgrade_is_not_taken_and_what_follows_is_answered(address: tuple[str, int]) -> None:
    upgrade = GET + UPGRADE + b"\r\n"
    assert statuses(exchange(address, upgrade + GET + b"\r\n" + LAST)) == [200, 200, 200]
    assert statuses(exchange(address, upgrade, GET + b"\r\n" + LAST)) == [200, 200, 200]


def test_the_body_of_an_upgrade_is_never_a_request(address: tuple[str, int]) -> None:
    for body in (LAST, GET + b"\r\n" + LAST):
        for framing in (
            b"Content-Length: %d\r\n\r\n" % len(body),
            b"Transfer-Encoding: chunked\r\n\r\n",
        ):
            head = GET + UPGRADE + framing
            assert statuses(exchange(address, head + body)) == [200]
            assert statuses(exchange(address, head, body)) == [200]


SEQUENCES = [
    ((GET + b"\r\n") * 3 + LAST, [200] * 4),
    (POST + LENGTH + b"\r\n" + BODY + LAST, [403, 200]),
    ((POST + LENGTH + b"\r\n" + BODY) * 2 + GET + b"\r\n" + LAST, [403, 403, 200, 200]),
    (POST + b"Transfer-Encoding: chunked\r\n\r\n" + CHUNKS + LAST, [403, 200]),
]


@pytest.mark.parametrize("cut", [0, 1, 2, 3, 5, 17, 4096])
@pytest.mark.parametrize(("sent", "expected"), SEQUENCES, ids=range(4))
def test_requests_are_the_same_however_they_are_cut_into_segments(
    address: tuple[str, int], sent: bytes, expected: list[int], cut: int
) -> None:
    step = cut or len(sent)
    pieces = [sent[at : at + step] for at in range(0, len(sent), step)]
    assert statuses(exchange(address, *pieces)) == expected


def test_ends_of_heads_inside_a_body_are_part_of_it(address: tuple[str, int]) -> None:
    body = b"\r\n\r\n" * 1_000 + BODY
    sent = POST + b"Content-Length: %d\r\n\r\n" % len(body) + body + GET + b"\r\n" + LAST
    assert statuses(exchange(address, sent)) == [403, 200, 200]


def test_what_is_sent_ahead_is_bounded_and_those_before_are_answered(tmp_path: Path) -> None:
    app = create_app(settings_in(tmp_path), record=lambda _: None)
    with serving(app, http=partial(Narrow, connections=Connections(10))) as url:
        address = "127.0.0.1", int(url.rpartition(":")[2])
        large = GET + b"X: " + b"x" * 900 + b"\r\n\r\n"
        assert statuses(exchange(address, large * 2 + LAST)) == [200] * 3
        answers = exchange(address, large * 8)
        assert statuses(answers) == [200]
        assert b"connection: close" in answers


def test_more_fields_than_the_rule_allows_are_not_even_kept(address: tuple[str, int]) -> None:
    answer = exchange(address, GET + b"a:b\r\n" * 7_000 + b"\r\n" + LAST)
    assert statuses(answer) == [431]


@pytest.mark.parametrize(
    "target", [b"GET http://a:99999999/", b"GET http://[/", b"CONNECT a:80", b"GET http://[::1"]
)
def test_nonsense_does_not_take_the_answer_of_the_request_before_it(
    address: tuple[str, int], target: bytes
) -> None:
    answers = exchange(
        address, POST + LENGTH + b"\r\n" + BODY + target + b" HTTP/1.1\r\nHost: localhost\r\n\r\n"
    )
    assert statuses(answers)[0] == 403, "it is owed its own"


class Impatient(StrictProtocol):
    stalled_seconds = linger_seconds = 0.3


def big_at(url: str) -> bytes:
    """Asks for some kilobytes."""
    path = console_file(url, "view-users.js").encode()
    return b"GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n" % path


@pytest.mark.parametrize("ahead", [16, 20])
@pytest.mark.parametrize("then", [b"\0garbage\r\n\r\n", b""])
def test_no_connection_is_forgotten_behind_answers_that_are_not_read(
    tmp_path: Path, ahead: int, then: bytes
) -> None:
    connections = Connections(100)
    app = create_app(settings_in(tmp_path), record=lambda _: None)
    with (
        serving(app, http=partial(Impatient, connections=connections)) as url,
        socket.socket() as client,
    ):
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", int(url.rpartition(":")[2])))
        client.sendall(big_at(url) * ahead)
        time.sleep(0.2)  # until as much is answered as fits anywhere
        with contextlib.suppress(OSError):
            client.sendall(then)
        deadline = time.monotonic() + 30
        while len(connections) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert not len(connections), "closed by the server"


def test_a_connection_that_sent_too_much_ahead_is_closed_when_its_answers_are_read(
    tmp_path: Path,
) -> None:
    connections = Connections(100)
    app = create_app(settings_in(tmp_path), record=lambda _: None)
    large = b"GET /schema/openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with (
        serving(app, http=partial(StrictProtocol, connections=connections)) as url,
        socket.socket() as client,
    ):
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.settimeout(50)
        client.connect(("127.0.0.1", int(url.rpartition(":")[2])))
        client.sendall(large * 20)
        while client.recv(65_536):
            pass
        assert until(lambda: not len(connections))


@pytest.mark.parametrize("ahead", range(4, 17))
def test_a_client_that_says_it_is_done_and_reads_nothing_is_not_held_for_ever(
    tmp_path: Path, ahead: int
) -> None:
    """Up to 64 KiB stay in the service, which pauses nothing."""
    connections = Connections(100)
    app = create_app(settings_in(tmp_path), record=lambda _: None)
    with (
        serving(app, http=partial(Impatient, connections=connections)) as url,
        socket.socket() as client,
    ):
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", int(url.rpartition(":")[2])))
        client.sendall(big_at(url) * ahead)
        time.sleep(0.3)  # until as much is answered as fits anywhere
        client.shutdown(socket.SHUT_WR)
        assert until(lambda: not len(connections))


async def cut_off(scope: Any, receive: Any, send: Any) -> None:
    """Answers without an end, as an export whose session has ended."""
    if scope["type"] == "lifespan":
        for phase in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{phase}.complete"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for _ in range(int(scope["path"][1:])):
        await send({"type": "http.response.body", "body": b"x" * 8_192, "more_body": True})


def test_a_cut_off_answer_that_is_not_read_is_not_held_for_ever() -> None:
    connections = Connections(100)
    with (
        serving(cut_off, http=partial(Impatient, connections=connections)) as url,
        contextlib.ExitStack() as stack,
    ):
        for pieces in range(8, 34):
            client = stack.enter_context(socket.socket())
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.connect(("127.0.0.1", int(url.rpartition(":")[2])))
            client.sendall(b"GET /%d HTTP/1.1\r\nHost: localhost\r\n\r\n" % pieces)
        time.sleep(0.3)
        assert until(lambda: not len(connections))


def until(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 30
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.01)
    return holds()
