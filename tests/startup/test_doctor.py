"""Doctor finds what is wrong, says what to do, and changes nothing."""

import json
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from adapters.sql.diagnosis import Accounts, Diagnosis, Holder, Server, Standby
from adapters.sql.fingerprints import SharedSecret
from adapters.sql.migrations import HEAD
from adapters.sql.schema import SchemaMoved, SchemaTooNew, SchemaTooOld, SchemaUnknown
from entrypoints.doctor import database, machine
from entrypoints.doctor import settings as of_settings
from entrypoints.doctor.finding import Finding, Level
from entrypoints.settings import Settings
from tests.postgresql import demand, drop_database, execute, new_database
from tests.startup.processes import in_this_process, run, running

FRONTDESK = [sys.executable, "-m", "entrypoints"]
SERVE = [*FRONTDESK, "serve", "--port", "{port}"]
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
LOCAL, NEVER = Settings(), Settings(migrate="never")
KEY = SharedSecret("KEY", b"key")
NO_KEY = SharedSecret("KEY", find=lambda: None, make=lambda: b"another", place="secret.key")
KNOWN = Diagnosis(HEAD, fingerprints={"KEY": KEY.fingerprint})
PUBLIC = Settings(public_origin="https://accounts.example.com")
PROXY = (ip_network("127.0.0.1"),)
WELL = Server(
    {
        "fsync": "on",
        "full_page_writes": "on",
        "synchronous_commit": "on",
        "synchronous_standby_names": "",
        "max_connections": "100",
    },
    [Standby("one", "sync")],
    None,
    NOW.timestamp(),
)
PEOPLE = Accounts(2, [], [], [], NOW, ["203.0.113.1"])


def levels(findings: Iterator[Finding]) -> list[str]:
    return [f"{each.level} {each.check}" for each in findings if each.level is not Level.OK]


def server(**changes: Any) -> Server:
    settings = {**WELL.settings, **changes.pop("settings", {})}
    known = {name: getattr(WELL, name) for name in ("standbys", "holder", "epoch")}
    return Server(settings=settings, **{**known, **changes})


def accounts(**changes: Any) -> Accounts:
    return Accounts(
        **{**{name: getattr(PEOPLE, name) for name in PEOPLE.__struct_fields__}, **changes}
    )


