"""What operators can ask of the tables, and what nobody gets out of them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table, Text, bindparam, update

from adapters.monitoring.table_query import TableQuery
from adapters.monitoring.table_reader import TableReader
from adapters.sql.postgresql import Access, Connector
from adapters.sql.postgresql_storage import postgresql_storage
from adapters.sql.sqlite_questions import SqliteQuestions
from adapters.sql.storage import Storage
from adapters.sql.tables import metadata
from adapters.sql.unit_of_work import SqlUnitOfWorkFactory
from application.operations.queries import Comparison, Condition, Count, Page
from domain.errors import Busy, InvalidQuery, NoSuchRow, QueryTooSlow, StorageUnavailable
from domain.events import Event, EventKind
from domain.operator import Scope
from domain.password import PasswordHash
from domain.user import Username
from tests.contracts.storages import storage_on
from tests.examples import DAY, LAPTOP, NOON
from tests.postgresql import free_port

NAMES = ["ada", "Adele", "bob", "Bør", "carol", "ADAM", "zoë", "x_y%z"]
PLANTED = "plantedsecret"
_MOVE = (
    update(metadata.tables["events"])
    .where(metadata.tables["events"].c.position == bindparam("former"))
    .values(position=bindparam("later"))
)


@pytest.fixture
async def storage(engine: str, tmp_path: Path) -> AsyncIterator[Storage]:
    async with storage_on(engine, tmp_path) as storage:
        async with SqlUnitOfWorkFactory(storage.transactions, str)() as work:
            for number, name in enumerate(NAMES):
                user = await work.users.add(
                    Username(name), PasswordHash(f"{PLANTED}{number}"), at=NOON + number * DAY
                )
                for each in range(2):
                    await work.sessions.add(
                        user,
                        f"{PLANTED}{name}{each}".encode(),
                        replace(LAPTOP, address=f"192.0.2.{each}"),
                        at=NOON,
                        expires_at=NOON + timedelta(hours=number),
                    )
            await work.users.save(user.disabled(NOON))
            await work.tokens.add(
                f"{PLANTED}-token".encode(),
                user.id,
                name="n",
                scopes=frozenset({Scope.API_VIEW}),
                at=NOON,
                expires_at=NOON,
            )
            await work.events.append(
                Event(
                    EventKind.RENAMED, NOON, user.id, LAPTOP, {"from": "a", "to": "\u202e\r\n<b>"}
                )
            )
        yield storage


@pytest.fixture
def reader(storage: Storage) -> TableReader:
    return TableReader(storage.questions, metadata)


def where(column: str, comparison: str, value: str) -> Condition:
    return Condition(column, Comparison(comparison), value)


async def names(reader: TableReader, *conditions: Condition, **options: Any) -> list[Any]:
    page = await reader.page("users", conditions, **options)
    return [row["username"] for row in page.rows]


async def test_it_describes_the_tables(reader: TableReader) -> None:
    tables = {table.name: table for table in await reader.tables()}
    assert list(tables) == [
        "users",
        "names",
        "sessions",
        "events",
        "access_tokens",
        "one_time_codes",
        "invitations",
        "throttle_buckets",
        "readiness",
        "fingerprints",
        "compatibility",
        "leases",
        "imports",
    ]
    assert tables["users"].rows == Count(len(NAMES), exact=True)
    users = {column.name: column for column in tables["users"].columns}
    assert users["id"].key
    assert users["username"].writable
    assert users["username"].indexed
    assert not users["auth_version"].indexed
    assert not users["is_operator"].indexed, "only operators are in that index"
    assert users["password_hash"].secret
    assert (users["disabled_at"].kind, users["disabled_at"].nullable) == ("instant", True)
    sessions = {column.name: column for column in tables["sessions"].columns}
    assert sessions["user_id"].references == "users.id"
    assert sessions["token_digest"].secret


async def test_rows_have_everything_but_secrets(reader: TableReader) -> None:
    page = await reader.page("users")
    assert page.following is None
    newest = page.rows[0]
    assert newest == {
        "id": len(NAMES),
        "username": "x_y%z",
        "username_key": "x_y%z",
        "signup_time": "2026-02-07T12:00:00Z",
        "auth_version": 1,
        "signup_address": None,
        "last_used_at": None,
        "last_address": None,
        "disabled_at": "2026-01-31T12:00:00Z",
        "is_operator": False,
        "version": 2,
        "roles": "",
        "metadata": {},
    }
    assert await reader.row("users", str(len(NAMES))) == newest
    (event,) = (await reader.page("events")).rows
    assert event["details"] == {"from": "a", "to": "\u202e\r\n<b>"}


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        (where("username", "eq", "ADA"), ["ada"]),
        (where("username", "prefix", "AD"), ["ada", "ADAM", "Adele"]),
        (where("username", "not_prefix", "AD"), ["x_y%z", "zoë", "carol", "Bør", "bob"]),
        (where("username", "contains", "DA"), ["ADAM", "ada"]),
        (where("username", "contains", "_"), ["x_y%z"]),
        (where("username", "contains", "%"), ["x_y%z"]),
        (where("username", "prefix", ""), None),
        (where("username", "ge", "zo"), ["zoë"]),
        (where("username", "eq", "' OR 1=1 --"), []),
        (where("id", "le", "2"), ["Adele", "ada"]),
        (where("id", "in", "2,1,77"), ["Adele", "ada"]),
        (where("username", "in", "ADA,adele"), ["Adele", "ada"]),
        (where("is_operator", "in", "true,true"), []),
        (where("id", "ne", "1"), None),
        (where("disabled_at", "null", "false"), ["x_y%z"]),
        (where("is_operator", "eq", "true"), []),
        (where("signup_time", "lt", "2026-02-01T13:00:00+01:00"), ["ada"]),
    ],
)
async def test_conditions(
    reader: TableReader, condition: Condition, found: list[str] | None
) -> None:
    rows = await names(reader, condition)
    assert rows == found if found is not None else len(rows) >= 7
    count = await reader.count("users", [condition])
    assert count == Count(len(rows), exact=True)
    assert await reader.count("users", [condition], exact=True) == count


async def test_all_conditions_must_hold(reader: TableReader) -> None:
    both = where("username", "prefix", "ad"), where("id", "gt", "1")
    assert await names(reader, *both) == ["ADAM", "Adele"]


@pytest.mark.parametrize(
    "sort", [None, "id", "-id", "username", "-username", "auth_version", "-auth_version"]
)
@pytest.mark.parametrize("limit", [1, 3, 8, 50])
async def test_pages_show_every_row_once_and_in_order(
    reader: TableReader, sort: str | None, limit: int
) -> None:
    whole = await names(reader, sort=sort)
    assert len(whole) == len(NAMES)
    seen: list[Any] = []
    after = None
    while True:
        page = await reader.page("users", sort=sort, after=after, limit=limit)
        assert len(page.rows) <= limit
        seen += [row["username"] for row in page.rows]
        after = page.following
        if after is None:
            break
    assert seen == whole
    if sort == "username":
        assert whole == sorted(NAMES, key=lambda name: Username(name).key)


async def test_what_is_inserted_meanwhile_shifts_no_page(
    storage: Storage, reader: TableReader
) -> None:
    first = await reader.page("users", limit=3)
    async with SqlUnitOfWorkFactory(storage.transactions, str)() as work:
        await work.users.add(Username("new"), PasswordHash("hash"), at=NOON)
    second = await reader.page("users", after=first.following, limit=3)
    assert [row["id"] for row in (*first.rows, *second.rows)] == [8, 7, 6, 5, 4, 3]


async def test_columns_can_be_chosen(reader: TableReader) -> None:
    page = await reader.page("users", columns=["username", "id"], limit=1)
    assert page.rows == [{"username": "x_y%z", "id": 8}]
    assert page.following


async def test_many_rows_are_counted_to_a_bound(storage: Storage, reader: TableReader) -> None:
    async with SqlUnitOfWorkFactory(storage.transactions, str)() as work:
        await work.events.append(*[Event(EventKind.RENAMED, NOON, 1, LAPTOP)] * 10_001)
    renamed = [where("kind", "eq", "renamed")]
    assert await reader.count("events", renamed) == Count(10_000, exact=False, at_least=True)
    assert await reader.count("events", renamed, exact=True) == Count(10_002, exact=True)


async def test_of_a_large_table_is_told_what_it_has_at_most(
    storage: Storage, reader: TableReader
) -> None:
    async with SqlUnitOfWorkFactory(storage.transactions, str)() as work:
        await work.events.append(Event(EventKind.RENAMED, NOON, 1, LAPTOP))
    async with storage.transactions.begin() as transaction:
        await transaction.execute(_MOVE, {"former": 2, "later": 100_001})
    assert await reader.count("events") == Count(100_001, exact=False)
    assert await reader.count("events", exact=True) == Count(2, exact=True)


async def test_a_prefix_of_what_is_not_indexed_leaves_the_order(reader: TableReader) -> None:
    page = await reader.page("sessions", [where("address", "prefix", "192")])
    ids = [int(str(row["id"])) for row in page.rows]
    assert ids == sorted(ids, reverse=True)


async def test_too_many_questions_at_once_are_told_so(reader: TableReader) -> None:
    asked = await asyncio.gather(*(reader.page("users") for _ in range(60)), return_exceptions=True)
    assert {type(each) for each in asked} == {Page, Busy}


async def test_values_are_counted(reader: TableReader) -> None:
    assert await reader.values("sessions", "address") == [("192.0.2.0", 8), ("192.0.2.1", 8)]
    only = [where("user_id", "eq", "1")]
    assert await reader.values("sessions", "address", only, limit=1) == [("192.0.2.0", 1)]


SECRETS = [
    ("fingerprints", "fingerprint"),
    ("users", "password_hash"),
    ("sessions", "token_digest"),
    ("access_tokens", "digest"),
    ("one_time_codes", "digest"),
]


@pytest.mark.parametrize(("table", "column"), SECRETS)
async def test_a_secret_cannot_be_read_compared_sorted_or_counted(
    reader: TableReader, table: str, column: str
) -> None:
    said = set()
    for name in (column, "no_such_column"):
        attempts = [
            reader.page(table, columns=[name]),
            reader.page(table, sort=name),
            reader.page(table, sort=f"-{name}"),
            reader.values(table, name),
            *(reader.page(table, [Condition(name, each, PLANTED)]) for each in Comparison),
            *(reader.count(table, [Condition(name, each, PLANTED)]) for each in Comparison),
        ]
        for attempt in attempts:
            with pytest.raises(InvalidQuery) as refusal:
                await attempt
            said.add(str(refusal.value))
    assert len(said) == 1, "a secret column is refused as one that is not there"


async def test_whatever_looks_like_a_secret_is_one(reader: TableReader) -> None:
    shown = {column.name for table in await reader.tables() for column in table.columns}
    secret = {
        column.name for table in await reader.tables() for column in table.columns if column.secret
    }
    words = ("hash", "digest", "token", "secret")
    assert {name for name in shown - secret if any(word in name for word in words)} == set()


def test_bytes_are_secret_unless_they_say_otherwise() -> None:
    table = Table(
        "t",
        MetaData(),
        Column("id", Integer, primary_key=True),
        Column("a", LargeBinary),
        Column("b", Text, info={"secret": True}),
        Column("c", LargeBinary, info={"secret": False}),
    )
    secret = {each.name: each.secret for each in TableQuery(table).all}
    assert secret == {"id": False, "a": True, "b": True, "c": False}


async def test_no_answer_has_a_planted_secret(reader: TableReader) -> None:
    for table in await reader.tables():
        page = await reader.page(table.name)
        shown = [column.name for column in table.columns if not column.secret]
        answers = [table, page, *[await reader.values(table.name, name) for name in shown]]
        answers += [await reader.page(table.name, columns=[name]) for name in shown]
        assert PLANTED not in repr(answers)


@pytest.mark.parametrize(
    "attempt",
    [
        {"table": "no_such"},
        {"table": "alembic_version"},
        {"table": "sqlite_schema"},
        {"table": "users", "sort": "disabled_at"},
        {"table": "users", "sort": ""},
        {"table": "users", "after": "nonsense"},
        {"table": "users", "after": "W10"},
        {"table": "users", "after": "WyJhIiwgImIiXQ"},
        {"table": "users", "after": "é"},
        {"table": "users", "after": "W3RydWVd"},  # [true]
        {"table": "users", "conditions": [where("username", "eq", "a\0b")]},
        {"table": "users", "conditions": [where("username", "prefix", "\0")]},
        {"table": "users", "conditions": [where("id", "eq", "x")]},
        {"table": "users", "conditions": [where("id", "eq", "9" * 30)]},
        {"table": "users", "conditions": [where("id", "eq", "9" * 5000)]},
        {"table": "users", "conditions": [where("id", "prefix", "1")]},
        {"table": "users", "conditions": [where("id", "null", "maybe")]},
        {"table": "users", "conditions": [where("username", "eq", "\ud800")]},
        {"table": "users", "conditions": [where("signup_time", "gt", "yesterday")]},
        {"table": "users", "conditions": [where("is_operator", "eq", "1")]},
    ],
)
async def test_what_cannot_be_asked_is_refused(
    reader: TableReader, attempt: dict[str, Any]
) -> None:
    with pytest.raises(InvalidQuery):
        await reader.page(**attempt)


async def test_a_key_nobody_has(reader: TableReader) -> None:
    with pytest.raises(NoSuchRow):
        await reader.row("users", "4711")
    with pytest.raises(NoSuchRow):
        await reader.row("throttle_buckets", "nobody's")


async def test_a_question_that_takes_too_long_is_given_up(
    storage: Storage, reader: TableReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with SqlUnitOfWorkFactory(storage.transactions, str)() as work:
        await work.events.append(*[Event(EventKind.RENAMED, NOON, 1, LAPTOP)] * 20_000)
    monkeypatch.setattr(storage.questions, "_patience", 0.001)
    with pytest.raises(QueryTooSlow):
        await reader.count("events", [where("address", "contains", "x")])


async def test_a_database_that_is_gone(tmp_path: Path) -> None:
    reader = TableReader(SqliteQuestions(tmp_path / "nowhere.db"), metadata)
    with closing(reader), pytest.raises(StorageUnavailable):
        await reader.tables()


async def test_a_server_that_is_gone() -> None:
    connector = Connector(Access(url=f"postgresql://nobody@127.0.0.1:{free_port()}/nothing"))
    reader = TableReader(postgresql_storage(connector).questions, metadata)
    with pytest.raises(StorageUnavailable):
        await reader.tables()
