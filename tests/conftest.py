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

from entrypoints.server import LIMITS, protocol_of
from entrypoints.settings import Settings
from entrypoints.web_app import create_app
from tests.client import Client, connect, in_process
from tests.engines import ENGINES, SQLITE, cleaning_up, database_settings, using

CHEAP_COST = 4

_PATIENCE = 10
"""How many times as long as by default a service under test waits for its database and for a hash:
a machine that is busy otherwise fails no test.
"""
_PATIENT = {
    name: _PATIENCE * getattr(Settings(), name)
    for name in (
        "database_pool_seconds",
        "database_connect_seconds",
        "database_lookup_seconds",
        "database_statement_seconds",
        "database_commit_seconds",
        "database_lock_seconds",
        "database_idle_seconds",
        "hash_max_wait_seconds",
    )
}


def settings_in(folder: Path, **changes: Any) -> Settings:
    """The defaults, but patient, with cheap hashes and no throttle, on the engine in use."""
    return Settings(
        **{
            "data_dir": folder / "data",
            "bcrypt_cost": CHEAP_COST,
            "throttle": "off",
            **_PATIENT,
            **database_settings(folder / "data"),
            **changes,
        }
    )


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--kills", type=int, default=10, help="how often to kill the service")
    parser.addoption("--soak", type=float, default=0, help="minutes of use; without it, no soak")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A soak is asked for."""
    if not config.getoption("--soak"):
        soaks = [item for item in items if item.get_closest_marker("soak")]
        items[:] = [item for item in items if item not in soaks]
        config.hook.pytest_deselected(items=soaks)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Whatever depends on the engine runs on each."""
    if "engine" in metafunc.fixturenames:
        only_one = metafunc.definition.get_closest_marker("sqlite")
        engines = (SQLITE,) if only_one else ENGINES
        metafunc.parametrize("engine", engines, indirect=True, scope="session")


@pytest.fixture(scope="session")
def engine(request: pytest.FixtureRequest) -> str:
    """The one of this test."""
    return str(request.param)


@pytest.fixture
def on_engine(engine: str) -> Iterator[None]:
    """Services that this test starts use it."""
    with using(engine), cleaning_up():
        yield


@contextmanager
def serving(app: Any, *, port: int = 0, **limits: Any) -> Iterator[str]:
    """Serve on a free port, or this one, in another thread, with the limits of `entrypoints.server`
    or others.
    """
    limits = {"http": protocol_of(Settings()), **LIMITS, **limits}
    with socket.create_server(("127.0.0.1", port), backlog=256) as listener:
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
def live_url(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a live service is: at BASE_URL, or one started for this run."""
    if url := os.environ.get("BASE_URL"):
        yield url
        return
    with using(engine):
        settings = settings_in(tmp_path_factory.mktemp("live"))
        app = create_app(settings, record=lambda _: None)
    with serving(app) as url:
        yield url


@pytest.fixture(scope="session", params=["in-process", "live"])
def service(
    request: pytest.FixtureRequest, engine: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Client]:
    if request.param == "live":
        connection = connect(request.getfixturevalue("live_url"))
    else:
        with using(engine):
            connection = in_process(settings_in(tmp_path_factory.mktemp("in-process")))
    with connection as client:
        yield client


@pytest.fixture
def client(service: Client) -> Client:
    """A browser that nobody has used, of a service that others use too."""
    return service.another()
