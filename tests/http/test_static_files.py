"""What the pages load: the API page and the operators' console."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from adapters.http.pages.static_files import PIECE_BYTES
from entrypoints.web_app import create_app
from tests.client import Client
from tests.conftest import settings_in

pytestmark = pytest.mark.sqlite

PAGES = Path(__file__).parents[2] / "adapters/http/pages"
SWAGGER_UI = PAGES / "swagger-ui"


def linked(client: Client, page: str) -> list[str]:
    found = re.findall(r'(?:href|src)="(/[^"]+/assets/[^"]+)"', client.request("GET", page).text)
    assert found
    return found


def test_the_files_of_swagger_ui_are_those_of_npm() -> None:
    manifest = json.loads((SWAGGER_UI / "manifest.json").read_text())
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in SWAGGER_UI.iterdir()
        if path.name != "manifest.json"
    }
    assert found == manifest["sha256"]


def test_files_of_the_api_page_may_be_kept_for_good(client: Client) -> None:
    names = linked(client, "/schema")
    assert len(names) == 4
    for name in names:
        response = client.request("GET", name)
        digest = hashlib.sha256(response.text.encode()).hexdigest()
        assert digest.startswith(name.split(".")[-2]), "the name changes with the content"
        assert response.headers["cache-control"] == "public, max-age=31536000, immutable"


def test_the_page_itself_is_asked_for_again(client: Client) -> None:
    for page in ("/schema", "/ops"):
        assert client.request("GET", page).headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("page", ["/schema", "/ops"])
def test_a_page_loads_from_here_alone_and_sends_forms_nowhere_else(
    client: Client, page: str
) -> None:
    policy = client.request("GET", page).headers["content-security-policy"].split("; ")
    assert set(policy) >= {
        "default-src 'self'",
        "base-uri 'none'",
        "object-src 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    }


@pytest.mark.parametrize("page", ["/schema", "/ops"])
def test_a_file_is_whole_typed_and_announced(client: Client, page: str) -> None:
    for name in linked(client, page):
        plain = {"accept-encoding": "identity"}
        whole = client.request("GET", name, headers=plain)
        head = client.request("HEAD", name, headers=plain)
        assert (whole.status, head.status) == (200, 200)
        assert whole.headers["content-type"].split(";")[0] in (
            "text/css",
            "text/javascript",
            "image/svg+xml",
        )
        assert int(whole.headers["content-length"]) == len(whole.text.encode()) > 0
        assert head.text == ""
        for header in ("content-length", "content-type", "etag", "content-security-policy"):
            assert head.headers[header] == whole.headers[header]


@pytest.mark.parametrize("page", ["/schema", "/ops"])
def test_a_file_is_sent_compressed_to_who_accepts_it(client: Client, page: str) -> None:
    for name in [*linked(client, page), page]:
        answers = {
            accepted: client.request("GET", name, headers={"accept-encoding": accepted})
            for accepted in ("gzip", "br, gzip;q=0.5", "identity", "gzip;q=0", "")
        }
        packed, plain = answers["gzip"], answers["identity"]
        assert packed.headers["content-encoding"] == "gzip"
        assert answers["br, gzip;q=0.5"].headers["etag"] == packed.headers["etag"]
        for each in (plain, answers["gzip;q=0"], answers[""]):
            assert "content-encoding" not in each.headers
            assert each.text == packed.text
            assert each.headers["etag"] != packed.headers["etag"], "another representation"
        assert {each.headers["vary"] for each in answers.values()} == {"Accept-Encoding"}
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"])


def test_a_file_that_has_not_changed_is_not_sent_again(client: Client) -> None:
    for name in [*linked(client, "/schema"), *linked(client, "/ops"), "/ops"]:
        etag = client.request("GET", name).headers["etag"]
        for held in (etag, f'"other", W/{etag}', "*"):
            response = client.request("GET", name, headers={"if-none-match": held})
            assert (response.status, response.text) == (304, "")
            assert response.headers["etag"] == etag
        assert client.request("GET", name, headers={"if-none-match": '"other"'}).status == 200


def test_files_of_the_console_may_be_kept_for_good(client: Client) -> None:
    """In a folder whose name changes with any of them, so that they may name each other."""
    for name in linked(client, "/ops"):
        response = client.request("GET", name)
        assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
        digest = name.split("/")[3]
        other = client.request("GET", name.replace(digest, "0" * len(digest)))
        assert (other.status, other.code) == (404, "not_found")


@pytest.mark.parametrize("folder", ["/schema/assets", "/ops/assets"])
@pytest.mark.parametrize(
    "name", ["nothing.js", "index.html", "api.html", "..%2fapi.html", "LICENSE"]
)
def test_no_other_file_is_served(client: Client, folder: str, name: str) -> None:
    known = linked(client, folder.removesuffix("/assets"))[0].rpartition("/")[0]
    for inside in {folder, known}:
        response = client.request("GET", f"{inside}/{name}")
        assert (response.status, response.code) == (404, "not_found")


@pytest.mark.holds_the_loop
async def test_all_answers_share_one_file_and_send_it_in_pieces(tmp_path: Path) -> None:
    app = create_app(settings_in(tmp_path), record=lambda _: None)
    pieces: list[Any] = []

    async def watched(scope: Any, receive: Any, send: Any) -> None:
        async def noted(message: Any) -> None:
            if message["type"] == "http.response.body" and ".js" in scope["path"]:
                pieces.append(message["body"])
            await send(message)

        await app(scope, receive, noted)

    transport = httpx.ASGITransport(app=watched)
    async with app.lifespan(), httpx.AsyncClient(transport=transport) as client:
        page = await client.get("http://localhost/schema")
        (name,) = re.findall(r'/schema/assets/swagger-ui-bundle[^"]+', page.text)
        for _ in range(2):
            await client.get(f"http://localhost{name}")
    assert max(map(len, pieces)) == PIECE_BYTES
    assert len({id(piece.obj) for piece in pieces}) == 1
