"""A service with an operator, and ways to be somebody there."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from domain.operator import Scope
from domain.session import Caller
from entrypoints.services import build_services
from entrypoints.settings import Settings
from tests.client import Client, Response, in_process
from tests.conftest import settings_in
from tests.engines import using
from tests.examples import PASSWORD

COMMAND_LINE = Caller("command line", "")


def make_operator(settings: Settings, name: str = "root") -> None:
    """As `litestar users create --operator` does it."""

    async def make() -> None:
        services = build_services(settings)
        async with services.running():
            await services.use_cases.create_user(
                username=name, password=PASSWORD, caller=COMMAND_LINE, is_operator=True
            )

    asyncio.run(make())


@dataclass
class Desk:
    """Clients of one service: `root` is an operator in person, `ada` an ordinary user."""

    settings: Settings
    root: Client
    ada: Client

    def stranger(self) -> Client:
        """Somebody without anything."""
        return self.root.another()

    def key(self, *scopes: Scope) -> str:
        """A new access key with these scopes."""
        made = self.root.request(
            "POST", "/api/ops/tokens", json={"name": "test", "scopes": [*scopes]}
        )
        assert made.status == 200, made.text
        return str(made.data["token"])

    def with_key(self, key: str) -> "Program":
        """A program that has this key and no cookie."""
        return Program(self.stranger(), key)

    def user_id(self) -> int:
        """Ada's."""
        return int(self.ada.me().data["id"])

    def requests(self, *filters: str, at_least: int = 1) -> list[dict[str, Any]]:
        """Records of requests, once there are as many."""

        def look() -> Any:
            found = self.root.request("GET", "/api/ops/logs", params={"filter": list(filters)})
            assert found.status == 200, found.text
            return found.data["rows"] if len(found.data["rows"]) >= at_least else None

        rows: list[dict[str, Any]] = eventually(look)
        return rows


@dataclass
class Program:
    """Calls with an access key."""

    client: Client
    key: str

    def request(self, method: str, path: str, **options: Any) -> Response:
        headers = {"Authorization": f"Bearer {self.key}", **options.pop("headers", {})}
        return self.client.request(method, path, headers=headers, **options)


def eventually(look: Callable[[], Any], seconds: float = 20) -> Any:
    """What `look` finds, as soon as it finds something."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.05)
    return found


@contextmanager
def desk_in(folder: Path, **changes: Any) -> Iterator[Desk]:
    settings = settings_in(folder, prometheus="on", **changes)
    make_operator(settings)
    services = build_services(settings, metrics_seconds=0.2)
    with in_process(settings, services) as root:
        assert root.log_in("root", PASSWORD).status == 200
        ada = root.another()
        if settings.sign_up == "open":
            assert ada.sign_up("ada", PASSWORD).status == 200
        else:
            account = {"username": "ada", "password": PASSWORD}
            assert root.request("POST", "/api/ops/users", json=account).status == 200
            assert ada.log_in("ada", PASSWORD).status == 200
        yield Desk(settings, root, ada)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with desk_in(tmp_path) as desk:
        yield desk


@pytest.fixture(autouse=True)
def _on_engine(on_engine: None) -> None:
    """On each, one after the other."""


@pytest.fixture(scope="module")
def shared(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A service for tests that change nothing that matters to others."""
    with using(engine), desk_in(tmp_path_factory.mktemp("operations")) as desk:
        yield desk
