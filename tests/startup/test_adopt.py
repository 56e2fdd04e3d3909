"""The accounts of a Django project, of another table or of a file move in, and log in as before."""

import csv
import json
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.client import Client, connect
from tests.engines import ENGINES, SQLITE
from tests.postgresql import demand, drop_database, execute, new_database
from tests.startup.django_project import PASSWORD, SCHEMES
from tests.startup.processes import ROOT, environment, in_this_process, run, running

FRONTDESK = [sys.executable, "-m", "entrypoints"]
SERVE = [*FRONTDESK, "serve", "--port", "{port}"]
Settings = dict[str, Any]
NAMES = [*SCHEMES, "md5", "Admin", "SCRYPT", "gone", "ada.lovelace@example.com", "without"]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of a Django project."""
    return made_by_django(tmp_path_factory.mktemp("django") / "db.sqlite3")


def made_by_django(file: Path, more: int = 0) -> Path:
    command = [sys.executable, "-m", "tests.startup.django_project", str(file), str(more)]
    subprocess.run(command, cwd=ROOT, check=True, timeout=120)
    return file


@pytest.fixture(params=ENGINES)
def settings(request: pytest.FixtureRequest) -> Iterator[Settings]:
    """Of a service on each engine."""
    if request.param == SQLITE:
        yield {}
        return
    demand()
    url = new_database()
    yield {"FRONTDESK_DATABASE_URL": url}
    drop_database(url)


def adopt(
    folder: Path, source: object, *arguments: str, **settings: Any
) -> subprocess.CompletedProcess[str]:
    url = (
        str(source)
        if "://" in str(source) or str(source).endswith("csv")
        else f"sqlite:///{source}"
    )
    return in_this_process(["adopt", "--from", url, *arguments], folder, **settings)


def report(folder: Path, source: object, *arguments: str, **settings: Any) -> dict[str, Any]:
    done = adopt(folder, source, "--json", *arguments, **settings)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def rows_of(folder: Path, settings: Settings, query: str) -> list[tuple[Any, ...]]:
    if "FRONTDESK_DATABASE_URL" in settings:
        return [tuple(row) for row in execute(settings["FRONTDESK_DATABASE_URL"], query)]
    with closing(sqlite3.connect(folder / "data" / "frontdesk.db")) as connection:
        return connection.execute(query).fetchall()


def source_rows(project: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(project)) as connection:
        return connection.execute(query).fetchall()


def test_users_of_a_django_project_log_in_with_their_passwords(
    project: Path, settings: Settings, tmp_path: Path
) -> None:
    before = project.read_bytes()
    rehearsed = report(tmp_path, project, **settings)
    assert [each.name for each in (tmp_path / "data").iterdir()] == []
    done = report(tmp_path, project, "--apply", "--metadata", "email", **settings)
    assert project.read_bytes() == before
    assert rehearsed == {**done, "rehearsal": True, "id_list": None}
    assert (done["accounts"], done["disabled"], done["operators"]) == (12, 1, 0)
    assert (done["keeps_ids"], done["new_ids"]) == (True, 0)
    assert done["names"] == {"taken": 1, "against_rules": 1}
    qualities = {(each["scheme"], each["quality"]): each["accounts"] for each in done["hashes"]}
    assert qualities == {
        ("pbkdf2_sha256", "good"): 5,
        ("pbkdf2_sha1", "good"): 1,
        ("argon2", "good"): 1,
        ("bcrypt", "good"): 2,
        ("scrypt", "good"): 1,
        ("", "unknown"): 1,
        ("", "none"): 1,
    }
    assert done["remarks"] == {"an administrator there is an ordinary user here": 1}
    stored = rows_of(tmp_path, settings, "SELECT id, password_hash FROM users ORDER BY id")
    assert stored == source_rows(project, "SELECT id, password FROM auth_user ORDER BY id")
    with running(SERVE, tmp_path, **settings) as server, connect(server.url) as client:
        for name in (*SCHEMES, "Admin", "SCRYPT~9", "ADA.lovelace@example.com"):
            visitor = client.another()
            assert visitor.log_in(name, "wrong horse").status == 403
            assert visitor.log_in(name, PASSWORD).status == 200, name
        for name in ("md5", "gone", "without"):
            assert client.another().log_in(name, PASSWORD).status == 403
        assert client.another().log_in("without", "!").status == 403
        assert signed_up(client, "scrypt") == signed_up_there(project, "scrypt")
        assert server.output().count('"status":5') == 0
    renewed = rows_of(
        tmp_path, settings, "SELECT count(*) FROM users WHERE password_hash LIKE 'hmac-sha384:%'"
    )
    assert renewed == [(9,)], "all who logged in"
    emails = rows_of(tmp_path, settings, "SELECT metadata FROM users WHERE id = 11")
    assert emails == [('{"email":"a@example.com"}',)]


def signed_up(client: Client, name: str) -> datetime:
    visitor = client.another()
    visitor.log_in(name, PASSWORD)
    return datetime.fromisoformat(visitor.me().data["signup_time"])


def signed_up_there(project: Path, name: str) -> datetime:
    ((text,),) = source_rows(
        project, f"SELECT date_joined FROM auth_user WHERE username = '{name}'"
    )
    return datetime.fromisoformat(f"{text}+00:00")


def test_among_others_they_get_new_ids_while_the_service_goes_on(
    project: Path, settings: Settings, tmp_path: Path
) -> None:
    with running(SERVE, tmp_path, **settings) as server, connect(server.url) as client:
        assert client.sign_up("scrypt", PASSWORD).status == 200
        done = report(tmp_path, project, "--apply", **settings)
        assert (done["keeps_ids"], done["new_ids"]) == (False, 12)
        assert client.another().log_in("scrypt~6", PASSWORD).status == 200
        assert client.another().log_in("bcrypt", PASSWORD).status == 200
        assert client.another().sign_up("grace", PASSWORD).data["id"] == 14
        look_alike = client.another().sign_up("bcrурt", PASSWORD)
        assert look_alike.code == "username_taken", "what names look like is known"
    with Path(done["id_list"]).open(newline="") as file:
        listed = list(csv.DictReader(file))
    ids = dict(rows_of(tmp_path, settings, "SELECT username, id FROM users WHERE id > 1"))
    assert {each["username"]: int(each["id"]) for each in listed} == {
        name: id_ for name, id_ in ids.items() if name != "grace"
    }
    assert [each["source_username"] for each in listed] == NAMES
    assert Path(done["id_list"]).stat().st_mode & 0o777 == 0o600


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """A PostgreSQL database of another program."""
    demand()
    url = new_database()
    yield url
    drop_database(url)


def on_postgresql(url: str, project: Path) -> None:
    """The project's users as Django has them there."""
    execute(
        url,
        "CREATE TABLE auth_user (id integer PRIMARY KEY, username varchar(150) UNIQUE,"
        " password varchar(128), date_joined timestamptz, is_active boolean, is_superuser boolean)",
    )
    for row in source_rows(
        project,
        "SELECT id, username, password, date_joined, is_active, is_superuser FROM auth_user",
    ):
        id_, name, hashed, joined, active, superuser = row
        execute(
            url,
            f"INSERT INTO auth_user VALUES ({id_}, '{name}', '{hashed}', '{joined}+00',"
            f" {bool(active)}, {bool(superuser)})",
        )


