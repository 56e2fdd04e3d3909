"""Pages of other origins cannot write."""

from pathlib import Path

import pytest

from tests.client import Client, in_process
from tests.conftest import settings_in
from tests.examples import PASSWORD, fresh_name

OURS, THEIRS = "https://app.example.com", "https://evil.example"


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": THEIRS},
        {"origin": "null"},
        {"origin": "http://localhost.evil.example"},
        {"origin": "http://[broken"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "cross-site", "origin": "http://localhost"},
        {"sec-fetch-site": "nonsense"},
    ],
    ids=str,
)
def test_a_write_from_elsewhere_is_refused_and_does_nothing(
    client: Client, headers: dict[str, str]
) -> None:
    before = client.sign_up(fresh_name(), PASSWORD).data
    for method, path, body in (
        ("PUT", "/api/user", {"username": fresh_name()}),
        ("POST", "/api/user/logout", None),
        ("POST", "/api/user/login", {"username": before["username"], "password": PASSWORD}),
        ("POST", "/api/user/signup", {"username": fresh_name(), "password": PASSWORD}),
    ):
        response = client.request(method, path, json=body, headers=headers)
        assert (response.status, response.code) == (403, "cross_origin_refused")
        assert "set-cookie" not in response.headers
    assert client.me().data == before


@pytest.mark.parametrize(
    "headers",
    [{}, {"sec-fetch-site": "same-origin"}, {"sec-fetch-site": "none"}, {"origin": None}],
    ids=str,
)
def test_a_write_from_here_or_from_no_page_passes(
    client: Client, headers: dict[str, str | None]
) -> None:
    with_origin = dict(headers)
    if "origin" in headers:
        host = client.request("GET", "/healthz")._response.request.headers["host"]
        with_origin["origin"] = f"http://{host}"
    body = {"username": fresh_name(), "password": PASSWORD}
    response = client.request("POST", "/api/user/signup", json=body, headers=with_origin)
    assert response.status == 200


def test_reading_from_elsewhere_is_for_the_browser_to_refuse(client: Client) -> None:
    client.sign_up(fresh_name(), PASSWORD)
    response = client.request("GET", "/api/user", headers={"origin": THEIRS})
    assert response.status == 200
    assert not [name for name in response.headers if name.startswith("access-control")]


def test_a_trusted_origin_may_read_and_write(tmp_path: Path) -> None:
    with in_process(settings_in(tmp_path, trusted_origins=(OURS,))) as client:
        ours = {"origin": OURS, "sec-fetch-site": "cross-site"}
        body = {"username": "ada", "password": PASSWORD}
        response = client.request("POST", "/api/user/signup", json=body, headers=ours)
        assert response.status == 200
        assert response.headers["access-control-allow-origin"] == OURS
        assert response.headers["access-control-allow-credentials"] == "true"
        preflight = client.request(
            "OPTIONS", "/api/user", headers={**ours, "access-control-request-method": "PUT"}
        )
        assert preflight.headers["access-control-allow-origin"] == OURS
        for theirs in ({"origin": THEIRS}, {"origin": OURS + ".evil.example"}):
            assert client.request("PUT", "/api/user", json={}, headers=theirs).status == 403
            read = client.request("GET", "/api/user", headers=theirs)
            assert "access-control-allow-origin" not in read.headers
