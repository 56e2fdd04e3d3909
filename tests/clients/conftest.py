"""A Frontdesk that runs, and what stands in its place when it is ill."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from frontdesk_client import Frontdesk

from entrypoints.web_app import create_app
from tests.conftest import serving, settings_in
from tests.examples import PASSWORD
from tests.operations.conftest import make_operator


@dataclass
class Service:
    """With an operator, and Ada, who has the role `admin`."""

    url: str
    ada: Frontdesk
    root: Frontdesk

    @property
    def cookie(self) -> str:
        return f"sessionid={self.ada.cookies['sessionid']}"


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    settings = settings_in(tmp_path, request_log="off")
    make_operator(settings)
    with (
        serving(create_app(settings, record=lambda _: None)) as url,
        Frontdesk(url) as ada,
        Frontdesk(url) as root,
    ):
        root.log_in("root", PASSWORD)
        user = ada.sign_up("ada", PASSWORD)
        root.set_roles(user.id, 1, roles=["admin"], metadata={"plan": "pro"})
        yield Service(url, ada, root)


@dataclass
class Ill:
    """A server that answers as it is told. `asked` has the header fields of each question."""

    url: str = ""
    status: int = 200
    body: bytes = b"<p>Hello</p>"
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0
    asked: list[dict[str, str]] = field(default_factory=list)

    @property
    def number(self) -> int:
        return len(self.asked)


@contextmanager
def ill_server() -> Iterator[Ill]:
    ill = Ill()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            ill.asked.append({name.lower(): value for name, value in self.headers.items()})
            time.sleep(ill.seconds)
            self.send_response(ill.status)
            for name, value in ({"Content-Length": str(len(ill.body))} | ill.headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(ill.body)

        def log_message(self, *_: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            """Of a client that has left."""

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        ill.url = f"http://127.0.0.1:{server.server_address[1]}"
        try:
            yield ill
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def ill() -> Iterator[Ill]:
    with ill_server() as server:
        yield server


def eventually(look: Callable[[], Any], seconds: float = 20) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.02)
    return found