def test_a_project_on_postgresql_moves_in(elsewhere: str, project: Path, tmp_path: Path) -> None:
    on_postgresql(elsewhere, project)
    done = report(tmp_path, elsewhere, "--apply")
    assert (done["accounts"], done["keeps_ids"], done["disabled"]) == (12, True, 1)
    there = source_rows(project, "SELECT id, password FROM auth_user ORDER BY id")
    assert rows_of(tmp_path, {}, "SELECT id, password_hash FROM users ORDER BY id") == there
    ((source,),) = rows_of(tmp_path, {}, "SELECT source FROM imports")
    assert source.endswith(" public.auth_user")
    assert "secret" not in source
    execute(elsewhere, "INSERT INTO auth_user VALUES (90, 'late', 'x', now(), true, false)")
    late = report(tmp_path, elsewhere, "--apply")
    assert (late["before"], late["accounts"]) == (12, 1)
    assert rows_of(tmp_path, {}, "SELECT username FROM users WHERE id = 90") == [("late",)]


def test_ids_that_are_no_numbers_become_new_ones(elsewhere: str, tmp_path: Path) -> None:
    execute(elsewhere, "CREATE SCHEMA app")
    execute(
        elsewhere,
        "CREATE TABLE app.people (id uuid PRIMARY KEY, email text, pw text, joined timestamp)",
    )
    for number in range(3):
        execute(
            elsewhere,
            f"INSERT INTO app.people VALUES ('00000000-0000-0000-0000-00000000000{number}',"
            f" 'user{number}', 'x', '2020-07-01 12:00')",
        )
    options = ("--table", "app.people", "--username", "email", "--password", "pw")
    times = ("--signup-time", "joined", "--time-zone", "Europe/Berlin")
    done = report(tmp_path, elsewhere, "--apply", *options, *times)
    assert (done["accounts"], done["keeps_ids"], done["new_ids"]) == (3, False, 3)
    ((micros,),) = rows_of(tmp_path, {}, "SELECT DISTINCT signup_time FROM users")
    assert micros == 1_593_597_600_000_000, "10:00 UTC"
    again = report(tmp_path, elsewhere, "--apply", *options, *times)
    assert (again["before"], again["accounts"]) == (3, 0)


