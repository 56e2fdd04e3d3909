"""The shortcut of two reads and the router, which answers if there is an `Origin`, alike."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.http.cookies import Cookies
from adapters.http.pipeline.signed_in_reads import SignedInReads
from application.operations.requests import RequestEntry
from domain.session import Caller
from entrypoints.services import build_services
from entrypoints.web_app import create_app
from tests.asgi import SignedInRead
from tests.client import Client, Response, connect
from tests.conftest import serving, settings_in
from tests.examples import PASSWORD
from tests.operations.conftest import eventually

ELSEWHERE = {"origin": "https://app.example.com"}
COMPARED = ["level", "method", "route", "path", "query", "status", "user_id", "response_bytes"]
NEVER_EQUAL = {b"date", b"x-request-id"}


@pytest.fixture
def records() -> list[RequestEntry]:
    return []


@pytest.fixture(params=[(), (ELSEWHERE["origin"],)], ids=["no origins", "trusted origin"])
def watched(
    request: pytest.FixtureRequest, tmp_path: Path, records: list[RequestEntry]
) -> Iterator[Client]:
    settings = settings_in(tmp_path, trusted_origins=request.param)
    with (
        serving(create_app(settings, record=records.append)) as url,
        connect(url) as client,
    ):
        yield client


@pytest.mark.parametrize("path", ["/api/user", "/api/session"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("cookie", [None, "sessionid=nonsense", f"sessionid={'a' * 43}"])
def test_both_ways_answer_alike(
    watched: Client, records: list[RequestEntry], method: str, cookie: str | None, path: str
) -> None:
    headers = {"cookie": cookie} if cookie else {}
    if not cookie:
        watched.sign_up('Zoë"ß', PASSWORD)
    before = len(records)
    short, long = (
        watched.request(method, path, headers={**headers, **origin}) for origin in ({}, ELSEWHERE)
    )
    assert short.status == long.status == (401 if cookie else 200)
    assert short._response.content == long._response.content
    assert _compared(short) == _compared(long)
    eventually(lambda: len(records) == before + 2)
    there, back = records[-2:]
    for name in COMPARED:
        assert getattr(there, name) == getattr(back, name), name


def _compared(response: Response) -> list[tuple[bytes, bytes]]:
    """Less what CORS adds."""
    return sorted(
        (name, value)
        for name, value in response._response.headers.raw
        if name not in NEVER_EQUAL
        and not name.startswith(b"access-control-")
        and (name, value) != (b"vary", b"Origin")
    )


@pytest.mark.holds_the_loop
async def test_the_router_sees_everything_else(tmp_path: Path) -> None:
    services = build_services(settings_in(tmp_path))
    reached: list[Any] = []

    async def router(scope: Any, receive: Any, send: Any) -> None:
        reached.append(scope)
        await send({"type": "http.response.start", "status": 204, "headers": []})

    shortcut = SignedInReads(router, services.use_cases.authenticate, Cookies())
    async with services.running():
        admission = await services.use_cases.sign_up(
            username="ada", password=PASSWORD, caller=Caller("127.0.0.1", ""), presented=None
        )
        token = admission.token.value
        assert await SignedInRead(shortcut, token)() == 200
        assert reached == []
        for other in (
            SignedInRead(shortcut, token, method="PUT"),
            SignedInRead(shortcut, token, method="OPTIONS"),
            SignedInRead(shortcut, token, path="/api/user/"),
            SignedInRead(shortcut, token, path="/api/user/sessions"),
            SignedInRead(shortcut, token, root_path="/api"),
            SignedInRead(shortcut, token, [(b"origin", b"null")]),
            SignedInRead(shortcut, "no token"),
        ):
            assert await other() == 204
        assert len(reached) == 7
    assert await SignedInRead(shortcut, token)() == 204, "nobody can be asked any more"
    assert len(reached) == 8
