"""Sources that are not as one would wish: odd ids, odd rows, other names of the same thing."""

import sqlite3
import uuid
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest

from tests.postgresql import demand, drop_database, execute, new_database
from tests.startup.processes import in_this_process
from tests.startup.test_adopt import adopt, report, rows_of

TOP = 2**52


def table(folder: Path, columns: str, rows: Sequence[Sequence[Any]], name: str = "members") -> Path:
    path = folder / "source.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"CREATE TABLE {name} ({columns})")
        marks = ", ".join("?" for _ in rows[0])
        connection.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)
    return path


def ids(folder: Path) -> list[int]:
    return [id_ for (id_,) in rows_of(folder, {}, "SELECT id FROM users ORDER BY id")]


def next_id(folder: Path) -> int:
    path = folder / "next.jsonl"
    path.write_text('{"username": "next"}\n')
    assert in_this_process(("users", "import", str(path)), folder).returncode == 0
    return ids(folder)[-1]


MEMBERS = "id INTEGER PRIMARY KEY, username TEXT, password TEXT"


@pytest.mark.parametrize(
    ("source_ids", "kept"),
    [
        ([1, 2, 2**63 - 1], [1, 2, 3]),
        ([1, 2**63 - 2, TOP], [1, TOP, TOP + 1]),
        ([1_800_000_000_016_777_216, 1_800_000_000_016_777_217], [1, 2]),
        ([-5, 0, 7], [7, 8, 9]),
    ],
)
def test_ids_that_are_too_high_leave_room_for_others(
    source_ids: list[int], kept: list[int], tmp_path: Path
) -> None:
    people = [(id_, f"user{number}", "x") for number, id_ in enumerate(source_ids)]
    done = report(tmp_path, table(tmp_path, MEMBERS, people), "--apply")
    assert done["accounts"] == len(source_ids)
    assert sorted(ids(tmp_path)) == kept
    made = in_this_process(("users", "create", "zoe", "--password-stdin"), tmp_path)
    assert made.returncode == 1, "without a password"
    path = tmp_path / "one.jsonl"
    path.write_text('{"username": "zoe"}\n')
    assert in_this_process(("users", "import", str(path)), tmp_path).returncode == 0
    assert ids(tmp_path)[-1] == max(kept) + 1 < 2**53


def test_who_goes_on_by_another_column_is_stopped(tmp_path: Path) -> None:
    people = [(number, f"user{number}", "x", 100 - number) for number in range(1, 4)]
    source = table(tmp_path, f"{MEMBERS}, legacy INTEGER", people)
    report(tmp_path, source, "--apply")
    stopped = adopt(tmp_path, source, "--apply", "--id", "legacy")
    assert stopped.returncode == 1
    assert "say --id id" in stopped.stderr
    assert len(ids(tmp_path)) == 3
    assert next_id(tmp_path) == 4, "nothing was reserved"


def test_by_another_name_it_is_the_same_file(tmp_path: Path) -> None:
    source = table(tmp_path, MEMBERS, [(1, "ada", "x"), (2, "bob", "x")])
    report(tmp_path, source, "--apply")
    (tmp_path / "link.db").symlink_to(source)
    again = report(tmp_path, source, "--apply", "--table", "main.members")
    linked = report(tmp_path, tmp_path / "link.db", "--apply")
    assert [each["accounts"] for each in (again, linked)] == [0, 0]


@pytest.fixture
def elsewhere() -> Iterator[str]:
    demand()
    url = new_database()
    yield url
    drop_database(url)


def test_by_another_name_it_is_the_same_server(elsewhere: str, tmp_path: Path) -> None:
    execute(
        elsewhere,
        "CREATE TABLE people (id int PRIMARY KEY, username text, password text, created_at date)",
        "ALTER TABLE people ALTER created_at TYPE timestamp",
        "INSERT INTO people VALUES (1, 'ada', 'x', '2020-03-04 05:06:07.5')",
        "INSERT INTO people VALUES (2, 'bob', 'x', '0044-03-15 BC')",
        "INSERT INTO people VALUES (3, 'eve', 'x', 'infinity') RETURNING id",
    )
    done = report(tmp_path, elsewhere, "--apply")
    assert (done["accounts"], done["keeps_ids"]) == (3, True)
    assert done["remarks"] == {
        "the sign-up time is missing or cannot be read; it is that of now": 2
    }
    ((first, _),) = rows_of(tmp_path, {}, "SELECT signup_time, id FROM users WHERE id = 1")
    assert first == 1_583_298_367_500_000
    parts = urlsplit(elsewhere)
    other = urlunsplit(parts._replace(netloc=parts.netloc.replace("127.0.0.1", "localhost")))
    for source, options in ((other, ()), (elsewhere, ("--table", "public.people"))):
        assert report(tmp_path, source, "--apply", *options)["accounts"] == 0


@pytest.mark.parametrize(
    ("columns", "rows"),
    [
        ("id, username, password", [(1, "ada", "x"), ("legacy", "bob", "x")]),
        ("id INTEGER, username, password", [(1, "ada", "x"), (1, "bob", "x")]),
        ("id INTEGER, username, password", [(1, "ada", "x"), (None, "bob", "x")]),
    ],
    ids=["of two types", "twice", "missing"],
)
def test_ids_that_do_not_say_where_to_go_on_are_refused(
    columns: str, rows: list[tuple[Any, ...]], tmp_path: Path
) -> None:
    refused = adopt(tmp_path, table(tmp_path, columns, rows), "--apply")
    assert refused.returncode == 1
    assert "Name another one with --id" in refused.stderr
    assert ids(tmp_path) == []
    assert next_id(tmp_path) == 1, "nothing was reserved"


def test_an_empty_id_is_one(tmp_path: Path) -> None:
    people = [("", "ada", "x"), ("b c%\u00e9", "bob", "x")]
    source = table(tmp_path, "id TEXT, username TEXT, password TEXT", people)
    assert report(tmp_path, source, "--apply")["accounts"] == 2
    assert report(tmp_path, source, "--apply")["accounts"] == 0


def test_ids_of_bytes_are_listed_as_digits(tmp_path: Path) -> None:
    people = [(uuid.UUID(int=number).bytes, f"user{number}", "x") for number in (1, 2)]
    done = report(
        tmp_path, table(tmp_path, "id BLOB, username TEXT, password TEXT", people), "--apply"
    )
    assert uuid.UUID(int=2).hex in Path(done["id_list"]).read_text()


def test_a_text_of_another_encoding_stops_nothing(tmp_path: Path) -> None:
    source = table(tmp_path, MEMBERS, [(1, "ada", "x"), (3, "eve", "x")])
    with closing(sqlite3.connect(source)) as connection, connection:
        connection.execute("INSERT INTO members VALUES (2, CAST(x'6361666ae9' AS TEXT), 'x')")
    assert report(tmp_path, source, "--apply")["accounts"] == 3


def test_accounts_of_a_frontdesk_are_not_read_as_a_table(tmp_path: Path) -> None:
    in_this_process(("database", "upgrade", "--no-prompt"), tmp_path)
    refused = adopt(tmp_path, tmp_path / "data" / "frontdesk.db", "--table", "users")
    assert refused.returncode == 1
    assert "users export" in refused.stderr


def test_a_pipe_is_refused_for_it_is_read_twice(tmp_path: Path) -> None:
    refused = in_this_process(("users", "import", "/dev/null"), tmp_path)
    assert refused.returncode == 1
    assert "a pipe will not do" in refused.stderr