def table(file: Path, statement: str, rows: Sequence[Sequence[object]]) -> Path:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(statement)
        marks = ",".join("?" * len(rows[0]))
        name = statement.split()[2]
        connection.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)
        connection.commit()
    return file


def test_a_table_as_utilmeta_makes_it_is_found(tmp_path: Path) -> None:
    hashed = "pbkdf2_sha256$1000$salt$" + "A" * 43 + "="
    file = table(
        tmp_path / "db",
        "CREATE TABLE user_user (id integer PRIMARY KEY AUTOINCREMENT, username varchar(20) UNIQUE,"
        " password varchar(112), signup_time datetime NOT NULL)",
        [(7, "ada", hashed, "2024-01-29 12:29:33.684594"), (9, "bob", None, "when?")],
    )
    done = report(tmp_path, file, "--apply")
    assert (done["accounts"], done["keeps_ids"]) == (2, True)
    assert done["remarks"] == {
        "the sign-up time is missing or cannot be read; it is that of now": 1
    }
    rows = rows_of(tmp_path, {}, "SELECT id, username, signup_time FROM users WHERE id = 7")
    assert rows == [(7, "ada", 1_706_531_373_684_594)]


def test_the_only_table_that_fits_is_found_and_of_several_one_is_named(tmp_path: Path) -> None:
    made = "(id INTEGER PRIMARY KEY, username TEXT, password TEXT)"
    file = table(tmp_path / "db", f"CREATE TABLE members {made}", [(1, "ada", "x")])
    assert report(tmp_path, file)["accounts"] == 1
    table(file, f"CREATE TABLE others {made}", [(1, "eve", "x")])
    refused = adopt(tmp_path, file)
    assert refused.returncode == 1
    assert "with --table. There are: members, others." in refused.stderr
    assert report(tmp_path, file, "--table", "others")["accounts"] == 1


@pytest.mark.parametrize(
    ("source", "arguments", "said"),
    [
        ("mysql://root@localhost/app", (), "a database of PostgreSQL"),
        ("sqlite:////nowhere/db", (), "unable to open database file"),
        ("nowhere.csv", (), "No such file"),
        ("{project}", ("--table", "nothing"), "There is no table nothing. There are: auth_g"),
        ("{project}", ("--username", "nick"), "There is no column nick. There are: date_"),
        ("{project}", ("--metadata", "shoes"), "There is no column shoes"),
        ("{project}", ("--table", "django_migrations"), "no column for the username (--user"),
        ("{project}", ("--time-zone", "Mars"), "there is no Mars"),
        ("postgresql://127.0.0.1:1/none", (), "cannot be used"),
    ],
)
def test_what_cannot_be_read_is_said(
    source: str, arguments: Sequence[str], said: str, project: Path, tmp_path: Path
) -> None:
    place = project if source == "{project}" else source
    for more in ((), ("--apply",)):
        refused = adopt(tmp_path, place, *arguments, *more)
        assert refused.returncode in (1, 2)
        assert said in refused.stderr
        assert "Traceback" not in refused.stderr


CSV = (
    "\ufeffusername,password_hash,created_at,is_active,plan\r\n"
    "ada,pbkdf2_sha256$1$s$AAAAAAAA,2020-01-01T00:00:00+02:00,yes,pro\r\n"
    '"ba""r",,2020-01-01,no,\r\n'
    "\r\n"
    "ADA,x,never,perhaps,free\r\n"
)


