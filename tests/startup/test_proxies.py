"""The files of `deploy/proxies`, before an application that believes what they say."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import httpx
import pytest

from entrypoints.web_app import create_app
from tests.client import Client, connect
from tests.conftest import serving, settings_in
from tests.examples import PASSWORD
from tests.operations.conftest import make_operator
from tests.proxies import example
from tests.startup.processes import running

SIGN_IN = "http://127.0.0.1/sign-in"


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Tells what arrived."""
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    query = f"?{scope['query_string'].decode()}" if scope["query_string"] else ""
    told = {
        "method": scope["method"],
        "path": scope["path"] + query,
        "body": body.decode(),
        "fields": [[each.decode("latin-1") for each in pair] for pair in scope["headers"]],
    }
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": json.dumps(told).encode()})


@dataclass
class Site:
    """An application behind a proxy, and its accounts."""

    name: str
    url: str
    frontdesk: Client
    root: Client

    def signed_up(self, name: str, *roles: str) -> dict[str, str]:
        """The cookie of a new user with these roles."""
        body = {"username": name, "password": PASSWORD}
        with httpx.Client(base_url=self.url) as client:
            user = client.post("/api/user/signup", json=body)
            assert user.status_code == 200, user.text
            cookie = f"sessionid={client.cookies['sessionid']}"
        if roles:
            change = {"version": 1, "roles": list(roles)}
            path = f"/api/ops/users/{user.json()['id']}/roles"
            assert self.root.request("PUT", path, json=change).status == 200
        return {"cookie": cookie}

    def get(self, path: str = "/", **headers: str) -> httpx.Response:
        return httpx.get(f"{self.url}{path}", headers=headers)


@contextmanager
def frontdesk(tmp_path: Path) -> Iterator[str]:
    settings = settings_in(
        tmp_path,
        trusted_proxies=(ip_network("127.0.0.0/8"),),
        sign_in_url=SIGN_IN,
        trusted_origins=("http://127.0.0.1",),
    )
    make_operator(settings)
    with serving(create_app(settings, record=lambda _: None)) as url:
        yield url


@pytest.fixture(params=["nginx.conf", "Caddyfile"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    with (
        frontdesk(tmp_path) as accounts,
        serving(application, lifespan="off") as behind,
        example(request.param, frontdesk=accounts, application=behind) as url,
        connect(accounts) as client,
    ):
        root = client.another()
        assert root.log_in("root", PASSWORD).status == 200
        yield Site(request.param, url, client, root)


def fields_of(answer: httpx.Response, name: str) -> list[str]:
    """What arrived under this name, in any spelling that is the same to WSGI."""
    assert answer.status_code == 200, answer.text
    wanted = name.replace("_", "-").lower()
    fields = answer.json()["fields"]
    return [value for each, value in fields if each.replace("_", "-").lower() == wanted]


def test_only_who_is_signed_in_with_the_role_gets_through(site: Site) -> None:
    member = site.signed_up("Zoë", "member", "editor")
    answer = site.get("/reports?year=2026", **member)
    assert (answer.json()["path"], answer.json()["method"]) == ("/reports?year=2026", "GET")
    assert fields_of(answer, "Remote-User") == ["Zo%C3%AB"]
    assert fields_of(answer, "Remote-Roles") == ["editor,member"]
    assert fields_of(answer, "Remote-User-Id") == ["2"]
    assert site.get(**site.signed_up("bob")).status_code == 403
    nobody = site.get("/reports")
    if site.name == "Caddyfile":
        assert nobody.status_code == 302
        assert nobody.headers["location"].startswith(SIGN_IN)
    else:
        assert nobody.status_code == 401


@pytest.mark.parametrize("spelling", ["Remote-User", "remote-user", "Remote_User", "REMOTE_USER"])
def test_who_claims_to_be_root_is_not(site: Site, spelling: str) -> None:
    member = site.signed_up("ada", "member")
    claimed = {spelling: "root", spelling.replace("ser", "ser-Id"): "1"}
    assert site.get(**claimed).status_code in (302, 401)
    answer = site.get(**member, **claimed)
    assert fields_of(answer, "Remote-User") == ["ada"]
    assert fields_of(answer, "Remote-User-Id") == ["2"]


@pytest.mark.parametrize("spelling", ["Remote-Roles", "Remote_Roles", "remote_roles"])
def test_who_claims_a_role_does_not_have_it(site: Site, spelling: str) -> None:
    answer = site.get(**site.signed_up("ada", "member"), **{spelling: "admin"})
    assert fields_of(answer, "Remote-Roles") == ["member"]


def test_a_body_arrives_at_the_application_and_nowhere_else(site: Site) -> None:
    member = site.signed_up("ada", "member")
    large = "x" * 100_000
    answer = httpx.post(f"{site.url}/upload", content=large, headers=member)
    assert answer.json()["body"] == large


def test_a_role_that_is_taken_away_opens_nothing_at_the_next_request(site: Site) -> None:
    member = site.signed_up("ada", "member")
    assert site.get(**member).status_code == 200
    change = {"version": 2, "roles": []}
    assert site.root.request("PUT", "/api/ops/users/2/roles", json=change).status == 200
    assert site.get(**member).status_code == 403


def test_a_program_gets_through_with_its_token_and_others_keep_theirs(site: Site) -> None:
    member = site.signed_up("ada", "member")
    body = {"username": "ada", "password": PASSWORD, "cookie": False}
    token = httpx.post(f"{site.url}/api/user/login", json=body).json()["token"]
    answer = site.get(authorization=f"Bearer {token}")
    assert fields_of(answer, "Remote-User") == ["ada"]
    basic = site.get(**member, authorization="Basic YTpi")
    assert fields_of(basic, "Authorization") == ["Basic YTpi"]


def test_nginx_before_a_folder_of_files(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "healthz").write_text("for members")
    files = [sys.executable, "-m", "http.server", "{port}", "--bind", "127.0.0.1"]
    with (
        running([*files, "--directory", str(folder)], tmp_path) as behind,
        frontdesk(tmp_path) as accounts,
        example("nginx.conf", frontdesk=accounts, application=behind.url) as url,
        connect(accounts) as client,
    ):
        root = client.another()
        assert root.log_in("root", PASSWORD).status == 200
        site = Site("nginx.conf", url, client, root)
        assert site.get("/healthz", **{"Remote-User": "root"}).status_code == 401
        assert site.get("/healthz", **site.signed_up("bob")).status_code == 403
        member = site.signed_up("ada", "member")
        assert site.get("/healthz", **member).text == "for members"
