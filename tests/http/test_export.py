"""An export is sent as it is read: it is in nobody's way, and complete or no JSON at all."""

import asyncio
import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from entrypoints.services import Services, build_services
from entrypoints.settings import Settings
from entrypoints.web_app import create_app
from tests.asgi import SignedInRead
from tests.client import Client, connect, in_process
from tests.conftest import serving, settings_in
from tests.engines import insert
from tests.examples import OTHER_PASSWORD, PASSWORD
from tests.operations.conftest import eventually

EVENTS = 60_000
BEGUN = b"HTTP/1.1 200"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:{}.0) Gecko/20100101 Firefox/{}.0"


def remember_much(settings: Settings, user_id: int, count: int = EVENTS) -> None:
    """As many renames, each by another browser, as an earlier version took from one user."""
    details = json.dumps({"from": "a" * 20, "to": "b" * 20})
    event = {"kind": "renamed", "user_id": user_id, "address": "192.0.2.1", "details": details}
    rows = [
        {**event, "at": 1_700_000_000_000_000 + n, "user_agent": FIREFOX.format(n, n)}
        for n in range(count)
    ]
    insert(settings, "events", rows)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_in(tmp_path)


@pytest.fixture
def url(settings: Settings) -> Iterator[str]:
    with serving(create_app(settings, record=lambda _: None)) as url:
        yield url


@pytest.fixture
def ada(url: str, settings: Settings) -> Iterator[Client]:
    """Who has much on record, at a live service."""
    with connect(url) as ada:
        user_id = ada.sign_up("ada", PASSWORD).data["id"]
        remember_much(settings, user_id)
        yield ada


def open_export(url: str, client: Client) -> socket.socket:
    """Ask for an export, see that it has begun, and read nothing more of it."""
    export = socket.socket()
    export.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    export.connect(("127.0.0.1", int(url.rpartition(":")[2])))
    cookie = f"Cookie: sessionid={client.cookies['sessionid']}"
    head = f"GET /api/user/export HTTP/1.1\r\nHost: localhost\r\n{cookie}\r\n\r\n"
    export.sendall(head.encode())
    assert export.recv(len(BEGUN)) == BEGUN
    return export


def read_to_the_end(export: socket.socket) -> bytes:
    """Until the server closes the connection or the last chunk has come."""
    export.settimeout(60)
    received = b""
    while not received.endswith(b"\r\n0\r\n\r\n"):
        part = export.recv(1 << 20)
        if not part:
            break
        received += part
    return received


def test_everything_is_in_it_however_much(ada: Client) -> None:
    export = ada.export()
    assert export.status == 200
    assert len(export.data["events"]) == EVENTS + 1
    assert len({each["position"] for each in export.data["events"]}) == EVENTS + 1


def test_a_second_export_of_the_same_user_has_to_wait(url: str, ada: Client) -> None:
    with open_export(url, ada) as first:
        refused = eventually(lambda: ada.export().status == 429 and ada.export())
        assert refused.code == "too_many_attempts"
        assert int(refused.headers["retry-after"]) > 0
        bob = ada.another()
        bob.sign_up("bob", PASSWORD)
        assert bob.export().status == 200, "others have their own"
        assert read_to_the_end(first).endswith(b"0\r\n\r\n")
    assert eventually(lambda: ada.export().status == 200)


def test_it_ends_when_the_client_leaves(url: str, ada: Client) -> None:
    open_export(url, ada).close()
    assert eventually(lambda: ada.export().status == 200)


def test_it_is_cut_off_when_the_session_ends(url: str, ada: Client) -> None:
    other = ada.another()
    assert other.log_in("ada", PASSWORD).status == 200
    with open_export(url, ada) as export:
        assert other.export().status == 429, "it has begun"
        assert other.update(password=OTHER_PASSWORD).status == 200
        received = read_to_the_end(export)
    assert not received.endswith(b"0\r\n\r\n"), "no end, so that it cannot pass for all"
    assert len(received) < 1 << 20


class Unread:
    """A client that takes the export at its own pace, in the process of the service."""

    def __init__(self, app: Any, token: str) -> None:
        read = SignedInRead(app, token, path="/api/user/export", raw_path=b"/api/user/export")
        self._app, self._scope = app, read.scope
        self.pieces = 0
        self.largest = 0

    async def take(self) -> None:
        await self._app({**self._scope, "state": {}}, self._receive, self._send)

    async def _receive(self) -> Any:
        await asyncio.sleep(3600)

    async def _send(self, message: Any) -> None:
        self.pieces += 1
        self.largest = max(self.largest, len(message.get("body", b"")))
        await asyncio.sleep(0)


async def signed_up(services: Services) -> Any:
    from domain.session import Caller

    return await services.use_cases.sign_up(
        username="ada", password=PASSWORD, caller=Caller("127.0.0.1", ""), presented=None
    )


@pytest.fixture
def put_together(settings: Settings) -> tuple[Services, Any]:
    services = build_services(settings)
    return services, create_app(settings, services, record=lambda _: None)


async def test_no_part_of_it_holds_the_loop_or_is_large(
    settings: Settings, put_together: tuple[Services, Any]
) -> None:
    """`tests/http/conftest.py` watches every callback."""
    services, app = put_together
    async with services.running():
        admission = await signed_up(services)
        await asyncio.to_thread(remember_much, settings, admission.user.id)
        export = Unread(app, admission.token.value)
        await export.take()
    assert export.pieces > EVENTS / 100
    assert export.largest < 64 * 1024


def test_ones_requests_are_in_it(settings: Settings) -> None:
    with in_process(settings) as ada:
        ada.sign_up("ada", PASSWORD)
        ada.request("GET", "/api/user/sessions", headers={"User-Agent": "Lynx"})

        def look() -> Any:
            found = ada.export().data["requests"]
            return [each for each in found if each["path"] == "/api/user/sessions"]

        (request, *_) = eventually(look)
        assert request["user_agent"] == "Lynx"
        assert ada.cookies["sessionid"] not in json.dumps(request)
        bob = ada.another()
        bob.sign_up("bob", PASSWORD)
        time.sleep(0.3)
        assert "Lynx" not in bob.export().text


def test_an_export_that_comes_with_an_endless_body_is_cut_off(ada: Client, url: str) -> None:
    """Of the body no more is taken than of any other."""
    cookie = "; ".join(f"{name}={value}" for name, value in ada.cookies.items()).encode()
    head = b"GET /api/user/export HTTP/1.1\r\nHost: localhost\r\nCookie: %s\r\n" % cookie
    piece = b"4000\r\n" + b"x" * 0x4000 + b"\r\n"
    with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=50) as client:
        client.sendall(head + b"Transfer-Encoding: chunked\r\n\r\n")
        sent, is_cut_off = 0, False
        client.settimeout(20)
        try:
            for _ in range(4_000):
                client.sendall(piece)
                sent += len(piece)
        except OSError:
            is_cut_off = True
    assert is_cut_off, f"it took {sent} bytes"