def test_a_csv_file_moves_in(tmp_path: Path) -> None:
    file = tmp_path / "users.csv"
    file.write_text(CSV, encoding="utf-8", newline="")
    done = report(tmp_path, file, "--apply", "--metadata", "plan")
    assert (done["accounts"], done["keeps_ids"], done["disabled"]) == (3, False, 1)
    assert done["remarks"] == {
        "the sign-up time is missing or cannot be read; it is that of now": 1,
        "whether the account is active cannot be read; it is": 1,
    }
    columns = "username, password_hash, signup_time, disabled_at IS NULL, metadata"
    found = rows_of(tmp_path, {}, f"SELECT {columns} FROM users ORDER BY id")
    assert found[:2] == [
        ("ada", "pbkdf2_sha256$1$s$AAAAAAAA", 1_577_829_600_000_000, 1, '{"plan":"pro"}'),
        ('ba"r', "", 1_577_836_800_000_000, 0, "{}"),
    ]
    assert found[2][0] == "ADA~3"
    assert report(tmp_path, file, "--apply", "--metadata", "plan")["accounts"] == 0
    file.write_text(CSV + "eve,,2021-01-01,yes,\r\n", encoding="utf-8", newline="")
    another = report(tmp_path, file, "--apply")
    assert (another["before"], another["accounts"]) == (0, 4), "another file is another source"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "no column for the username"),
        (b"username,password,username\n", "twice: username"),
        (b"username,password\nada,x,y\n", "line 2: 3 cells"),
        (b"username,password\nada,x\nbob\n", "line 3: 1 cells"),
        (b'username,password\n"ada,x\n', "line 2"),
        (b"username,password\n\xff,x\n", "line"),
        (b"user;password\nada;x\n", "There are: user;password"),
    ],
)
def test_a_csv_file_with_a_mistake_is_refused_as_a_whole(
    text: bytes, said: str, tmp_path: Path
) -> None:
    file = tmp_path / "users.csv"
    file.write_bytes(text)
    refused = adopt(tmp_path, file, "--apply")
    assert refused.returncode == 1
    assert said in refused.stderr
    assert rows_of(tmp_path, {}, "SELECT count(*) FROM users") == [(0,)]


def test_a_killed_adoption_goes_on_and_nobody_is_there_twice(
    settings: Settings, tmp_path: Path
) -> None:
    many = 60_000
    project = made_by_django(tmp_path / "many.sqlite3", many)
    command = [*FRONTDESK, "users", "create", "user-5", "--password-stdin"]
    assert run(command, tmp_path, stdin=PASSWORD, **settings).returncode == 0
    command = [*FRONTDESK, "adopt", "--from", f"sqlite:///{project}", "--apply", "--json"]
    counts = [1]
    while counts[-1] < 20_000:
        with subprocess.Popen(
            command, cwd=ROOT, env=environment(tmp_path, **settings), stdout=subprocess.DEVNULL
        ) as process:
            deadline = time.monotonic() + 60
            while rows_of(tmp_path, settings, "SELECT count(*) FROM users")[0][0] <= counts[-1]:
                assert process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.01)
            process.send_signal(signal.SIGKILL)
        counts.append(rows_of(tmp_path, settings, "SELECT count(*) FROM users")[0][0])
    assert len(counts) > 2
    done = report(tmp_path, project, "--apply", **settings)
    assert done["before"] == counts[-1] - 1
    assert done["before"] + done["accounts"] == many
    found = rows_of(tmp_path, settings, "SELECT username, id FROM users WHERE id > 1")
    assert {name for name, _ in found} == {
        "user-5~6" if number == 5 else f"user-{number}" for number in range(many)
    }
    with Path(done["id_list"]).open(newline="") as file:
        listed = [(each["username"], int(each["id"])) for each in csv.DictReader(file)]
    assert sorted(listed) == sorted(found), "the list is that of what was committed"
    events = rows_of(tmp_path, settings, "SELECT count(DISTINCT user_id), count(*) FROM events")
    assert events == [(many + 1, many + 1)]
    missing = "SELECT count(*) FROM users WHERE looks_of != username"
    assert rows_of(tmp_path, settings, missing) == [(0,)]


