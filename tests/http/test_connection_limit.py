"""A process at its limit of connections, over real sockets: 127.0.0.2, 127.0.0.3 … are networks."""

import json
import re
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from ipaddress import ip_network
from pathlib import Path

import pytest

from adapters.passwords.hash_queue import HashQueue
from entrypoints.server import protocol_of
from entrypoints.services import build_services
from entrypoints.settings import Settings
from entrypoints.web_app import create_app
from tests.conftest import serving, settings_in

pytestmark = [
    pytest.mark.sqlite,
    pytest.mark.skipif(sys.platform != "linux", reason="uses all of 127.0.0.0/8"),
]

LIMIT = 8
GET = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
BODY = b'{"username": "nobody", "password": "123123"}'
LOG_IN = (
    b"POST /api/user/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b"Content-Length: %d\r\n\r\n" % len(BODY)
) + BODY


class House:
    """The service, and connections from wherever one likes."""

    def __init__(self, port: int, queue: HashQueue, open_ones: ExitStack) -> None:
        self._port = port
        self.queue = queue
        self._open_ones = open_ones

    def enter(self, number: int) -> socket.socket:
        """Connect from 127.0.0.`number`."""
        return self._open_ones.enter_context(
            socket.create_connection(
                ("127.0.0.1", self._port), timeout=20, source_address=(f"127.0.0.{number}", 0)
            )
        )

    def several(self, number: int, count: int) -> list[socket.socket]:
        """So many, each known to the service."""
        found = [self.enter(number) for _ in range(count)]
        for each in found:
            assert status(each) == 200
        return found


def status(connection: socket.socket, sent: bytes = GET) -> int | None:
    """Of the answer; `None` if the connection is closed instead."""
    received = b""
    try:
        connection.sendall(sent)
        while not is_whole(received) and (chunk := connection.recv(65_536)):
            received += chunk
    except ConnectionError:
        return None
    return int(received.split()[1]) if received else None


def is_whole(answer: bytes) -> bool:
    """Head and body may arrive apart, and what is left over is not the next answer."""
    head, end, body = answer.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head)
    return bool(end) and len(body) >= (int(length[1]) if length else 0)


@contextmanager
def open_house(settings: Settings) -> Iterator[House]:
    queue = HashQueue(threads=1)
    services = build_services(settings, hash_queue=queue)
    app = create_app(settings, services, record=lambda _: None)
    with serving(app, http=protocol_of(settings)) as url, ExitStack() as open_ones:
        yield House(int(url.rpartition(":")[2]), queue, open_ones)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(settings_in(tmp_path, connections=LIMIT)) as house:
        yield house


def test_who_holds_everything_is_refused_and_says_why(house: House) -> None:
    held = house.several(2, LIMIT)
    refused = house.enter(2)
    refused.sendall(GET)
    answer = b""
    while chunk := refused.recv(65_536):
        answer += chunk
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
    assert b"retry-after: 10" in head
    assert b"connection: close" in head
    assert b"content-type: application/problem+json" in head
    assert json.loads(body)["code"] == "busy"
    assert [status(each) for each in held] == [200] * LIMIT, "they are served on"


def test_a_refused_one_that_says_nothing_is_closed(house: House) -> None:
    house.several(2, LIMIT)
    assert house.enter(2).recv(1) == b""


def test_others_take_the_places_of_the_longest_silent(house: House) -> None:
    mine = house.several(3, 1)
    held = house.several(2, LIMIT - 1)
    assert status(held[0]) == 200, "no longer the one silent longest"
    newcomers = house.several(4, 2)
    assert [status(each) for each in (*mine, *newcomers)] == [200] * 3
    assert [status(each) for each in held] == [200, None, None] + [200] * (LIMIT - 4)


def test_a_flood_of_one_network_takes_its_own_places_only(house: House) -> None:
    mine = house.several(3, 2)
    for _ in range(5 * LIMIT):
        house.enter(2)
        assert [status(each) for each in mine] == [200, 200]
        (newcomer,) = house.several(4, 1)
        newcomer.close()


def test_one_that_waits_for_its_hash_keeps_its_place(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, connections=LIMIT, bcrypt_cost=13, hash_threads=1)
    with open_house(settings) as house:
        waiting = house.enter(2)
        waiting.sendall(LOG_IN)
        while house.queue.figures.running < 1:
            time.sleep(0.01)
        idle = house.several(2, LIMIT - 2)
        house.several(3, 3)
        assert waiting.recv(65_536).split()[1] == b"403"
        assert [status(each) for each in idle].count(None) == 2


def test_trusted_proxies_are_never_refused_and_never_make_room(tmp_path: Path) -> None:
    proxies = (ip_network("127.0.0.5/32"),)
    with open_house(settings_in(tmp_path, connections=LIMIT, trusted_proxies=proxies)) as house:
        through = house.several(5, 3 * LIMIT)
        held = house.several(2, LIMIT)
        house.several(3, 1)
        assert [status(each) for each in through] == [200] * 3 * LIMIT
        assert [status(each) for each in held].count(None) == 1
