"""The ways to start, and the commands, on PostgreSQL."""

import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.client import connect
from tests.postgresql import PASSWORD as DATABASE_PASSWORD
from tests.postgresql import demand, drop_database, execute, new_database
from tests.startup.processes import free_port, run, running

PYTHON = sys.executable
PASSWORD = "123123"


@pytest.fixture
def url() -> Iterator[str]:
    demand()
    url = new_database()
    yield url
    drop_database(url)


@pytest.mark.parametrize(
    "command",
    [
        [PYTHON, "-m", "entrypoints", "serve", "--port", "{port}", "--workers", "2"],
        [PYTHON, "-m", "litestar", "run", "--port", "{port}"],
        [PYTHON, "-m", "uvicorn", "app:app", "--port", "{port}"],
    ],
    ids=["frontdesk", "litestar", "uvicorn"],
)
def test_it_serves_and_says_how_many_connections_it_may_take(
    url: str, command: list[str], tmp_path: Path
) -> None:
    environment: dict[str, Any] = {"FRONTDESK_DATABASE_URL": url}
    with running(command, tmp_path, **environment) as server:
        with connect(server.url) as client:
            assert client.sign_up("user1", PASSWORD).status == 200
            for _ in range(10):
                assert client.another().log_in("user1", PASSWORD).status == 200
                assert client.me().data["username"] == "user1"
        assert server.stop() in (0, -signal.SIGTERM)
        said = server.output()
    if "--workers" in command:
        assert "up to 14 connections a worker, 28 on this node" in said
        assert "must stay below the server's 200" in said
    assert "Traceback" not in said
    for secret in (DATABASE_PASSWORD, DATABASE_PASSWORD.replace(" ", "%20")):
        assert secret not in said
    assert not (tmp_path / "data" / "frontdesk.db").exists()


def test_the_password_may_come_from_a_file(url: str, tmp_path: Path) -> None:
    (tmp_path / "password").write_text(DATABASE_PASSWORD)
    account, _, place = url.rpartition("@")
    environment: dict[str, Any] = {
        "FRONTDESK_DATABASE_URL": f"{account.rpartition(':')[0]}@{place}",
        "FRONTDESK_DATABASE_PASSWORD_FILE": str(tmp_path / "password"),
    }
    command = [PYTHON, "-m", "entrypoints", "users", "create", "ada", "--password-stdin"]
    done = run(command, tmp_path, stdin=PASSWORD, **environment)
    assert done.returncode == 0, done.stderr
    assert [row[0] for row in execute(url, "SELECT username FROM users")] == ["ada"]


def test_the_commands_of_the_database(url: str, tmp_path: Path) -> None:
    environment: dict[str, Any] = {"FRONTDESK_DATABASE_URL": url, "FRONTDESK_MIGRATE": "never"}

    def database(*arguments: str) -> str:
        done = run([PYTHON, "-m", "entrypoints", "database", *arguments], tmp_path, **environment)
        assert done.returncode == 0, done.stderr
        return done.stdout

    serve = [PYTHON, "-m", "entrypoints", "serve", "--port", str(free_port())]
    refused = run(serve, tmp_path, **environment)
    assert refused.returncode != 0
    assert "frontdesk database upgrade" in refused.stderr
    database("upgrade", "--no-prompt")
    assert "No new upgrade operations" in database("check")
    database("downgrade", "--no-prompt", "--", "-1")
    database("upgrade", "--no-prompt")
    assert "No new upgrade operations" in database("check")
    database("forget-secrets", "--key", "--pepper", "--yes")
    create = [PYTHON, "-m", "entrypoints", "users", "create", "ada", "--password-stdin"]
    assert run(create, tmp_path, stdin=PASSWORD, **environment).returncode == 0


def test_a_node_of_before_a_migration_starts_again_if_the_schema_lets_it(
    url: str, tmp_path: Path
) -> None:
    """As in a rolling upgrade: the newer nodes have added what the older do not know."""
    environment: dict[str, Any] = {"FRONTDESK_DATABASE_URL": url}
    serve = [PYTHON, "-m", "entrypoints", "serve", "--port", "{port}"]
    with running(serve, tmp_path, **environment) as server, connect(server.url) as client:
        assert client.sign_up("user1", PASSWORD).status == 200
        execute(
            url,
            "ALTER TABLE users ADD motto text",
            "UPDATE alembic_version SET version_num = '9998'",
            "SELECT 1",
        )
        assert client.update(username="user2").status == 200, "it goes on"
    with running(serve, tmp_path, **environment) as server, connect(server.url) as client:
        assert client.log_in("user2", PASSWORD).status == 200, "and starts again"
    execute(url, "UPDATE compatibility SET readable_by = '9998'", "SELECT 1")
    refused = run([part.format(port=free_port()) for part in serve], tmp_path, **environment)
    assert refused.returncode == 1
    assert "9998" in refused.stderr


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://ada:hunter2@127.0.0.1:{port}/x", "postgresql://ada@127.0.0.1:{port}/x"),
        ("postgresql://ada:hunter2@/x?host={folder}", "postgresql://ada@/x"),
    ],
)
def test_a_server_that_is_not_there_is_named_without_its_password(
    url: str, said: str, tmp_path: Path
) -> None:
    port, folder = free_port(), str(tmp_path)
    environment: dict[str, Any] = {"FRONTDESK_DATABASE_URL": url.format(port=port, folder=folder)}
    refused = run([PYTHON, "-m", "entrypoints", "serve"], tmp_path, **environment)
    assert refused.returncode == 1
    assert said.format(port=port) in refused.stderr
    assert "hunter2" not in refused.stderr + refused.stdout
    assert "Traceback" not in refused.stderr


def test_without_the_driver_it_says_how_to_get_it(tmp_path: Path) -> None:
    environment: dict[str, Any] = {"FRONTDESK_DATABASE_URL": "postgresql://ada@127.0.0.1/x"}
    code = (
        "import sys; sys.modules['asyncpg'] = None;"
        " from entrypoints.commands import main; main(['serve'])"
    )
    refused = run([PYTHON, "-c", code], tmp_path, **environment)
    assert refused.returncode == 1
    assert "pip install frontdesk[postgresql]" in refused.stderr
    assert "Traceback" not in refused.stderr