def test_an_export_moves_into_another_service(settings: Settings, tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    for folder in (here, there):
        folder.mkdir()
    file = tmp_path / "users.jsonl"
    with running(SERVE, here) as server, connect(server.url) as client:
        assert client.sign_up("Ada", PASSWORD).status == 200
        assert client.another().sign_up("bob", PASSWORD).status == 200
        for arguments in (
            ("roles", "ada", "member", "editor"),
            ("metadata", "ada", '{"plan": {"name": "pro"}}'),
            ("operator", "ada"),
            ("disable", "bob"),
        ):
            assert in_this_process(["users", *arguments], here).returncode == 0
        exported = in_this_process(["users", "export", str(file), "--with-hashes"], here)
        assert exported.stderr == "2 accounts.\n"
    assert file.stat().st_mode & 0o777 == 0o600
    taken_over = ["users", "import", str(file), "--json"]
    rehearsed = in_this_process([*taken_over, "--dry-run"], there, **settings)
    assert json.loads(rehearsed.stdout)["accounts"] == 2
    assert list((there / "data").iterdir()) == [], "a rehearsal makes nothing"
    done = in_this_process(taken_over, there, **settings)
    assert json.loads(done.stdout)["keeps_ids"] is True, done.stderr
    columns = "id, username, password_hash, signup_time, is_operator, roles, metadata"
    query = f"SELECT {columns}, disabled_at FROM users ORDER BY id"
    assert rows_of(there, settings, query) == rows_of(here, {}, query)
    with running(SERVE, there, **settings) as server, connect(server.url) as client:
        assert client.log_in("ada", PASSWORD).status == 200
        assert client.another().log_in("bob", PASSWORD).status == 403


def test_an_export_without_hashes_has_no_secret(tmp_path: Path) -> None:
    create = [*FRONTDESK, "users", "create", "ada", "--password-stdin"]
    assert run(create, tmp_path, stdin=PASSWORD).returncode == 0
    exported = run([*FRONTDESK, "users", "export", "-"], tmp_path)
    (line,) = exported.stdout.splitlines()
    assert json.loads(line)["password_hash"] is None
    assert "$2b$" not in line
    unwritable = in_this_process(["users", "export", str(tmp_path / "no" / "file")], tmp_path)
    assert unwritable.returncode == 1
    assert "No such file" in unwritable.stderr


def test_what_is_odd_stops_nothing(tmp_path: Path) -> None:
    """Ids beyond reason, binary values, a hash with U+0000."""
    file = tmp_path / "users.jsonl"
    odd = [
        {"username": "ada", "id": 9_223_372_036_854_775_807},
        {"username": "bob", "id": 10**22, "password_hash": "x\0y"},
    ]
    file.write_text("".join(json.dumps(each) + "\n" for each in odd))
    taken_over = in_this_process(["users", "import", str(file), "--json"], tmp_path)
    assert json.loads(taken_over.stdout)["new_ids"] == 2, taken_over.stderr
    assert run([*FRONTDESK, "users", "create", "eve", "--password-stdin"], tmp_path, stdin=PASSWORD)
    assert rows_of(tmp_path, {}, "SELECT id FROM users ORDER BY id") == [(1,), (2,), (3,)]
    made = "(id BLOB PRIMARY KEY, username TEXT, password BLOB)"
    rows = [(bytes([number]), f"user{number}", b"$2b$hash") for number in range(3)]
    binary = table(tmp_path / "db", f"CREATE TABLE members {made}", rows)
    assert report(tmp_path, binary, "--apply")["accounts"] == 3
    assert report(tmp_path, binary, "--apply")["before"] == 3
    hashes = rows_of(tmp_path, {}, "SELECT DISTINCT password_hash FROM users WHERE id > 3")
    assert hashes == [("$2b$hash",)]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("nonsense", "line 2: "),
        ('{"id": 1}', "line 2: Object missing required field `username`"),
        ('{"username": "bob", "shoes": 43}', "unknown field `shoes`"),
        ('{"username": "bob", "id": "x"}', "line 2: Expected `int"),
        ('{"username": "bob", "roles": ["Not a role"]}', "line 2: A role is"),
        ('{"username": "bob", "metadata": {"a": "\\u0000"}}', "line 2: The metadata has U+0000"),
        ('{"username": "bob", "signup_time": "yesterday"}', "line 2: Invalid RFC3339"),
        ('{"username": "bob", "signup_time": "0001-01-01T00:00:00+05:00"}', "line 2: "),
    ],
)
def test_a_file_with_a_mistake_is_refused_as_a_whole(line: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "users.jsonl"
    file.write_text('{"username": "ada"}\n' + line + "\n")
    refused = in_this_process(["users", "import", str(file)], tmp_path)
    assert refused.returncode == 1
    assert said in refused.stderr
    assert not (tmp_path / "data" / "frontdesk.db").exists()
