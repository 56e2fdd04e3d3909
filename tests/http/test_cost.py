"""What a request costs, in units that need no quiet machine."""

import asyncio
import gc
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from domain.errors import InvalidCredentials
from domain.session import Caller
from domain.user import Username
from entrypoints.services import build_services
from entrypoints.web_app import create_app
from tests.asgi import SignedInRead
from tests.client import in_process
from tests.conftest import settings_in
from tests.examples import PASSWORD
from tests.http.conftest import held
from tests.startup.processes import ROOT

pytestmark = [pytest.mark.alone, pytest.mark.sqlite]

STEPS_MAX = 255  # calls of functions, Python's and C's; 240 when this was written
ROUTED_STEPS_MAX = 370  # 356 when this was written
IMPORT_RATIO_MAX = 2.0  # of `import litestar`, which brings SQLAlchemy; 1.4 when this was written


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every statement executed on the database of accounts from now on. The files of records
    and figures are written by others, whenever it suits them.
    """
    executed: list[str] = []
    connect: Any = sqlite3.connect

    def traced(*args: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*args, **options)
        if "frontdesk.db" in str(args[0] if args else options["database"]):
            connection.set_trace_callback(executed.append)
        return connection

    monkeypatch.setattr(sqlite3, "connect", traced)
    return executed


def test_statements_a_request(statements: list[str], tmp_path: Path) -> None:
    counts = {}
    with in_process(settings_in(tmp_path, throttle="on")) as client:
        client.another().sign_up("grace", PASSWORD)  # opens the connections
        for name, call in {
            "sign up": lambda: client.sign_up("ada", PASSWORD),
            "read": client.me,
            "read again": client.me,
            "rename": lambda: client.update(username="augusta"),
            "log in": lambda: client.another().log_in("grace", PASSWORD),
            "wrong password": lambda: client.another().log_in("grace", "wrong password"),
            "log out": client.log_out,
        }.items():
            statements.clear()
            call()
            counts[name] = len(statements)
    assert counts == {
        "sign up": 17,
        "read": 1,
        "read again": 1,
        "rename": 20,
        "log in": 38,
        "wrong password": 20,
        "log out": 5,
    }


async def test_a_refused_login_costs_the_same_statements_whatever_the_reason(
    statements: list[str], tmp_path: Path
) -> None:
    """Else an answer's time would tell which names exist, and who is disabled."""
    services = build_services(settings_in(tmp_path, throttle="on"))
    counts, caller = {}, Caller("127.0.0.1", "")
    async with services.running():
        use_cases = services.use_cases
        for name in ("grace", "ada"):
            await use_cases.sign_up(username=name, password=PASSWORD, caller=caller, presented=None)
        await use_cases.disable_user(user=Username("ada"), caller=caller)
        for name in ("grace", "ada", "nobody"):
            statements.clear()
            with pytest.raises(InvalidCredentials):
                await use_cases.log_in(
                    username=name, password="wrong password", caller=caller, presented=None
                )
            counts[name] = len(statements)
    assert len(set(counts.values())) == 1, counts


def test_logging_out_with_a_made_up_token_never_takes_the_lock(
    statements: list[str], tmp_path: Path
) -> None:
    with in_process(settings_in(tmp_path)) as client:
        client.another().sign_up("grace", PASSWORD)
        client.cookies.set("sessionid", "x" * 43)
        statements.clear()
        assert client.log_out().status == HTTPStatus.OK
        assert statements, "it looked"
        assert not [each for each in statements if each.startswith("BEGIN")]


@contextmanager
def counted_steps() -> Iterator[list[str]]:
    """Every function called in the block."""
    steps: list[str] = []
    gc.disable()  # which calls functions of the tests
    sys.setprofile(
        lambda _, event, __: steps.append(event) if event in ("call", "c_call") else None
    )
    try:
        yield steps
    finally:
        sys.setprofile(None)
        gc.enable()


@pytest.mark.holds_the_loop
@pytest.mark.parametrize(
    ("more", "most"),
    [([], STEPS_MAX), ([(b"origin", b"http://localhost")], ROUTED_STEPS_MAX)],
    ids=["past the router", "through it"],
)
async def test_steps_of_a_read(tmp_path: Path, more: list[Any], most: int) -> None:
    settings = settings_in(tmp_path)
    services = build_services(settings)
    app = create_app(settings, services, record=lambda _: None)
    counts = []
    async with services.running():
        admission = await services.use_cases.sign_up(
            username="ada", password=PASSWORD, caller=Caller("127.0.0.1", ""), presented=None
        )
        read = SignedInRead(app, admission.token.value, more)
        for _ in range(3):
            with counted_steps() as steps:
                assert await read() == 200
            counts.append(len(steps))
            await asyncio.sleep(0)
    assert counts[1] == counts[2], "they repeat"
    assert counts[2] <= most


def test_what_the_import_costs() -> None:
    """Processor time, for that of the wall clock is the neighbours' too."""
    ours, bare = ("import app", "import litestar")
    took = [(_seconds_of(ours), _seconds_of(bare)) for _ in range(5)]
    own, limit = map(min, zip(*took, strict=True))
    assert own / limit <= IMPORT_RATIO_MAX


def test_a_server_imports_nothing_it_does_not_need() -> None:
    heavy = {"alembic", "asyncpg", "psutil", "ua_parser", "zxcvbn"}
    code = f"import sys, entrypoints.server; print(sorted({heavy!r} & sys.modules.keys()))"
    assert _said(code) == "[]"


def _seconds_of(statement: str) -> float:
    return float(_said(f"import time; {statement}; print(time.process_time())"))


def _said(code: str) -> str:
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return answer.stdout.strip()


@pytest.mark.parametrize("hold", [lambda: time.sleep(0.001), lambda: _burn(0.06)])
async def test_who_holds_the_loop_is_found_out(hold: Callable[[], None]) -> None:
    asyncio.get_running_loop().call_soon(hold)
    await asyncio.sleep(0.01)
    assert len(held) == 1
    held.clear()


def _burn(seconds: float) -> None:
    ends = time.thread_time() + seconds
    while time.thread_time() < ends:
        pass
