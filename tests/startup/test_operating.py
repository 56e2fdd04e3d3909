"""What an operator does at the machine itself: the commands over the use cases."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from entrypoints.commands import main
from tests.client import Client, connect
from tests.startup.processes import environment, run, running

FRONTDESK = [sys.executable, "-m", "entrypoints"]
SERVE = [*FRONTDESK, "serve", "--port", "{port}"]
PASSWORD, OTHER_PASSWORD = "a quiet harbour", "another quiet harbour"

Call = Callable[..., Result]


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """A command on a service that is not running."""
    for name, value in environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments: str, stdin: str | None = None, status: int = 0) -> Result:
        result = CliRunner().invoke(main, list(arguments), input=stdin, prog_name="frontdesk")
        assert result.exit_code == status, result.output
        assert not isinstance(result.exception, Exception) or status
        return result

    return invoke


def data(result: Result) -> Any:
    """The documents of the output, or the only one."""
    found = data_of_lines(result)
    return found[0] if len(found) == 1 else found


def data_of_lines(result: Result) -> list[Any]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def create(call: Call, name: str, *options: str) -> None:
    call("users", "create", name, "--password-stdin", *options, stdin=f"{PASSWORD}\n")


def create_refused(call: Call, name: str) -> str:
    """What is said instead."""
    command = ("users", "create", name, "--password-stdin")
    return call(*command, stdin=f"{PASSWORD}\n", status=1).output


def test_an_account_from_the_cradle_to_the_grave(call: Call) -> None:
    create(call, "ada")
    call("users", "rename", "ada", "lovelace")
    call("users", "password", "lovelace", "--password-stdin", stdin=f"{OTHER_PASSWORD}\n")
    call("users", "roles", "lovelace", "member")
    assert call("users", "operator", "lovelace").output == "lovelace is an operator.\n"
    shown = data(call("users", "show", "LOVELACE", "--json"))
    assert (shown["username"], shown["roles"], shown["is_operator"]) == ("lovelace", "member", True)
    assert (shown["sessions"], shown["waits_until"]) == (0, None)
    assert not {"password_hash", "username_key"} & {*shown} - {"username_key"}
    call("users", "operator", "lovelace", "--remove")
    call("users", "disable", "lovelace", "--reason", "spam")
    assert "disabled_at" in call("users", "show", "lovelace").output
    call("users", "enable", "lovelace")
    code = data(call("users", "reset-code", "lovelace", "--json"))
    assert len(code["code"]) == 43
    assert call("users", "delete", "lovelace", stdin="n\n", status=1)
    call("users", "delete", "lovelace", "--yes")
    gone = call("users", "show", "lovelace", status=1)
    assert "There is no such user" in gone.output
    kinds = [each["kind"] for each in data(call("events", "follow", "--after", "0", "--no-wait"))]
    assert kinds == [
        "account_created",
        "renamed",
        "password_changed",
        "roles_changed",
        "operator_made",
        "operator_demoted",
        "account_disabled",
        "account_enabled",
        "reset_code_set",
        "account_deleted",
    ]


def test_who_has_to_wait_is_let_in(call: Call, tmp_path: Path) -> None:
    create(call, "ada")
    with running(SERVE, tmp_path) as server, connect(server.url) as stranger:
        refused = [stranger.log_in("ada", "a wrong password").status for _ in range(11)]
        assert refused == [403] * 10 + [429]
        waits = data(call("users", "throttle", "ada", "--json"))
        assert {each["limit"] for each in waits} == {"account_network", "account", "failures"}
        table = call("users", "throttle", "ada").output
        assert "127.0.0.0" in table or "127.0.0.1" in table
        said = call("users", "password", "ada", "--password-stdin", stdin=OTHER_PASSWORD).output
        assert "`frontdesk users reset-throttle ada`" in said
        assert stranger.log_in("ada", OTHER_PASSWORD).status == 429
        assert "reset-throttle ada" in call("users", "reset-code", "ada").output
        call("users", "reset-throttle", "ada")
        assert stranger.log_in("ada", OTHER_PASSWORD).status == 200
    (count,) = data_of_lines(call("users", "throttle", "ada", "--json"))
    assert (count["limit"], count["until"]) == ("logins", None)
    kinds = [each["kind"] for each in data(call("events", "follow", "--after", "0", "--no-wait"))]
    assert "throttle_reset" in kinds


def test_without_an_operator_it_says_so(call: Call) -> None:
    create(call, "root", "--operator")
    create(call, "second", "--operator")
    assert "There is no operator" not in call("users", "disable", "root").output
    assert "There is no operator now" in call("users", "disable", "second").output
    assert "Every operator is disabled: root, second" in call("doctor").output


def test_lists_are_for_people_or_for_programs(call: Call) -> None:
    for name in ("ada", "bob", "a\u202eb"):
        call("users", "create", name, "--password-stdin", stdin=PASSWORD, status="\u202e" in name)
    lines = call("users", "list").stdout.splitlines()
    assert lines[0].split() == [
        "id",
        "username",
        "is_operator",
        "disabled_at",
        "signup_time",
        "last_used_at",
    ]
    assert [line.split()[1] for line in lines[1:]] == ["ada", "bob"]
    found = data(call("users", "list", "--json", "--filter", "username:prefix:b"))
    assert found["username"] == "bob"
    assert "password_hash" not in found
    refused = call("users", "list", "--filter", "nonsense", status=2)
    assert "column:comparison:value" in refused.output
    unknown = call("users", "list", "--filter", "shoe_size:eq:43", status=1)
    assert "There is no such column" in unknown.output


def test_sessions_are_listed_ended_and_purged(call: Call, tmp_path: Path) -> None:
    create(call, "root", "--operator")
    with running(SERVE, tmp_path) as server, connect(server.url) as ada:
        assert ada.sign_up("ada", PASSWORD).status == 200
        bob, eve = ada.another(), ada.another()
        assert bob.sign_up("bob", PASSWORD).status == 200
        assert eve.log_in("ada", PASSWORD).status == 200
        first, second = data(call("sessions", "list", "--user", "ada", "--json"))
        assert (first["user_id"], first["address"]) == (2, "127.0.0.1")
        call("sessions", "end", "ada", "--id", str(second["id"]))
        assert (ada.me().status, eve.me().status) == (200, 401)
        assert call("sessions", "end", "ada").output == "1 session has ended.\n"
        assert ada.me().status == 401
        assert call("sessions", "end", "--all").output == "1 session has ended.\n"
        assert bob.me().status == 401
        assert call("sessions", "purge").output == "0 rows were removed.\n"
    for wrong in ((), ("ada", "--all"), ("--all", "--id", "1")):
        call("sessions", "end", *wrong, status=2)


def test_invitations_and_tokens_are_made_listed_and_revoked(call: Call, tmp_path: Path) -> None:
    create(call, "root", "--operator")
    create(call, "ada")
    member = data(call("invitations", "create", "--note", "Grace", "--role", "member", "--json"))
    operator = data(call("invitations", "operator", "--json"))
    made = data(call("tokens", "create", "root", "prom", "--scope", "metrics.view", "--json"))
    shown = call("tokens", "create", "ada", "prom", "--scope", "metrics.view", status=1)
    assert "operator" in shown.output
    call("tokens", "create", "nobody", "prom", "--scope", "metrics.view", status=1)
    call("tokens", "create", "root", "prom", "--scope", "shoes.view", status=2)
    settings: dict[str, Any] = {"FRONTDESK_SIGN_UP": "invited"}
    with running(SERVE, tmp_path, **settings) as server, connect(server.url) as client:
        assert client.sign_up("grace", PASSWORD, invitation=member["code"]).status == 200
        body = {"invitation": operator["code"], "username": "edith", "password": PASSWORD}
        assert client.request("POST", "/api/ops/operators", json=body).status == 200
        assert measures(client, made["token"]) == 200
        call("tokens", "revoke", str(made["id"]))
        assert measures(client, made["token"]) == 401
    late = data(call("invitations", "create", "--json"))
    call("invitations", "revoke", str(late["id"]))
    used = [each["used"] for each in data(call("invitations", "list", "--json"))]
    assert used == [1, 1, 0]
    assert call("tokens", "list", "--json").stdout == ""
    call("tokens", "revoke", "4711", status=1)
    call("invitations", "revoke", "4711", status=1)


def measures(client: Client, key: str) -> int:
    headers = {"Authorization": f"Bearer {key}"}
    return client.another().request("GET", "/api/ops/metrics", headers=headers).status


def test_what_it_is_and_how_much_there_is(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    create(call, "root", "--operator")
    create(call, "ada")
    call("users", "disable", "ada")
    counted = data(call("stats", "--json"))
    assert (counted["users"], counted["operators"], counted["disabled_users"]) == (2, 1, 1)
    monkeypatch.setenv("FRONTDESK_PEPPER", "a pepper of thirty-two bytes or more")
    rows = {row["name"]: row for row in data(call("settings", "show", "--json"))}
    assert rows["FRONTDESK_BCRYPT_COST"]["value"] == "10"
    assert rows["FRONTDESK_PEPPER"]["value"] == "(a secret)"
    document = json.loads(call("openapi").stdout)
    assert {"/api/user", "/api/ops/logs", "/api/ops/nodes"} <= {*document["paths"]}
    assert (
        call("openapi", "--yaml").stdout.startswith("info:")
        or "openapi: 3" in call("openapi", "--yaml").stdout
    )


def test_events_are_followed_without_missing_one(call: Call, tmp_path: Path) -> None:
    create(call, "ada")
    first = data(call("events", "follow", "--after", "0", "--no-wait"))
    create(call, "bob")
    following = data(call("events", "follow", "--after", first["cursor"], "--no-wait"))
    assert (following["kind"], following["user_id"]) == ("account_created", 2)
    assert call("events", "follow", "--no-wait").stdout == ""
    assert "no `next`" in call("events", "follow", "--after", "x", "--no-wait", status=1).output
    command = [*FRONTDESK, "events", "follow", "--after", first["cursor"]]
    environment_ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment_, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout
            assert json.loads(process.stdout.readline())["user_id"] == 2
            create(call, "eve")
            assert json.loads(process.stdout.readline())["user_id"] == 3
            process.send_signal(2)
            assert process.wait(60) == 0
        finally:
            process.kill()


def test_no_password_is_ever_an_argument(call: Call) -> None:
    for words in (("create",), ("password",)):
        assert "--password-stdin" in call("users", *words, "--help").output
        refused = call("users", *words, "ada", f"--password={PASSWORD}", status=2)
        assert "No such option" in refused.output


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_can_complete_it(shell: str, tmp_path: Path) -> None:
    done = run(FRONTDESK, tmp_path, _FRONTDESK_COMPLETE=f"{shell}_source")
    assert done.returncode == 0, done.stderr
    assert "_FRONTDESK_COMPLETE" in done.stdout


def test_litestar_has_the_same_commands(tmp_path: Path) -> None:
    litestar = [sys.executable, "-m", "litestar", "users"]
    made = run([*litestar, "create", "ada", "--password-stdin"], tmp_path, stdin=PASSWORD)
    assert made.returncode == 0, made.stderr
    done = run([*litestar, "list", "--json"], tmp_path)
    assert json.loads(done.stdout)["username"] == "ada"


def test_what_only_reads_makes_and_upgrades_nothing(call: Call, tmp_path: Path) -> None:
    reading = (("users", "list"), ("stats",), ("events", "follow", "--no-wait"), ("tokens", "list"))
    for words in reading:
        assert "There is no database" in call(*words, status=1).output
    assert list(tmp_path.iterdir()) == []
    call("database", "upgrade", "0010", "--no-prompt")
    for words in reading:
        assert "schema revision 0010" in call(*words, status=1).output


def test_another_secret_key_makes_known_browsers_strangers_and_no_more(
    call: Call, tmp_path: Path
) -> None:
    call("secrets", "rotate-key", "--yes", status=1)
    create(call, "ada")
    data_folder = tmp_path / "data"
    old = (data_folder / "secret.key").read_bytes()
    with running(SERVE, tmp_path) as server, connect(server.url) as ada:
        assert ada.log_in("ada", PASSWORD).status == 200
        call("secrets", "rotate-key", stdin="n\n", status=1)
        assert (data_folder / "secret.key").read_bytes() == old
        call("secrets", "rotate-key", "--yes")
        cookies = dict(ada.cookies)
    (aside,) = data_folder.glob("secret.key.before-*")
    assert aside.read_bytes() == old
    assert (data_folder / "secret.key").read_bytes() != old
    assert {path.stat().st_mode & 0o777 for path in data_folder.glob("secret.key*")} == {0o600}
    with running(SERVE, tmp_path) as server, connect(server.url) as ada:
        ada.cookies.update(cookies)
        assert ada.me().data["username"] == "ada", "the session goes on"
        assert "deviceid" in ada.log_in("ada", PASSWORD).headers["set-cookie"], "a stranger"


def test_with_another_key_that_is_set_nothing_starts_with_the_old_one(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = "the key of before has 32 bytes or more"
    monkeypatch.setenv("FRONTDESK_SECRET_KEY", old)
    create(call, "ada")
    key = call("secrets", "rotate-key", "--yes").output.splitlines()[-1]
    assert "another FRONTDESK_SECRET_KEY" in create_refused(call, "bob")
    monkeypatch.setenv("FRONTDESK_SECRET_KEY", key)
    create(call, "bob")
    monkeypatch.setenv("FRONTDESK_SECRET_KEY", old)
    assert "another FRONTDESK_SECRET_KEY" in create_refused(call, "eve")


def test_the_key_that_the_service_made_can_be_a_setting(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create(call, "ada")
    (tmp_path / "data" / "secret.key").rename(tmp_path / "key")
    monkeypatch.setenv("FRONTDESK_SECRET_KEY_FILE", str(tmp_path / "key"))
    create(call, "bob")
    monkeypatch.setenv("FRONTDESK_SECRET_KEY", "k" * 32)
    assert "both are set" in create_refused(call, "eve")
    monkeypatch.delenv("FRONTDESK_SECRET_KEY")
    (tmp_path / "key").write_bytes(b"\xff" * 32)
    assert "is not text" in create_refused(call, "eve")


def test_another_pepper_ends_nothing(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create(call, "ada")
    create(call, "bob")
    said = call("secrets", "rotate-pepper").output
    assert "There is no pepper.\n2 passwords are hashed with what is set now." in said
    pepper = said.partition("FRONTDESK_PEPPER=")[2].splitlines()[0]
    monkeypatch.setenv("FRONTDESK_PEPPER", pepper)
    with running(SERVE, tmp_path, FRONTDESK_PEPPER=pepper) as server, connect(server.url) as ada:
        assert ada.log_in("ada", PASSWORD).status == 200
    said = call("secrets", "status").output
    assert "1 passwords are hashed with what is set now.\n1 need a former pepper, or none" in said
    said = call("secrets", "rotate-pepper").output
    assert "FRONTDESK_OLD_PEPPERS" in said
    other = said.partition("FRONTDESK_PEPPER=")[2].splitlines()[0]
    assert pepper not in said
    monkeypatch.setenv("FRONTDESK_PEPPER", other)
    assert "Put the former one into FRONTDESK_OLD_PEPPERS" in create_refused(call, "eve")
    call("database", "forget-secrets", status=2)
    call("database", "forget-secrets", "--pepper", stdin="n\n", status=1)
    call("database", "forget-secrets", "--pepper", "--yes")
    create(call, "eve")
    assert (
        "1 need a pepper that is not in FRONTDESK_OLD_PEPPERS" in call("secrets", "status").output
    )
    assert "1 passwords are hashed with a pepper that is not set" in call("doctor", status=1).output
    monkeypatch.setenv("FRONTDESK_OLD_PEPPERS", pepper)
    assert "is not set" not in call("doctor").output
