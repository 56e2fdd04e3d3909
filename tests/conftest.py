"""Services to test, in-process and live."""

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from entrypoints.client import Client, connect, in_process
from entrypoints.server import LIMITS, protocol_of
from entrypoints.settings import Settings
from entrypoints.web_app import create_app

CHEAP_COST = 4


def settings_in(folder: Path, **changes: Any) -> Settings:
    """The defaults, with cheap hashes, and without counting guesses."""
    return Settings(
        **{"data_dir": folder / "data", "bcrypt_cost": CHEAP_COST, "throttle": "off", **changes}
    )


@contextmanager
def serving(app: Any, **limits: Any) -> Iterator[str]:
    """Serve on a free port in another thread, with the limits of `entrypoints.server` or others."""
    limits = {"http": protocol_of(Settings()), **LIMITS, **limits}
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listener:
        server = uvicorn.Server(uvicorn.Config(app, **limits))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            while not server.started and thread.is_alive():
                time.sleep(0.01)
            assert server.started, "the server did not start"
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture(scope="session")
def live_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a live service is: at BASE_URL, or one started for this run."""
    if url := os.environ.get("BASE_URL"):
        yield url
        return
    settings = settings_in(tmp_path_factory.mktemp("live"))
    with serving(create_app(settings, record=lambda _: None)) as url:
        yield url


@pytest.fixture(scope="session", params=["in-process", "live"])
def service(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Client]:
    if request.param == "live":
        connection = connect(request.getfixturevalue("live_url"))
    else:
        connection = in_process(settings_in(tmp_path_factory.mktemp("in-process")))
    with connection as client:
        yield client


@pytest.fixture
def client(service: Client) -> Client:
    """A browser that nobody has used, of a service that others use too."""
    return service.another()