HOLDER = Holder(17, "psql", "idle in transaction", 99)
CASES = {
    "all is well on loopback": (of_settings.of_cookie(LOCAL), []),
    "a public origin": (of_settings.of_cookie(PUBLIC), []),
    "a cookie over http": (
        of_settings.of_cookie(Settings(public_origin="http://accounts.example.com")),
        ["error cookie"],
    ),
    "another site is trusted": (
        of_settings.of_cookie(
            Settings(
                public_origin="https://accounts.example.com",
                trusted_origins=("https://app.example.com", "https://app.example.org"),
            )
        ),
        ["warning cookie"],
    ),
    "nobody is trusted": (of_settings.of_proxies(LOCAL), []),
    "nobody is trusted behind a proxy": (
        of_settings.of_proxies(PUBLIC),
        ["warning client address"],
    ),
    "the proxy is trusted": (of_settings.of_proxies(Settings(trusted_proxies=PROXY)), []),
    "everybody is trusted": (
        of_settings.of_proxies(Settings(trusted_proxies=(ip_network("0.0.0.0/0"),))),
        ["warning client address"],
    ),
    "the profile is weak": (
        of_settings.of_settings(PUBLIC),
        ["warning settings"],
    ),
    "the schema is older": (
        database.of_schema(Diagnosis("0001", refused=SchemaTooOld("it", "0001")), LOCAL),
        ["warning schema"],
    ),
    "the schema is older, and has to stay so": (
        database.of_schema(Diagnosis("0001", refused=SchemaTooOld("it", "0001")), NEVER),
        ["error schema"],
    ),
    "there are no tables": (
        database.of_schema(Diagnosis(None, refused=SchemaTooOld("it", None)), LOCAL),
        ["warning schema"],
    ),
    "nobody knows of which version the tables are": (
        database.of_schema(Diagnosis(None, refused=SchemaUnknown("it")), LOCAL),
        ["error schema"],
    ),
    "the schema is newer": (
        database.of_schema(Diagnosis("9999", refused=SchemaTooNew("9999")), LOCAL),
        ["error schema"],
    ),
    "it was moved": (
        database.of_schema(Diagnosis(HEAD, refused=SchemaMoved("it", "another")), LOCAL),
        ["error schema"],
    ),
    "the schema is ours": (database.of_schema(Diagnosis(HEAD), LOCAL), []),
    "the schema is newer, and can be read": (
        database.of_schema(Diagnosis("9999"), LOCAL),
        [],
    ),
    "the secrets are ours": (database.of_secrets(KNOWN, [KEY], LOCAL), []),
    "nobody has used the database yet": (
        database.of_secrets(Diagnosis(HEAD), [KEY, NO_KEY], LOCAL),
        [],
    ),
    "the key is another one": (
        database.of_secrets(KNOWN, [SharedSecret("KEY", b"another")], LOCAL),
        ["error secrets"],
    ),
    "the key is lost": (database.of_secrets(KNOWN, [NO_KEY], LOCAL), ["error secrets"]),
    "a pepper is lost": (
        database.of_secrets(Diagnosis(HEAD, hashes_by_pepper={"0": 2, "1234567": 1}), [], LOCAL),
        ["error secrets"],
    ),
    "rights are missing": (
        database.of_rights(Diagnosis(HEAD, PEOPLE, WELL, missing_rights=["INSERT on events"])),
        ["error rights"],
    ),
    "no right is missing": (database.of_rights(Diagnosis(HEAD, PEOPLE, WELL)), []),
    "a former pepper is known": (
        database.of_secrets(KNOWN, [SharedSecret("KEY", b"another", [b"key"])], LOCAL),
        [],
    ),
    "commits are flushed": (database.of_file(("wal", 2)), []),
    "commits are not flushed": (database.of_file(("wal", 1)), ["error commits"]),
    "there is no log": (database.of_file(("delete", 2)), ["warning commits"]),
    "the server is well": (database.of_server(WELL, NOW), []),
    "fsync is off": (
        database.of_server(server(settings={"fsync": "off"}), NOW),
        ["error commits"],
    ),
    "commits wait for nobody": (
        database.of_server(server(settings={"synchronous_commit": "off"}), NOW),
        ["error commits"],
    ),
    "the standby is gone": (
        database.of_server(server(settings={"synchronous_standby_names": "one"}, standbys=[]), NOW),
        ["error standby"],
    ),
    "there is no standby": (database.of_server(server(standbys=[]), NOW), ["warning standby"]),
    "the clocks differ": (
        database.of_server(server(epoch=NOW.timestamp() + 3), NOW),
        ["error clock"],
    ),
    "somebody holds the feed": (
        database.of_server(server(holder=HOLDER), NOW),
        ["warning event feed"],
    ),
    "the standby cannot be seen": (
        database.of_server(
            server(settings={"synchronous_standby_names": "one"}, standbys=[Standby("one", None)]),
            NOW,
        ),
        ["warning standby"],
    ),
    "somebody may hold the feed": (
        database.of_server(server(holder=Holder(17, "psql", "", None)), NOW),
        ["warning event feed"],
    ),
    "the accounts are well": (database.of_accounts(PEOPLE, PUBLIC, NOW), []),
    "there is no operator": (
        database.of_accounts(accounts(operators=0), PUBLIC, NOW),
        ["warning operators"],
    ),
    "every operator is disabled": (
        database.of_accounts(accounts(operators=0, disabled_operators=["root"]), PUBLIC, NOW),
        ["warning operators"],
    ),
    "there is one operator": (
        database.of_accounts(accounts(operators=1), PUBLIC, NOW),
        ["warning operators"],
    ),
    "an operator is never here": (
        database.of_accounts(accounts(idle_operators=["root"]), PUBLIC, NOW),
        ["warning operators"],
    ),
    "a key ends": (
        database.of_accounts(accounts(ending_keys=["prom"]), PUBLIC, NOW),
        ["warning keys"],
    ),
    "events are still to come": (
        database.of_accounts(accounts(newest_event=NOW + timedelta(days=1)), PUBLIC, NOW),
        ["error clock"],
    ),
    "everybody comes from the proxy": (
        database.of_accounts(accounts(addresses=["127.0.0.1"]), PUBLIC, NOW),
        ["warning client address"],
    ),
    "a hash takes long": (
        machine.of_hashes(Settings(bcrypt_cost=14), lambda cost: 0.016 * 2 ** (cost - 8)),
        ["warning hashes"],
    ),
    "a hash takes as long as it should": (
        machine.of_hashes(LOCAL, lambda cost: 0.013 * 2 ** (cost - 8)),
        [],
    ),
    "a hash is too quick": (
        machine.of_hashes(Settings(bcrypt_cost=10), lambda cost: 0.013 * 2 ** (cost - 8)),
        ["warning hashes"],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_each_finding_has_its_level_and_what_to_do(case: str) -> None:
    findings, expected = CASES[case]
    found = list(findings)
    assert levels(iter(found)) == expected
    assert all(each.found and (each.advice or each.level is Level.OK) for each in found)


def test_the_backend_that_holds_the_feed_is_named() -> None:
    (finding,) = [
        each
        for each in database.of_server(server(holder=HOLDER), NOW)
        if each.check == "event feed"
    ]
    assert "backend 17 (psql, idle in transaction)" in finding.found
    assert "pg_terminate_backend(17)" in finding.advice


def doctor(folder: Path, *arguments: str, status: int = 0, **settings: Any) -> str:
    done = in_this_process(("doctor", *arguments), folder, **settings)
    assert done.returncode == status, done.stdout + done.stderr
    assert done.stderr == ""
    return done.stdout


def checks(folder: Path, status: int = 0, **settings: Any) -> dict[str, str]:
    lines = doctor(folder, "--json", status=status, **settings).splitlines()
    found = [json.loads(line) for line in lines]
    assert all({*each} == {"level", "check", "found", "advice"} for each in found)
    return {each["check"]: each["level"] for each in found}


def test_before_the_first_start_nothing_is_made(tmp_path: Path) -> None:
    assert checks(tmp_path)["database"] == "warning"
    assert list(tmp_path.iterdir()) == []


def test_it_is_well_while_the_service_runs(tmp_path: Path) -> None:
    with running(SERVE, tmp_path) as service:
        for name in ("root", "second"):
            command = [*FRONTDESK, "users", "create", name, "--operator", "--password-stdin"]
            assert run(command, tmp_path, stdin="a quiet harbour").returncode == 0
        said = doctor(tmp_path)
        assert "error" not in said
        assert "ok       schema: The database is at revision" in said
        assert "ok       commits: SQLite writes with journal_mode=wal and synchronous=2" in said
        assert "ok       operators: There are 2 operators." in said
        assert service.stop() == 0


def test_wrong_settings_are_errors_and_unknown_ones_warnings(tmp_path: Path) -> None:
    found = checks(tmp_path, 1, FRONTDESK_SESSION_DAYS="soon", FRONTDESK_PROFILE="loose")
    assert found == {"settings": "error"}
    assert "FRONTDESK_SESION_DAYS is no setting" in doctor(tmp_path, FRONTDESK_SESION_DAYS="1")


def test_files_that_others_can_read_and_a_database_that_is_none(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o755)
    (data / "frontdesk.db").write_bytes(b"x" * 5_000)
    (data / "secret.key").write_bytes(b"k" * 32)
    (data / "secret.key").chmod(0o644)
    found = checks(tmp_path, 1)
    assert (found["files"], found["database"]) == ("warning", "error")


def test_an_older_schema_is_told_and_left_as_it_is(tmp_path: Path) -> None:
    assert run([*FRONTDESK, "database", "upgrade", "0010", "--no-prompt"], tmp_path).returncode == 0
    assert checks(tmp_path)["schema"] == "warning"
    with closing(sqlite3.connect(tmp_path / "data" / "frontdesk.db")) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [
            ("0010",)
        ]


def changed(folder: Path, *statements: str) -> None:
    with closing(sqlite3.connect(folder / "data" / "frontdesk.db")) as connection, connection:
        for each in statements:
            connection.execute(each)


def test_where_the_start_is_refused_it_says_the_same(tmp_path: Path) -> None:
    data = tmp_path / "data"
    run([*FRONTDESK, "users", "create", "root", "--password-stdin"], tmp_path, stdin="a quiet sea")
    assert checks(tmp_path)["secrets"] == "ok"
    (data / "secret.key").rename(data / "kept")

    def refused(said: str, check: str, **settings: Any) -> None:
        started = run([*FRONTDESK, "serve", "--port", "1"], tmp_path, **settings)
        assert started.returncode == 1
        assert said in started.stderr
        found = doctor(tmp_path, status=1, **settings)
        assert f"error    {check}" in found
        assert said in found

    refused(f"there is no {data / 'secret.key'}", "secrets")
    assert not (data / "secret.key").exists(), "no key is made beside a database that has one"
    refused("used with another FRONTDESK_SECRET_KEY", "secrets", FRONTDESK_SECRET_KEY="k" * 32)
    (data / "kept").rename(data / "secret.key")
    refused("used with another FRONTDESK_PEPPER", "secrets", FRONTDESK_PEPPER="p" * 16)
    changed(tmp_path, "UPDATE compatibility SET moved_to = 'sqlite:////elsewhere.db'")
    refused("was moved to sqlite:////elsewhere.db", "schema")
    changed(tmp_path, "UPDATE compatibility SET moved_to = NULL", "DROP TABLE alembic_version")
    refused("has tables, but its table alembic_version is missing", "schema")


def test_a_key_that_does_not_do_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o700)
    (tmp_path / "data" / "secret.key").write_bytes(b"k" * 31)
    assert checks(tmp_path, 1)["files"] == "error"


def test_postgresql_is_asked_for_its_own(tmp_path: Path) -> None:
    demand()
    url = new_database()
    try:
        setting: dict[str, Any] = {"FRONTDESK_DATABASE_URL": url}
        assert checks(tmp_path, 1, **setting)["schema"] == "warning"
        upgraded = run([*FRONTDESK, "database", "upgrade", "--no-prompt"], tmp_path, **setting)
        assert upgraded.returncode == 0, upgraded.stderr
        found = checks(tmp_path, 1, **setting)
        assert (found["schema"], found["clock"], found["event feed"]) == ("ok", "ok", "ok")
        assert execute(url, "SHOW fsync") == [("off",)], "as clusters of tests are"
        assert found["commits"] == "error"
        gone = f"{url}_gone"
        assert checks(tmp_path, 1, FRONTDESK_DATABASE_URL=gone)["database"] == "error"
    finally:
        drop_database(url)
