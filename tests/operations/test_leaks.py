"""No secret gets out: not by any question, and not into anything that is kept."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from application.operations.queries import Comparison
from domain.operator import Scope
from entrypoints.settings import Settings
from tests.engines import rows, using
from tests.examples import PASSWORD
from tests.operations.conftest import Desk, desk_in, make_operator
from tests.startup.processes import running
from tests.startup.test_commands import WAYS

SECRET_COLUMNS = ["password_hash", "token_digest", "digest"]


def spellings(secret: bytes) -> set[str]:
    """How a secret might be shown."""
    return {secret.hex(), secret.decode("latin-1"), repr(secret)[2:-1]}


def planted(settings: Settings) -> set[str]:
    """Every secret in the database, in every spelling."""
    found: set[str] = set()
    for table, column in (
        ("users", "password_hash"),
        ("sessions", "token_digest"),
        ("access_tokens", "digest"),
        ("one_time_codes", "digest"),
        ("fingerprints", "fingerprint"),
    ):
        for (value,) in rows(settings, f"SELECT {column} FROM {table}"):
            if value:
                found |= spellings(value) if isinstance(value, bytes) else {value, value[-31:]}
    assert len(found) >= 10
    return found


@pytest.fixture(scope="module")
def full(
    engine: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Desk, str, set[str]]]:
    """A service with one of every secret, a key with every scope, and the secrets."""
    with using(engine), desk_in(tmp_path_factory.mktemp("leaks")) as desk:
        key = desk.key(*Scope)
        desk.root.request("POST", f"/api/ops/users/{desk.user_id()}/reset-code")
        yield desk, key, planted(desk.settings)


PATHS = [
    "/api/ops/tables",
    "/api/ops/tables/{table}/rows",
    "/api/ops/tables/{table}/rows.csv",
    "/api/ops/tables/{table}/rows/{key}",
    "/api/ops/tables/{table}/count",
    "/api/ops/tables/{table}/values/{column}",
    "/api/ops/events",
    "/api/ops/users/{user_id}/throttle",
    "/api/ops/tokens",
    "/api/ops/invitations",
    "/api/ops/logs",
    "/api/ops/logs/count",
    "/api/ops/logs/rows.csv",
    "/api/ops/logs/values/{column}",
    "/api/ops/logs/tail",
    "/api/ops/logs/histogram",
    "/api/ops/logs/endpoints",
    "/api/ops/about",
    "/api/ops/metrics",
    "/api/ops/metrics/history",
    "/api/ops/nodes",
    "/api/ops/me",
    "/api/ops/settings",
    "/metrics",
]
TABLES = ["users", "sessions", "access_tokens", "one_time_codes", "events", "requests", "nowhere"]
COLUMNS = [*SECRET_COLUMNS, "id", "username", "user_id", "details", "request_headers", "rowid"]
ASKED: set[str] = set()
COMPARISONS = [*Comparison, "like", ""]


def test_every_reading_operation_is_asked(full: tuple[Desk, str, set[str]]) -> None:
    document = full[0].root.request("GET", "/schema/openapi.json").data
    reading = {
        path
        for path, item in document["paths"].items()
        if "get" in item and path.startswith(("/api/ops", "/metrics"))
    }
    documents = {"/api/ops/openapi.json", "/api/ops/openapi.yaml"}
    details = {"/api/ops/logs/{id_}"}
    missing = reading - documents - details ^ set(PATHS)
    assert not missing, "add what reads to PATHS, or remove what is no more"


@given(data=st.data())
@settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_question_reveals_a_secret(full: tuple[Desk, str, set[str]], data: Any) -> None:
    desk, key, secrets = full
    column = st.sampled_from(COLUMNS)
    guess = st.sampled_from(sorted(secrets)[:20]) | st.text(max_size=5) | st.just("1")
    filters = st.builds(
        lambda name, comparison, value: f"{name}:{comparison}:{value}",
        column,
        st.sampled_from(COMPARISONS),
        guess,
    )
    params = data.draw(
        st.fixed_dictionaries(
            {},
            optional={
                "filter": st.lists(filters, max_size=2),
                "sort": column | column.map(lambda name: f"-{name}"),
                "columns": st.lists(column, min_size=1, max_size=3).map(",".join),
                "after": guess,
                "limit": st.integers(-1, 600),
                "exact": st.booleans(),
                "since": st.just("2026-01-01T00:00:00Z"),
                "step": st.just(86_400),
            },
        )
    )
    path = data.draw(st.sampled_from(PATHS)).format(
        table=data.draw(st.sampled_from(TABLES)),
        column=data.draw(column),
        key=data.draw(st.sampled_from(["1", "2", "x"])),
        user_id=data.draw(st.sampled_from(["1", "2", "x"])),
    )
    # What was asked itself may be told back, then or later, in the request log.
    ASKED.update(each for each in secrets if each in str(params) or each in path)
    answer = desk.with_key(key).request("GET", path, params=params)
    assert answer.status in (200, 400, 404), answer.text
    assert [each for each in secrets - ASKED if each in answer.text] == []
    named = re.search(rf"\b({'|'.join(SECRET_COLUMNS)})\b", str({**params, "after": ""}))
    if named and path.startswith("/api/ops/tables/") and path.endswith("/rows"):
        assert answer.status in (400, 404), "a secret column is not there"


@pytest.mark.parametrize("table", ["users", "sessions", "access_tokens", "one_time_codes"])
def test_right_and_wrong_guesses_are_refused_alike(
    full: tuple[Desk, str, set[str]], table: str
) -> None:
    desk, _, secrets = full
    said = set()
    for column in (*SECRET_COLUMNS, "nothing"):
        for value in (*sorted(secrets)[:5], "wrong"):
            for comparison in Comparison:
                for place in ("rows", "count", "values/id"):
                    answer = desk.root.request(
                        "GET",
                        f"/api/ops/tables/{table}/{place}",
                        params={"filter": f"{column}:{comparison}:{value}"},
                    )
                    said.add((answer.status, answer.text))
    assert len(said) == 1


HANDING_OUT = ("/api/ops/tokens", "/api/ops/invitations", "/api/ops/users/2/reset-code")


def test_nothing_that_is_kept_or_said_has_a_password_or_token(tmp_path: Path) -> None:
    """A whole life against a real process; then every file, every line and every answer."""
    password, other, wrong = "hunter2-Ünique", "correct-hörse-7", "mistyped-9-secret"
    secrets = {PASSWORD, password, other, wrong, wrong[::-1]}
    answers: list[str] = []

    def remember(response: httpx.Response) -> None:
        response.read()
        for cookie in response.cookies.values():
            secrets.add(cookie)
        if response.request.url.path not in HANDING_OUT:
            answers.append(response.text)

    make_operator(Settings(data_dir=tmp_path / "data", bcrypt_cost=10))
    with running(WAYS["make serve"], tmp_path, FRONTDESK_BCRYPT_COST="10") as server:
        with httpx.Client(base_url=server.url, event_hooks={"response": [remember]}) as ada:
            body = {"username": "ada", "password": password}
            assert ada.post("/api/user/signup", json=body).status_code == 200
            ada.post("/api/user/login", json={"username": wrong, "password": wrong[::-1]})
            ada.post("/api/user/login", json={"username": "ada", "password": wrong})
            ada.put("/api/user", json={"current_password": password, "password": other})
            ada.get(f"/api/user?password={other}&next=https://x/?token={wrong}")
            ada.get("/api/user", headers={"X-Api-Key": wrong, "Referer": f"http://x/?key={wrong}"})
            ada.post("/api/user/login", content=f'{{"password": "{wrong}"'.encode())
            ada.post("/api/user/login", json=[{"Password": [wrong]}])
            with httpx.Client(base_url=server.url, event_hooks={"response": [remember]}) as root:
                root.post("/api/user/login", json={"username": "root", "password": PASSWORD})
                made = root.post("/api/ops/tokens", json={"name": "n", "scopes": ["data.view"]})
                key = made.json()["token"]
                code = root.post("/api/ops/users/2/reset-code").json()["code"]
                invitation = root.post("/api/ops/invitations", json={"uses": 2}).json()["code"]
                secrets |= {key, key.removeprefix("fdk_"), code}
                secrets |= {invitation, invitation.removeprefix("fdi_")}
                invited = {"username": "bob", "password": PASSWORD, "invitation": invitation}
                for status in (200, 400):
                    found = httpx.post(f"{server.url}/api/user/signup", json=invited)
                    assert found.status_code == status
                root.get("/api/ops/tables", headers={"Authorization": f"Bearer {key}"})
                root.get(f"/api/ops/tables/{key}/rows")
                reset = {"code": code, "password": password}
                assert ada.post("/api/user/reset", json=reset).status_code == 200
                paths = (
                    "tables/users/rows",
                    "tables/sessions/rows",
                    "tokens",
                    "events",
                    "logs",
                    "tables/invitations/rows",
                )
                answers += [root.get(f"/api/ops/{path}").text for path in paths]
                answers += [root.get(f"/api/ops/logs/{id_}").text for id_ in range(1, 25)]
        server.stop()
    kept = {path: path.read_bytes() for path in (tmp_path / "data").rglob("*") if path.is_file()}
    assert {"frontdesk.db", "requests.db", "metrics.db"} <= {path.name for path in kept}
    # The log names the path of a request; a secret that somebody puts there is theirs to keep.
    output = "\n".join(line for line in server.output().splitlines() if key not in line)
    for secret in secrets:
        for text in (secret, secret.encode("unicode_escape").decode()):
            assert text not in output
            assert [each[:200] for each in answers if text in each] == []
            assert [path.name for path, content in kept.items() if text.encode() in content] == []
    digest = hashlib.sha256(key.removeprefix("fdk_").encode()).digest()
    assert any(digest in content for content in kept.values()), "the search finds what is there"


@pytest.mark.parametrize("before", range(205, 260, 6))
@pytest.mark.parametrize("secret", ["Zq7-" * 10 + "xyz", "Zq7-" * 9 + "%255Aq7-xyz"])
def test_no_part_of_a_token_stands_where_a_user_agent_is_cut(
    shared: Desk, before: int, secret: str
) -> None:
    agent = ("a " * 200)[:before] + secret
    reply = shared.stranger().request(
        "POST",
        "/api/user/signup",
        json={"username": f"cut-{before}-{len(secret)}", "password": PASSWORD},
        headers={"User-Agent": agent},
    )
    assert reply.status == 200
    for table in ("sessions", "events"):
        kept = [each for (each,) in rows(shared.settings, f"SELECT user_agent FROM {table}")]
        assert [each for each in kept if "Zq7-Zq7" in each] == []
