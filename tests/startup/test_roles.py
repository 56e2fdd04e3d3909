"""What the role that serves can do on PostgreSQL, with the rights of docs/postgresql.md."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.client import connect
from tests.postgresql import demand, documented_roles
from tests.startup.processes import run, running

FRONTDESK = [sys.executable, "-m", "entrypoints"]
SERVE = [*FRONTDESK, "serve", "--port", "{port}"]
PASSWORD = "a quiet harbour"


@pytest.fixture
def roles() -> Iterator[tuple[str, str]]:
    demand()
    with documented_roles() as urls:
        yield urls


def test_it_serves_and_every_command_of_operators_works(
    roles: tuple[str, str], tmp_path: Path
) -> None:
    owner, served = roles
    settings: dict[str, Any] = {"FRONTDESK_DATABASE_URL": served, "FRONTDESK_MIGRATE": "never"}

    def call(*arguments: str, stdin: str = "", status: int = 0, **changes: Any) -> str:
        done = run([*FRONTDESK, *arguments], tmp_path, stdin=stdin, **{**settings, **changes})
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout + done.stderr

    call("database", "upgrade", "--no-prompt", FRONTDESK_DATABASE_URL=owner)
    backup = str(tmp_path / "backup.db")
    people = [{"id": number, "username": f"user{number}"} for number in (7, 1_000)]
    (tmp_path / "people.jsonl").write_text("".join(json.dumps(each) + "\n" for each in people))
    call("users", "import", str(tmp_path / "people.jsonl"))
    with running(SERVE, tmp_path, **settings) as server, connect(server.url) as ada:
        assert ada.sign_up("ada", PASSWORD).data["id"] == 1_001
        call("users", "create", "root", "--operator", "--password-stdin", stdin=PASSWORD)
        for words in (
            ("users", "list"),
            ("users", "throttle", "ada"),
            ("users", "reset-throttle", "ada"),
            ("sessions", "list"),
            ("events", "follow", "--no-wait"),
            ("users", "export", str(tmp_path / "exported.jsonl")),
            ("backup", backup),
            ("secrets", "rotate-pepper"),
            ("database", "forget-secrets", "--key"),
        ):
            call(*words)
        assert "role that may" not in call("doctor", status=1)
    said = call("restore", backup, status=1)
    assert "Roles" in said
    call("restore", backup, FRONTDESK_DATABASE_URL=owner)
    with running(SERVE, tmp_path, **settings) as server, connect(server.url) as ada:
        assert ada.log_in("ada", PASSWORD).status == 200
        assert ada.sign_up("bob", PASSWORD).data["id"] == 1_003
